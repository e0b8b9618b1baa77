"""What invokes a function, and how: SAM events, and the resources of CloudFormation that name a function.

Whether an invocation is asynchronous follows AWS's table "Invoking Lambda with events from other AWS
services".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lint_rules.engine.sources.node import Map, Node, Scalar, Unknown
from lint_rules.engine.templates.intrinsics import Scope, references
from lint_rules.engine.templates.model import EventSource, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple

_HOW = {
    **dict.fromkeys(("S3", "SNS", "Schedule", "ScheduleV2", "CloudWatchEvent", "EventBridgeRule"), "async"),
    **dict.fromkeys(("IoTRule", "CloudWatchLogs"), "async"),
    **dict.fromkeys(("Api", "HttpApi", "WebSocket", "Cognito", "AlexaSkill", "ALB"), "sync"),
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
_POLLED = {
    "AWS::SQS::Queue": "SQS",
    "AWS::Kinesis::Stream": "Kinesis",
    "AWS::Kinesis::StreamConsumer": "Kinesis",
    "AWS::DynamoDB::Table": "DynamoDB",
    "AWS::DynamoDB::GlobalTable": "DynamoDB",
    "AWS::MSK::Cluster": "MSK",
    "AWS::MSK::ServerlessCluster": "MSK",
    "AWS::AmazonMQ::Broker": "MQ",
    "AWS::DocDB::DBCluster": "DocumentDB",
}
_SERVICES = {"sqs": "SQS", "kinesis": "Kinesis", "dynamodb": "DynamoDB", "kafka": "MSK", "mq": "MQ"}
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


def sam_events(function: Resource) -> Iterator[EventSource]:
    """The events of a SAM function."""
    scope = function.scope
    found = scope.resolve(function.properties.get("Events"))
    for key, event in found.items() if isinstance(found, Map) else ():
        kind = scope.at(event, "Type")
        name = kind.text if isinstance(kind, Scalar) else ""
        properties = scope.at(event, "Properties")
        if not isinstance(properties, Map):
            properties = Map({}, key.span)
        settings = Resource(function.template, scope, key, name, properties)
        how = _HOW.get(name, "unknown")
        if name == "SNS" and not _is_false(settings.node_at("SqsSubscription")):
            how = "poll"  # SAM puts a queue between topic and function.
        source = scope.value(properties.get(_SOURCE.get(name, "")), key.span)
        undelivered = settings.value("DeadLetterConfig")
        yield EventSource(name, how, key.text, key.span, source, undelivered, settings)


class Targets:
    """Finds the functions that an expression names: by reference, through an alias or version, or by name."""

    def __init__(self, resources: Mapping[str, Resource], aliases: Mapping[str, str]) -> None:
        self._scope: Scope | None = None
        self._owner: dict[str, str] = dict(aliases)
        self._by_name: dict[str, str] = {}
        for name, found in resources.items():
            self._scope = found.scope
            if found.kind in ("AWS::Lambda::Function", "AWS::Serverless::Function"):
                self._owner[name] = name
                own = found.node_at("FunctionName")
                if isinstance(own, Scalar | Unknown) and own.text:
                    self._by_name[own.text] = name
        for name, found in resources.items():
            if found.kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
                for function in self.of(found.properties, "FunctionName"):
                    self._owner[name] = function

    def of(self, parent: Node | None, key: str) -> list[str]:
        """The logical ids of the functions that the value under `key` names."""
        node = parent.get(key) if isinstance(parent, Map) else None
        if node is None or self._scope is None:
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


def resource_events(resources: Mapping[str, Resource], targets: Targets) -> Iterator[Link]:
    """The invocations that other resources of the template cause. A permission counts only where the resource
    that it lets in does not say itself that it invokes."""
    types = {name: found.kind for name, found in resources.items()}
    linked: set[tuple[str, str]] = set()
    for name, found in sorted(resources.items(), key=lambda item: item[1].kind == "AWS::Lambda::Permission"):
        read = _READERS.get(found.kind)
        if read is None:
            continue
        scope, properties = found.scope, found.properties
        for event_kind, how, parent, key in read(scope, properties, types):
            for function in targets.of(parent, key):
                if any((function, other) in linked for other in references(properties.get("SourceArn"))):
                    continue
                linked.add((function, name))
                # What a subscription is of says nothing itself, and needs a permission all the same.
                linked.update((function, topic) for topic in references(properties.get("TopicArn")))
                written = parent.key(key)
                span = written.span if written else parent.span
                node = properties.get("EventSourceArn") or properties.get("ScheduleExpression")
                source = scope.value(node or properties.get("TopicArn"), span)
                if event_kind == "EventSourceMapping":
                    event_kind = _polled(properties, source, types)
                elif found.kind in ("AWS::S3::Bucket", "AWS::SNS::Topic"):
                    source = Value("unresolved", None, span, (name,))
                queue = parent.get("DeadLetterConfig") or parent.get("RedrivePolicy")
                undelivered = scope.value(queue, span)
                label = Scalar(name, name, span)
                settings = Resource(found.template, scope, label, found.kind, parent)
                yield Link(function, EventSource(event_kind, how, name, span, source, undelivered, settings))


def _polled(properties: Map, source: Value, types: Mapping[str, str]) -> str:
    """What a mapping reads, in SAM's words."""
    if "SelfManagedEventSource" in properties.entries:
        return "SelfManagedKafka"
    for name in source.names:
        if types.get(name) in _POLLED:
            return _POLLED[types[name]]
    text = source.value if isinstance(source.value, str) else source.text or ""
    return _SERVICES.get(text.split(":")[2] if text.count(":") > 2 else "", "EventSourceMapping")


_Read = Iterator[tuple[str, str, Map, str]]


def _maps(scope: Scope, node: Node | None) -> list[Map]:
    return [item for item in scope.elements(node) if isinstance(item, Map)]


def _mapping(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    yield "EventSourceMapping", "poll", properties, "FunctionName"


def _rule(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    kind = "Schedule" if "ScheduleExpression" in properties.entries else "EventBridgeRule"
    for target in _maps(scope, properties.get("Targets")):
        yield kind, "async", target, "Arn"


def _schedule(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    for target in _maps(scope, properties.get("Target")):
        yield "ScheduleV2", "async", target, "Arn"


def _bucket(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    for item in _maps(scope, scope.at(properties, "NotificationConfiguration", "LambdaConfigurations")):
        yield "S3", "async", item, "Function"


def _subscription(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    protocol = scope.resolve(properties.get("Protocol"))
    if isinstance(protocol, Scalar) and protocol.text == "lambda":
        yield "SNS", "async", properties, "Endpoint"


def _topic(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    for item in _maps(scope, properties.get("Subscription")):
        yield from _subscription(scope, item, types)


def _logs(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    yield "CloudWatchLogs", "async", properties, "DestinationArn"


def _iot(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    for action in _maps(scope, scope.at(properties, "TopicRulePayload", "Actions")):
        for target in _maps(scope, action.get("Lambda")):
            yield "IoTRule", "async", target, "FunctionArn"


def _permission(scope: Scope, properties: Map, types: Mapping[str, str]) -> _Read:
    principal = scope.resolve(properties.get("Principal"))
    found = _PRINCIPALS.get(principal.text) if isinstance(principal, Scalar) else None
    if found and any(types.get(name) == found[1] for name in references(properties.get("SourceArn"))):
        yield found[0], "async", properties, "FunctionName"


_READERS: dict[str, Callable[[Scope, Map, Mapping[str, str]], _Read]] = {
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Permission": _permission,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketNotification": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::Logs::SubscriptionFilter": _logs,
    "AWS::IoT::TopicRule": _iot,
}


def _is_false(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.value in (False, None, "false"))
