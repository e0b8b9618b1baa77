"""Which source of events code says it has, by the classes of Powertools that it gives its events to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.bodies import decorators
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_KINDS = {
    "SQSEvent": ("SQS",),
    "SNSEvent": ("SNS",),
    "S3Event": ("S3",),
    "KinesisStreamEvent": ("Kinesis",),
    "DynamoDBStreamEvent": ("DynamoDB",),
    "CloudWatchLogsEvent": ("CloudWatchLogs",),
    "EventBridgeEvent": ("EventBridgeRule", "CloudWatchEvent", "Schedule"),
    "S3EventBridgeNotificationEvent": ("EventBridgeRule", "CloudWatchEvent"),
    "EventType.SQS": ("SQS",),
    "EventType.KinesisDataStreams": ("Kinesis",),
    "EventType.DynamoDBStreams": ("DynamoDB",),
}
"""Classes, and types of batches, with the kinds of events in SAM's words that have their shape.
https://docs.powertools.aws.dev/lambda/python/latest/utilities/data_classes/"""
KINDS = frozenset(kind for kinds in _KINDS.values() for kind in kinds) | {"Api", "HttpApi"}
"""The kinds whose shape is surely none of the other classes'."""


class Claim(NamedTuple):
    """A class that is named, and the kinds of events it is for."""

    name: str
    kinds: tuple[str, ...]
    span: Span


def claims(handler: Scope, scopes: Iterable[Scope]) -> Iterator[Claim]:
    """What the handler's decorators and the batch processors in its code say."""
    outer = handler.parent or handler
    for decorator in decorators(handler):
        if isinstance(decorator, ast.Call) and _last(outer.dotted(decorator.func)) == "event_source":
            yield from _named(decorator, "data_class", outer)
    for scope in scopes:
        for call in scope.calls:
            if _last(scope.dotted(call.func)) in ("BatchProcessor", "AsyncBatchProcessor"):
                yield from _named(call, "event_type", scope)


def _named(call: ast.Call, argument: str, scope: Scope) -> Iterator[Claim]:
    given = [keyword.value for keyword in call.keywords if keyword.arg == argument]
    for node in given or call.args[:1]:
        dotted = scope.dotted(node) or ""
        name = ".".join(dotted.split(".")[-2:]) if ".EventType." in dotted else _last(dotted)
        if dotted.startswith("aws_lambda_powertools.") and name in _KINDS:
            yield Claim(name, _KINDS[name], scope.facts.module.span(node))


def _last(dotted: str | None) -> str:
    return (dotted or "").rpartition(".")[2]
