"""What a function sends to what invokes it: objects into the bucket, messages into the queue that it works on.

Lambda stops some of these loops after sixteen rounds, others not at all.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import root_name
from lint_rules.engine.analysis.known import Env, Text
from lint_rules.engine.analysis.object_keys import is_object_key
from lint_rules.engine.deployments import Deployment
from lint_rules.engine.templates.nouns.notice import Notice
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_call import AwsCall
    from lint_rules.engine.analysis.event_paths import EventPaths
    from lint_rules.engine.analysis.facts import Scope
    from lint_rules.engine.finding import Span
    from lint_rules.engine.templates.model import EventSource, Value

_WRITES = {
    "PutObject": "s3:ObjectCreated:Put",
    "CopyObject": "s3:ObjectCreated:Copy",
    "CompleteMultipartUpload": "s3:ObjectCreated:CompleteMultipartUpload",
}
_SENDS = {
    "SQS": ("sqs", ("SendMessage", "SendMessageBatch"), "QueueUrl"),
    "SNS": ("sns", ("Publish", "PublishBatch"), "TopicArn"),
    "DynamoDB": ("dynamodb", ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"), "TableName"),
}
_NAMES = ("QueueName", "TopicName", "TableName", "BucketName")
_UNQUOTED = frozenset({"unquote_plus", "unquote", "str"})


class Feedback(NamedTuple):
    """A call that makes an event for the function itself. `source` is the logical id of what takes it, `fed` the
    place in the template that says so; `guarded` says that a condition may stop the loop."""

    call: AwsCall
    source: str
    fed: Span
    guarded: bool

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.call.span


def objects_fed_back(function: Deployment) -> Iterator[Feedback]:
    """The objects that it writes into a bucket whose notifications of such objects invoke it."""
    handler = function.handler
    notices = [found for found in function.template.all(Notice) if found.function == function.name]
    for call in function.use.calls if function.use and handler and notices else ():
        event = _WRITES.get(call.operation) if call.service == "s3" and call.confidence == "high" else None
        if event is None or call.via == "presigned" or handler is None:
            continue
        own = _is_of_event(_argument(call, "Bucket"), call, handler.event, ("s3", "bucket", "name"))
        bucket = "" if own else _named(function, call, "Bucket")
        for notice in notices:
            if (own or notice.bucket == bucket) and _tells(notice, event, call, handler.event):
                yield Feedback(call, notice.bucket, notice.span, _asks_for_key(handler.event))
                break


def messages_fed_back(function: Deployment) -> Iterator[Feedback]:
    """The messages, items and events that it sends, whatever comes, to a source that invokes it with each of them."""
    for event in function.spec.events:
        sends = _SENDS.get(event.kind)
        if not function.use or not event.settings.value("FilterCriteria").absent:
            continue
        for call in function.use.calls:
            if call.confidence != "high" or call.via == "presigned" or _is_guarded(call):
                continue
            if sends and call.service == sends[0] and call.operation in sends[1]:
                named = _named(function, call, sends[2])
                if named and named == event.source_id and "DelaySeconds" not in call.parameters:
                    yield Feedback(call, named, event.span, False)
            elif call.name == "events.PutEvents" and _matches(function, event, call):
                yield Feedback(call, event.name, event.span, False)


def _named(function: Deployment, call: AwsCall, parameter: str) -> str:
    """The logical id of the resource that a parameter names, or an empty string."""
    given = call.parameters.get(parameter)
    parts = given.parts if isinstance(given, Text) else ()
    if len(parts) != 1:
        return ""
    if isinstance(parts[0], Env):
        handed = function.handed(parts[0].name) if parts[0].name else None
        return handed[0] if handed else ""
    name = parts[0].rpartition("/")[2] if parameter == "QueueUrl" else parts[0].rpartition(":")[2]
    found = [
        made.logical_id
        for made in function.template.resources.values()
        for key in _NAMES
        if name and made.properties.get(key) is not None and made.value(key).value == name
    ]
    return found[0] if len(found) == 1 else ""


def _argument(call: AwsCall, name: str) -> ast.expr | None:
    """The expression that is given for the bucket or the key, by a client or an object of boto3."""
    node = call.node
    if not isinstance(node, ast.Call):
        return None
    place = {"Bucket": 0, "Key": 1}[name]
    for keyword in node.keywords:
        if keyword.arg == name:
            return keyword.value
    if call.via == "transfer" and isinstance(node.func, ast.Attribute):
        before = 0 if node.func.attr.startswith("download") else 1
        if call.scope.dotted(node.func.value) == "boto3.client()" and len(node.args) > before + place:
            return node.args[before + place]
    made = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(made, ast.Name):
        made = call.scope.value(made.id)
    if (
        isinstance(made, ast.Call)
        and getattr(made.func, "attr", "") in ("Object", "Bucket")
        and len(made.args) > place
    ):
        return made.args[place]
    return None


def _is_of_event(node: ast.expr | None, call: AwsCall, event: EventPaths, ending: tuple[str, ...]) -> bool:
    """Whether an expression is this part of a notification."""
    path = event.of(_unquoted(node, call), call.scope) if node is not None else None
    return path is not None and path[-3:] == ending and path[:1] == ("Records",)


def _unquoted(node: ast.expr, call: AwsCall) -> ast.expr:
    """What is decoded, where an expression, or the variable that it is, decodes it."""
    if isinstance(node, ast.Name):
        owner = call.scope.owner(node.id)
        node = (owner.value(node.id) if owner is call.scope and owner is not None else None) or node
    if isinstance(node, ast.Call) and node.args:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in _UNQUOTED:
            return _unquoted(node.args[0], call)
    return node


def _tells(notice: Notice, event: str, call: AwsCall, reads: EventPaths) -> bool:
    """Whether S3 would certainly tell of what a call writes."""
    if not any(each.rstrip("*") == event[: len(each.rstrip("*"))] for each in notice.events):
        return False
    node = _argument(call, "Key")
    key = call.parameters.get("Key")
    path = reads.of(_unquoted(node, call), call.scope) if node is not None else None
    if path is not None and is_object_key(path):
        return True
    if not notice.prefix and not notice.suffix:
        return True
    parts = key.parts if isinstance(key, Text) else ()
    first = parts[0] if parts and isinstance(parts[0], str) else ""
    last = parts[-1] if parts and isinstance(parts[-1], str) else ""
    begins = not notice.prefix or first.startswith(notice.prefix)
    return begins and (not notice.suffix or last.endswith(notice.suffix))


def _asks_for_key(event: EventPaths) -> bool:
    """Whether the code looks how a key begins or ends, or for a mark that it has put on objects."""
    words = ("startswith", "endswith", "Metadata", "fnmatch", "re.match", "Tagging", "not in key", "in key")
    modules = {scope.facts.module for scope in event.reach.functions}
    return any(word in module.text for module in modules for word in words)


def _is_guarded(call: AwsCall) -> bool:
    """Whether a condition decides on a call, or on what it is made for, or it mends what went wrong."""
    return _is_conditional(call.node, call.scope) or any(
        isinstance(parent, ast.For) and _is_picked(root_name(_looped(parent.iter)), call.scope)
        for parent, _ in call.scope.facts.above(call.node)
    )


def _is_conditional(node: ast.AST, scope: Scope) -> bool:
    return any(
        isinstance(parent, ast.If | ast.IfExp | ast.While | ast.ExceptHandler | ast.match_case)
        for parent, child in scope.facts.above(node)
        if child is not getattr(parent, "test", None)
    )


def _looped(node: ast.expr) -> ast.expr:
    """What a loop goes over: `x` of `x.items()`."""
    return node.func if isinstance(node, ast.Call) else node


def _is_picked(name: str | None, scope: Scope) -> bool:
    """Whether a condition decides on all that is put into a variable."""
    fills = [
        call
        for call in scope.calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("append", "add", "update", "extend")
        and root_name(call.func) == name
    ]
    stores = [store for store in scope.stores if root_name(store) == name]
    return bool(fills or stores) and all(_is_conditional(each, scope) for each in (*fills, *stores))


def _matches(function: Deployment, event: EventSource, call: AwsCall) -> bool:
    """Whether every event that a call sends matches the rule's pattern, as far as it has words for source and type."""
    if event.kind not in ("EventBridgeRule", "CloudWatchEvent"):
        return False
    rule = function.template.resources.get(event.name) or event.settings
    pattern = "EventPattern" if rule.kind == "AWS::Events::Rule" else "Pattern"
    found = rule.value(pattern)
    wanted = found.value if isinstance(found.value, dict) else {}
    if not wanted or not wanted.keys() <= {"source", "detail-type"}:
        return False
    entries = call.parameters.get("Entries")
    sent = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    bus = rule.value("EventBusName")
    return bool(sent) and all(
        _is_one_of(entry.get("Source"), wanted.get("source"))
        and _is_one_of(entry.get("DetailType"), wanted.get("detail-type"))
        and _is_same_bus(function, entry.get("EventBusName"), bus)
        for entry in sent
    )


def _is_one_of(given: object, wanted: Value | None) -> bool:
    if wanted is None:
        return True
    words = [item.value for item in wanted.value] if isinstance(wanted.value, list) else []
    return isinstance(given, Text) and given.plain is not None and given.plain in words


def _is_same_bus(function: Deployment, given: object, bus: Value) -> bool:
    if given is None:
        return bus.absent or bus.value == "default"
    parts = given.parts if isinstance(given, Text) else ()
    if len(parts) != 1:
        return False
    if isinstance(parts[0], str):
        return parts[0] == (bus.value or "default")
    declared = (function.declared or {}).get(parts[0].name)
    return declared is not None and len(declared.names) == 1 and declared.names == bus.names
