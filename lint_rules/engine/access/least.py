"""The policy that fits: the statements a function needs, and no more.

SAM and the Serverless Framework add what the runtime, events and destinations need by themselves; for other forms
logs and event sources are part of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules.engine.access.names import PLACE, logical_ids
from lint_rules.engine.iam.actions import action_facts
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.access.access import FunctionAccess
    from lint_rules.engine.access.needs import Need
    from lint_rules.engine.templates.model import FunctionSpec, Template

_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_NETWORK = (
    *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"),
    *("ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
)
_POLLING = {
    "SQS": ("sqs", "", ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")),
    "Kinesis": (
        "kinesis",
        "stream/",
        (
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        ),
    ),
    "DynamoDB": (
        "dynamodb",
        "table/",
        (
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ),
    ),
}
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""


class Part(NamedTuple):
    """A statement. `resources` are ARNs with `${LogicalId}` and `*`; `why` says what of them is not known."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str = ""


def least(functions: Iterable[FunctionAccess], template: Template | None, whole: bool) -> list[Part]:
    """The statements for functions that share a role. `whole` adds what Lambda needs to run them."""
    found: dict[str, dict[str, None]] = {}
    unknown: dict[str, str] = {}
    for function in functions:
        for need in function.needs:
            resource = _narrow(need, template)
            found.setdefault(need.action, {})[resource] = None
            if resource == "*" and _could_name(need.action):
                module = need.call.scope.facts.module
                row = module.document.locate(need.call.span.start).row
                unknown.setdefault(need.action, f"{need.call.name} at {module.document.path}:{row}")
        if whole and function.spec is not None:
            for action, resource in _runtime(function.spec):
                found.setdefault(action, {})[resource] = None
    grouped: dict[tuple[str, ...], list[str]] = {}
    for action, resources in found.items():
        named = tuple(sorted(resources)) if "*" not in resources else ("*",)
        grouped.setdefault(named, []).append(action)
    parts = []
    for named, actions in sorted(grouped.items()):
        why = (
            next((unknown[action] for action in actions if action in unknown), "") if named == ("*",) else ""
        )
        parts.append(Part(tuple(sorted(actions)), named, why))
    return parts


def _narrow(need: Need, template: Template | None) -> str:
    """The resource of a need, or `*` where nothing of it is known: its type may be another one."""
    resource = need.resource
    if resource == "*" or logical_ids(resource):
        return resource
    own = resource.split(":", 5)[-1]
    facts = action_facts(need.action)
    kinds = len(facts.resources) if facts else 0
    if own.strip("*/-?:") == "" or (kinds > 1 and own.endswith("/*") and own.count("/") == 1):
        return "*"
    return resource


def _could_name(action: str) -> bool:
    facts = action_facts(action)
    return bool(facts and facts.resources)


def _runtime(spec: FunctionSpec) -> Iterable[tuple[str, str]]:
    before = f"arn:aws:logs:{PLACE.region}:{PLACE.account}:log-group:/aws/lambda/"
    name = spec.value("FunctionName").value
    for action in _LOGS:
        yield action, f"{before}{name if isinstance(name, str) else '*'}:*"
    if spec.value("TracingConfig", "Mode").value == "Active" or spec.value("Tracing").value == "Active":
        yield from ((action, "*") for action in _TRACES)
    if not spec.value("VpcConfig").absent:
        yield from ((action, "*") for action in _NETWORK)
    for event in spec.events:
        service, kind, actions = _POLLING.get(event.kind, ("", "", ()))
        name = f"${{{event.source_id}}}" if event.source_id else "*"
        suffix = "/stream/*" if event.kind == "DynamoDB" else ""
        for action in actions:
            yield action, f"arn:aws:{service}:{PLACE.region}:{PLACE.account}:{kind}{name}{suffix}"
    for target in (spec.dead_letter, spec.on_failure):
        made = spec.template.resources.get(target.names[0]) if target.names else None
        if made is not None and made.kind == "AWS::SQS::Queue":
            yield "sqs:SendMessage", f"arn:aws:sqs:{PLACE.region}:{PLACE.account}:${{{made.logical_id}}}"
        elif made is not None and made.kind == "AWS::SNS::Topic":
            yield "sns:Publish", f"arn:aws:sns:{PLACE.region}:{PLACE.account}:${{{made.logical_id}}}"
