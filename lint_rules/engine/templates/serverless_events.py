"""Events of serverless.yml, in the form of SAM's.

https://www.serverless.com/framework/docs/providers/aws/guide/events
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.intrinsics import intrinsic
from lint_rules.engine.templates.shaping import below, elements, mapping, renamed, scalar, sequence, text_of

_Event = Iterator[tuple[str, Map]]

_POLLING = {
    "batchSize": "BatchSize",
    "batchWindow": "MaximumBatchingWindowInSeconds",
    "maximumBatchingWindow": "MaximumBatchingWindowInSeconds",
    "startingPosition": "StartingPosition",
    "bisectBatchOnFunctionError": "BisectBatchOnFunctionError",
    "maximumRetryAttempts": "MaximumRetryAttempts",
    "maximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
    "parallelizationFactor": "ParallelizationFactor",
    "tumblingWindowInSeconds": "TumblingWindowInSeconds",
    "enabled": "Enabled",
}
_OTHERS = {
    "websocket": "WebSocket",
    "alexaSkill": "AlexaSkill",
    "alexaSmartHome": "AlexaSkill",
    "cognitoUserPool": "Cognito",
    "iot": "IoTRule",
    "cloudwatchLog": "CloudWatchLogs",
    "cloudwatchEvent": "CloudWatchEvent",
    "alb": "ALB",
    "msk": "MSK",
    "kafka": "SelfManagedKafka",
    "activemq": "MQ",
    "rabbitmq": "MQ",
}


def sam_form(events: Node | None) -> Map | None:
    """The events of a function as SAM's map of events, keys numbered by kind; None where there are none."""
    found: dict[str, tuple[Scalar, Node]] = {}
    for item in elements(events):
        for key, content in item.items() if isinstance(item, Map) else ():
            for kind, properties in _events(key, content):
                name = f"{key.text}{len(found) + 1}"
                event = mapping([("Type", scalar(kind, key.span)), ("Properties", properties)], key.span)
                found[name] = (Scalar(name, name, key.span), event)
    span = events.span if events is not None else None
    return Map(found, span, flow=True) if found and span else None


def _events(key: Scalar, content: Node) -> _Event:
    read = _READERS.get(key.text)
    if read is not None:
        yield from read(key, content)
    else:
        yield _OTHERS.get(key.text, key.text), Map({}, key.span)


def _http(key: Scalar, content: Node) -> _Event:
    kind = "Api" if key.text == "http" else "HttpApi"
    method, path = below(content, "method"), below(content, "path")
    if isinstance(content, Scalar):
        words = content.text.split(None, 1)
        if len(words) == 2:
            method, path = scalar(words[0], content.span), scalar(words[1], content.span)
        else:
            method, path = None, None if content.text == "*" else content
    authorizer = below(content, "authorizer")
    named = (
        below(authorizer, "name")
        if isinstance(authorizer, Map) and "name" in authorizer.entries
        else authorizer
    )
    auth = mapping([("Authorizer", named)], key.span) if named is not None else None
    # SAM has no words for these two; they keep serverless's own.
    more = [("Integration", below(content, "integration")), ("Request", below(content, "request"))]
    yield kind, mapping([("Path", path), ("Method", method), ("Auth", auth), *more], key.span)


def _s3(key: Scalar, content: Node) -> _Event:
    if not isinstance(content, Map) or intrinsic(content):
        yield "S3", mapping([("Bucket", content)], key.span)
        return
    rules = [
        mapping([("Name", scalar(name.text, name.span)), ("Value", value)], name.span)
        for rule in elements(content.get("rules"))
        if isinstance(rule, Map)
        for name, value in rule.items()
    ]
    where = mapping([("Rules", sequence(rules, content.span))], content.span)
    narrowed = mapping([("S3Key", where)], content.span) if rules else None
    events = content.get("event") or scalar("s3:ObjectCreated:*", key.span)
    yield (
        "S3",
        mapping([("Bucket", content.get("bucket")), ("Events", events), ("Filter", narrowed)], key.span),
    )


def _schedule(key: Scalar, content: Node) -> _Event:
    if not isinstance(content, Map):
        yield "Schedule", mapping([("Schedule", content)], key.span)
        return
    scheduler = text_of(content.get("method")) == "scheduler"
    name = "ScheduleExpression" if scheduler else "Schedule"
    names = {"enabled": "Enabled", "input": "Input", "timezone": "ScheduleExpressionTimezone"}
    if scheduler:
        names.pop("enabled")
    for rate in elements(content.get("rate")):
        entries = [(name, rate), *renamed(content, names)]
        yield "ScheduleV2" if scheduler else "Schedule", mapping(entries, key.span)


def _sns(key: Scalar, content: Node) -> _Event:
    if isinstance(content, Map) and not intrinsic(content):
        topic = content.get("arn") or content.get("topicName")
        names = {"filterPolicy": "FilterPolicy", "redrivePolicy": "RedrivePolicy"}
        yield "SNS", mapping([("Topic", topic), *renamed(content, names)], key.span)
    else:
        yield "SNS", mapping([("Topic", content)], key.span)


def _polled(kind: str, source: str, key: Scalar, content: Node) -> tuple[str, Map]:
    if not isinstance(content, Map) or intrinsic(content):
        return kind, mapping([(source, content)], key.span)
    entries = [(source, content.get("arn")), *renamed(content, _POLLING)]
    reports = content.get("functionResponseType")
    if reports is not None:
        entries.append(("FunctionResponseTypes", sequence([reports], reports.span)))
    patterns = content.get("filterPatterns")
    if isinstance(patterns, List):
        filters = [mapping([("Pattern", item)], item.span) for item in patterns.items]
        listed = mapping([("Filters", sequence(filters, patterns.span))], patterns.span)
        entries.append(("FilterCriteria", listed))
    target = below(content, "destinations", "onFailure")
    if target is not None:
        arn = below(target, "arn") if isinstance(target, Map) and "arn" in target.entries else target
        failure = mapping([("Destination", arn)], target.span)
        entries.append(("DestinationConfig", mapping([("OnFailure", failure)], target.span)))
    most = content.get("maximumConcurrency")
    if most is not None:
        entries.append(("ScalingConfig", mapping([("MaximumConcurrency", most)], most.span)))
    return kind, mapping(entries, key.span)


def _sqs(key: Scalar, content: Node) -> _Event:
    yield _polled("SQS", "Queue", key, content)


def _stream(key: Scalar, content: Node) -> _Event:
    written = isinstance(content, Map) and "arn" in content.entries
    kind = text_of(below(content, "type")) if written else None
    arn = below(content, "arn") if written else content
    text = text_of(arn) or ""
    if kind is None:
        attribute = below(arn, "Fn::GetAtt")
        last = attribute.items[-1] if isinstance(attribute, List) and attribute.items else None
        dynamo = ":dynamodb:" in text or text_of(last) == "StreamArn"
        kind = "dynamodb" if dynamo else "kinesis" if ":kinesis:" in text or last else "stream"
    name = {"dynamodb": "DynamoDB", "kinesis": "Kinesis"}.get(kind, "Stream")
    yield _polled(name, "Stream", key, content)


def _bridge(key: Scalar, content: Node) -> _Event:
    names = {"pattern": "Pattern", "eventBus": "EventBusName", "input": "Input", "retryPolicy": "RetryPolicy"}
    entries = renamed(content, names)
    queue = below(content, "deadLetterQueueArn")
    if queue is not None and not isinstance(content, Unknown):
        entries.append(("DeadLetterConfig", mapping([("Arn", queue)], queue.span)))
    rate = below(content, "schedule")
    if rate is not None and not isinstance(content, Unknown):
        yield "Schedule", mapping([("Schedule", rate), *entries], key.span)
    else:
        yield "EventBridgeRule", mapping(entries, key.span)


_READERS: dict[str, Callable[[Scalar, Node], _Event]] = {
    "http": _http,
    "httpApi": _http,
    "s3": _s3,
    "schedule": _schedule,
    "sns": _sns,
    "sqs": _sqs,
    "stream": _stream,
    "eventBridge": _bridge,
}
