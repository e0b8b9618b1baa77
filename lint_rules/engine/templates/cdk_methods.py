"""Methods of CDK's constructs that join one construct to another: what each adds, in CloudFormation's form."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lint_rules.engine.sources.node import List, Node, Scalar, Unknown
from lint_rules.engine.templates.cdk_constructs import GRANTS
from lint_rules.engine.templates.cdk_values import granted
from lint_rules.engine.templates.python_literals import Literals
from lint_rules.engine.templates.shaping import below, mapping, put, reference, scalar, sequence
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.cdk import Stack

_POLLED = {
    "batch_size": "BatchSize",
    "max_batching_window": "MaximumBatchingWindowInSeconds",
    "starting_position": "StartingPosition",
    "bisect_batch_on_error": "BisectBatchOnFunctionError",
    "retry_attempts": "MaximumRetryAttempts",
    "max_record_age": "MaximumRecordAgeInSeconds",
    "parallelization_factor": "ParallelizationFactor",
    "tumbling_window": "TumblingWindowInSeconds",
    "enabled": "Enabled",
}


def _add_event_source(stack: Stack, function: str, call: ast.Call, literals: Literals) -> None:
    source = _followed(literals, call.args[0]) if call.args else None
    if not isinstance(source, ast.Call) or not source.args:
        return
    kind = stack.values.dotted(source.func).rpartition(".")[2]
    span = stack.module.span(source)
    read = literals.read(source.args[0])
    if kind in ("SqsEventSource", "DynamoEventSource", "KinesisEventSource"):
        entries: list[tuple[str, Node | None]] = [
            ("FunctionName", reference(function, span)),
            ("EventSourceArn", read),
            *((new, stack.values.word(literals, source, old)) for old, new in _POLLED.items()),
        ]
        reports = stack.values.word(literals, source, "report_batch_item_failures")
        if isinstance(reports, Scalar) and reports.value is True:
            listed = sequence([scalar("ReportBatchItemFailures", reports.span)], reports.span)
            entries.append(("FunctionResponseTypes", listed))
        most = stack.values.word(literals, source, "max_concurrency")
        if most is not None:
            entries.append(("ScalingConfig", mapping([("MaximumConcurrency", most)], most.span)))
        failure = stack.values.word(literals, source, "on_failure")
        if failure is not None:
            place = mapping([("Destination", failure)], failure.span)
            entries.append(("DestinationConfig", mapping([("OnFailure", place)], failure.span)))
        filters = stack.values.word(literals, source, "filters")
        if filters is not None:
            entries.append(("FilterCriteria", Unknown(filters.span)))
        stack.add(f"{function}{kind}", "AWS::Lambda::EventSourceMapping", mapping(entries, span), span)
    elif kind == "SnsEventSource":
        _subscribe(stack, read, "lambda", reference(function, span), source)
    elif kind == "S3EventSource":
        owner = stack.construct(source.args[0])
        events = stack.values.word(literals, source, "events")
        if owner is not None:
            _notify(stack, owner, function, events, None)


def _subscribe(stack: Stack, topic: Node, protocol: str, endpoint: Node, call: ast.AST) -> None:
    span = stack.module.span(call)
    entries: list[tuple[str, Node | None]] = [
        ("TopicArn", topic),
        ("Protocol", scalar(protocol, span)),
        ("Endpoint", endpoint),
    ]
    stack.add("Subscription", "AWS::SNS::Subscription", mapping(entries, span), span)


def _add_subscription(stack: Stack, topic: str, call: ast.Call, literals: Literals) -> None:
    target = _followed(literals, call.args[0]) if call.args else None
    if isinstance(target, ast.Call) and target.args:
        kind = stack.values.dotted(target.func).rpartition(".")[2]
        protocol = {"LambdaSubscription": "lambda", "SqsSubscription": "sqs"}.get(kind)
        if protocol is not None:
            span = stack.module.span(call)
            _subscribe(stack, reference(topic, span), protocol, literals.read(target.args[0]), target)


def _notify(stack: Stack, bucket: str, function: str, events: Node | None, where: Node | None) -> None:
    span = events.span if events is not None else stack.made[bucket][0].span
    item = mapping([("Function", reference(function, span)), ("Event", events), ("Filter", where)], span)
    properties = stack.properties(bucket)
    held = below(properties, "NotificationConfiguration", "LambdaConfigurations")
    if isinstance(held, List):
        held.items.append(item)
    else:
        path = ("NotificationConfiguration", "LambdaConfigurations")
        put(properties, path, stack.made[bucket][0], List([item], span, flow=True))


def _add_event_notification(stack: Stack, bucket: str, call: ast.Call, literals: Literals) -> None:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    created = method == "add_object_created_notification"
    arguments = call.args if created else call.args[1:]
    destination = _followed(literals, arguments[0]) if arguments else None
    if isinstance(destination, ast.Call) and destination.args:
        function = stack.construct(destination.args[0])
        if function is not None and stack.kinds.get(function) == "AWS::Lambda::Function":
            events = (
                scalar("s3:ObjectCreated:*", stack.module.span(call))
                if created
                else literals.read(call.args[0])
            )
            where = Unknown(stack.module.span(call)) if len(arguments) > 1 else None
            _notify(stack, bucket, function, events, where)


def add_target(stack: Stack, rule: str, target: ast.expr, literals: Literals) -> None:
    """A target of a rule."""
    found = _followed(literals, target)
    if not isinstance(found, ast.Call) or not found.args:
        return
    span = stack.module.span(found)
    queue = stack.values.word(literals, found, "dead_letter_queue")
    letters = mapping([("Arn", queue)], queue.span) if queue is not None else None
    item = mapping([("Arn", literals.read(found.args[0])), ("DeadLetterConfig", letters)], span)
    properties = stack.properties(rule)
    held = properties.get("Targets")
    if isinstance(held, List):
        held.items.append(item)
    else:
        put(properties, ("Targets",), stack.made[rule][0], List([item], span, flow=True))


def _add_target(stack: Stack, rule: str, call: ast.Call, literals: Literals) -> None:
    if call.args and stack.kinds.get(rule) == "AWS::Events::Rule":
        add_target(stack, rule, call.args[0], literals)


def _add_to_role_policy(stack: Stack, who: str, call: ast.Call, literals: Literals) -> None:
    if call.args and stack.kinds.get(who) in ("AWS::Lambda::Function", "AWS::IAM::Role"):
        stack.allow(who, literals.read(call.args[0]), stack.module.span(call))


def _grant(stack: Stack, owner: str, call: ast.Call, literals: Literals) -> None:
    who = stack.construct(call.args[0]) if call.args else None
    if who is None or stack.kinds.get(who) not in ("AWS::Lambda::Function", "AWS::IAM::Role"):
        return
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    span = stack.module.span(call)
    known = GRANTS.get(f"{stack.kinds.get(owner)} {method}")
    resource = Unknown(span, (owner,))
    if known is not None:
        stack.allow(who, granted(*known, resource, span), span)
    else:
        actions = Unknown(span)
        entries: list[tuple[str, Node | None]] = [("Effect", scalar("Allow", span)), ("Action", actions)]
        stack.allow(who, mapping([*entries, ("Resource", resource)], span), span)


def _add_environment(stack: Stack, function: str, call: ast.Call, literals: Literals) -> None:
    name = literals.read(call.args[0]) if len(call.args) > 1 else None
    variables = below(stack.properties(function), "Environment", "Variables")
    if isinstance(name, Scalar) and not isinstance(variables, Unknown):
        value = literals.read(call.args[1])
        put(stack.properties(function), ("Environment", "Variables", name.text), name, value)
    else:
        place = stack.made[function][0]
        put(stack.properties(function), ("Environment", "Variables"), place, Unknown(stack.module.span(call)))


def _configure(stack: Stack, function: str, call: ast.Call, literals: Literals) -> None:
    span = stack.module.span(call.func)
    ends = {"on_failure": "OnFailure", "on_success": "OnSuccess"}
    targets = [(new, stack.values.word(literals, call, old)) for old, new in ends.items()]
    places = [
        (name, mapping([("Destination", value)], value.span)) for name, value in targets if value is not None
    ]
    retries = stack.values.word(literals, call, "retry_attempts")
    age = stack.values.word(literals, call, "max_event_age")
    if places or retries is not None or age is not None:
        config = mapping(places, span) if places else None
        entries = [
            ("FunctionName", reference(function, span)),
            ("DestinationConfig", config),
            ("MaximumRetryAttempts", retries),
            ("MaximumEventAgeInSeconds", age),
        ]
        stack.add(
            f"{function}EventInvokeConfig", "AWS::Lambda::EventInvokeConfig", mapping(entries, span), span
        )


def _add_permission(stack: Stack, function: str, call: ast.Call, literals: Literals) -> None:
    span = stack.module.span(call)
    words = {
        "action": "Action",
        "principal": "Principal",
        "source_arn": "SourceArn",
        "source_account": "SourceAccount",
    }
    entries = [(new, stack.values.word(literals, call, old)) for old, new in words.items()]
    whole = mapping([("FunctionName", reference(function, span)), *entries], span)
    stack.add(f"{function}Permission", "AWS::Lambda::Permission", whole, span)


def _add_url(stack: Stack, function: str, call: ast.Call, literals: Literals) -> None:
    span = stack.module.span(call)
    auth = stack.values.word(literals, call, "auth_type") or scalar("AWS_IAM", span)
    whole = mapping([("TargetFunctionArn", reference(function, span)), ("AuthType", auth)], span)
    stack.add(f"{function}Url", "AWS::Lambda::Url", whole, span)


def _followed(literals: Literals, node: ast.expr) -> ast.expr | None:
    """The call that an expression is, or that a name is bound to once."""
    for _ in range(5):
        if not isinstance(node, ast.Name):
            return node
        bound = literals.bound(node.id)
        if bound is None:
            return None
        node = bound
    return None


METHODS: dict[str, Callable[[Stack, str, ast.Call, Literals], None]] = {
    "add_event_source": _add_event_source,
    "add_subscription": _add_subscription,
    "add_event_notification": _add_event_notification,
    "add_object_created_notification": _add_event_notification,
    "add_target": _add_target,
    "add_to_role_policy": _add_to_role_policy,
    "add_to_policy": _add_to_role_policy,
    "add_to_principal_policy": _add_to_role_policy,
    "add_environment": _add_environment,
    "add_permission": _add_permission,
    "add_function_url": _add_url,
    "configure_async_invoke": _configure,
    "grant": _grant,
}
"""By name; "grant" stands for all that begin with `grant_`."""
