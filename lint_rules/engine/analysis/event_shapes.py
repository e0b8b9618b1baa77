"""Which services send events of the shape that code reads, by what only they put into them.

Kinds are SAM's words for events; "Api" stands for every request of HTTP: of both generations of API Gateway, of function
URLs and of load balancers. https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules.engine.analysis.event_paths import EACH, FIRST, EventRead

OF_RECORDS = {
    "s3": "S3",
    "Sns": "SNS",
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "body": "SQS",
    "receiptHandle": "SQS",
    "messageId": "SQS",
    "messageAttributes": "SQS",
    "cf": "CloudFront",
    "ses": "SES",
}
"""Members of records that only one service's have."""

_OF_EVENTS = {
    **dict.fromkeys(
        (
            *("httpMethod", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "rawPath"),
            *("rawQueryString", "requestContext", "isBase64Encoded", "stageVariables", "routeKey"),
        ),
        "Api",
    ),
    **dict.fromkeys(("detail", "detail-type"), "EventBridgeRule"),
    "awslogs": "CloudWatchLogs",
}


def kind_of(read: EventRead) -> str:
    """The kind of events that have what is read; empty where several kinds have it."""
    path = read.path
    if len(path) == 1:
        return _OF_EVENTS.get(path[0], "")
    if len(path) == 3 and path[0] == "Records" and path[1] in (EACH, FIRST):
        return OF_RECORDS.get(path[2], "")
    return ""


def kinds_read(reads: Iterable[EventRead]) -> frozenset[str]:
    """The kinds of events of whose shape something is read."""
    return frozenset(kind for read in reads if (kind := kind_of(read)))
