"""What invokes a function, and how: SAM events, and the resources of CloudFormation that name a function.

Whether an invocation is asynchronous follows AWS's table "Invoking Lambda with events from other AWS
services".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lint_rules.engine.sources.node import Map, Node, Scalar, Unknown
from lint_rules.engine.templates.intrinsics import Scope, references
from lint_rules.engine.templates.model import EventSource

_HOW = {
    **dict.fromkeys(("S3", "SNS", "Schedule", "ScheduleV2", "CloudWatchEvent", "EventBridgeRule"), "async"),
    **dict.fromkeys(("IoTRule", "CloudWatchLogs"), "async"),
    **dict.fromkeys(("Api", "HttpApi", "Cognito", "AlexaSkill"), "sync"),
    **dict.fromkeys(("SQS", "Kinesis", "DynamoDB", "MSK", "SelfManagedKafka", "MQ", "DocumentDB"), "poll"),
}
_SOURCE = {
    "S3": "Bucket",
    "SNS": "Topic",
    "SQS": "Queue",
    "Kinesis": "Stream",
    "DynamoDB": "Stream",
    "MSK": "Stream",
    "Schedule": "Schedule",
    "ScheduleV2": "ScheduleExpression",
}
_PRINCIPALS = {
    "s3.amazonaws.com": ("S3", "AWS::S3::Bucket"),
    "sns.amazonaws.com": ("SNS", "AWS::SNS::Topic"),
    "events.amazonaws.com": ("EventBridgeRule", "AWS::Events::Rule"),
    "iot.amazonaws.com": ("IoTRule", "AWS::IoT::TopicRule"),
}


class Link(NamedTuple):
    """The logical id of a function, or of an alias of it, and the event source that invokes it."""

    function: str
    event: EventSource


def sam_events(scope: Scope, events: Node | None) -> Iterator[EventSource]:
    """The events of a SAM function."""
    found = scope.resolve(events)
    for key, event in found.items() if isinstance(found, Map) else ():
        kind = scope.at(event, "Type")
        name = kind.text if isinstance(kind, Scalar) else ""
        properties = scope.at(event, "Properties")
        how = _HOW.get(name, "unknown")
        if name == "SNS" and not _is_false(scope.at(properties, "SqsSubscription")):
            how = "poll"  # SAM puts a queue between topic and function.
        source = properties.get(_SOURCE.get(name, "")) if isinstance(properties, Map) else None
        undelivered = scope.value(scope.at(properties, "DeadLetterConfig"), key.span)
        yield EventSource(name, how, key.text, key.span, scope.value(source, key.span), undelivered)


class Targets:
    """Finds the functions that an expression names: by reference, through an alias or version, or by name."""

    def __init__(self, scope: Scope, resources: Map, types: dict[str, str], functions: set[str]) -> None:
        self._scope = scope
        self._owner = {name: name for name in functions}
        self._by_name: dict[str, str] = {}
        for name in functions:
            own = scope.at(resources.get(name), "Properties", "FunctionName")
            if isinstance(own, Scalar | Unknown) and own.text:
                self._by_name[own.text] = name
        for name, kind in types.items():
            if kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
                for function in self.of(scope.at(resources.get(name), "Properties"), "FunctionName"):
                    self._owner[name] = function

    def of(self, parent: Node | None, key: str) -> list[str]:
        """The logical ids of the functions that the value under `key` names."""
        node = parent.get(key) if isinstance(parent, Map) else None
        if node is None:
            return []
        found = [self._owner[name] for name in references(node) if name in self._owner]
        if not found:
            resolved = self._scope.resolve(node)
            if isinstance(resolved, Scalar | Unknown) and resolved.text:
                name = resolved.text.partition(":function:")[2] or resolved.text
                found = [
                    self._by_name[part] for part in (name, name.rpartition(":")[0]) if part in self._by_name
                ]
        return list(dict.fromkeys(found))


def resource_events(scope: Scope, resources: Map, types: dict[str, str], targets: Targets) -> Iterator[Link]:
    """The invocations that other resources of the template cause. `types` holds resource types by logical
    id. A permission counts only where the resource that it lets in does not say itself that it invokes."""
    linked: set[tuple[str, str]] = set()
    for name, kind in sorted(types.items(), key=lambda item: item[1] == "AWS::Lambda::Permission"):
        read = _READERS.get(kind)
        properties = scope.at(resources.get(name), "Properties")
        if read is None or not isinstance(properties, Map):
            continue
        for event_kind, how, parent, key in read(scope, properties, types):
            for function in targets.of(parent, key):
                if any((function, other) in linked for other in references(properties.get("SourceArn"))):
                    continue
                linked.add((function, name))
                found = parent.key(key)
                span = found.span if found else parent.span
                node = properties.get("EventSourceArn") or properties.get("ScheduleExpression")
                source = scope.value(node, span)
                queue = parent.get("DeadLetterConfig") or parent.get("RedrivePolicy")
                undelivered = scope.value(queue, span)
                yield Link(function, EventSource(event_kind, how, name, span, source, undelivered))


_Read = Iterator[tuple[str, str, Map, str]]


def _maps(scope: Scope, node: Node | None) -> list[Map]:
    return [item for item in scope.elements(node) if isinstance(item, Map)]


def _mapping(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    yield "EventSourceMapping", "poll", properties, "FunctionName"


def _rule(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    kind = "Schedule" if "ScheduleExpression" in properties.entries else "EventBridgeRule"
    for target in _maps(scope, properties.get("Targets")):
        yield kind, "async", target, "Arn"


def _schedule(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    for target in _maps(scope, properties.get("Target")):
        yield "ScheduleV2", "async", target, "Arn"


def _bucket(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    for item in _maps(scope, scope.at(properties, "NotificationConfiguration", "LambdaConfigurations")):
        yield "S3", "async", item, "Function"


def _subscription(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    protocol = scope.resolve(properties.get("Protocol"))
    if isinstance(protocol, Scalar) and protocol.text == "lambda":
        yield "SNS", "async", properties, "Endpoint"


def _topic(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    for item in _maps(scope, properties.get("Subscription")):
        yield from _subscription(scope, item, types)


def _logs(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    yield "CloudWatchLogs", "async", properties, "DestinationArn"


def _iot(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    for action in _maps(scope, scope.at(properties, "TopicRulePayload", "Actions")):
        for target in _maps(scope, action.get("Lambda")):
            yield "IoTRule", "async", target, "FunctionArn"


def _permission(scope: Scope, properties: Map, types: dict[str, str]) -> _Read:
    principal = scope.resolve(properties.get("Principal"))
    found = _PRINCIPALS.get(principal.text) if isinstance(principal, Scalar) else None
    if found and any(types.get(name) == found[1] for name in references(properties.get("SourceArn"))):
        yield found[0], "async", properties, "FunctionName"


_READERS: dict[str, Callable[[Scope, Map, dict[str, str]], _Read]] = {
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Permission": _permission,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::Logs::SubscriptionFilter": _logs,
    "AWS::IoT::TopicRule": _iot,
}


def _is_false(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.value in (False, None, "false"))
