"""Which kinds of events a function gets, where the template tells of everything that invokes it."""

from __future__ import annotations

from lint_rules.engine.templates.model import FunctionSpec
from lint_rules.engine.templates.nouns.permission import Permission
from lint_rules.engine.templates.proxies import is_mapped

_SHAPES = {
    **dict.fromkeys(("Api", "HttpApi"), "Api"),
    **dict.fromkeys(("CloudWatchEvent", "EventBridgeRule"), "EventBridgeRule"),
    **{kind: kind for kind in ("S3", "SNS", "SQS", "Kinesis", "DynamoDB", "CloudWatchLogs")},
}
_SERVICES = {
    "s3.amazonaws.com": "S3",
    "sns.amazonaws.com": "SNS",
    "events.amazonaws.com": "EventBridgeRule",
    "apigateway.amazonaws.com": "Api",
    "logs.amazonaws.com": "CloudWatchLogs",
}


def senders(spec: FunctionSpec) -> frozenset[str]:
    """The kinds of events whose shape is known, in SAM's words, "Api" for requests of HTTP; empty where something else
    may invoke the function too, or what it gets is made by a template of its own."""
    template = spec.template
    if not spec.events or is_mapped(spec) or template.of("AWS::StepFunctions::StateMachine"):
        return frozenset()
    if template.of("AWS::Serverless::StateMachine") or not spec.value("FunctionUrlConfig").absent:
        return frozenset()
    found: set[str | None] = set()
    for event in spec.events:
        made = event.settings.first("Input", "InputPath", "InputTransformer")
        kind = "SQS" if (event.kind, event.how) == ("SNS", "poll") else event.kind
        found.add(_SHAPES.get(kind) if made.absent else None)
    for permission in template.all(Permission):
        if spec.logical_id in permission.functions or not permission.functions:
            found.add(_SERVICES.get(str(permission.principal.value)))
    return frozenset() if None in found else frozenset(str(kind) for kind in found)
