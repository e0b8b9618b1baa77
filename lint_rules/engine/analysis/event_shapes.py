"""Which services send events of the shape that code reads, by what only they put into them.

Kinds are SAM's words for events; "Api" stands for every request of HTTP: of both generations of API Gateway, of
function URLs and of load balancers. https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.event_paths import EACH, FIRST, PARSED, EventPaths, EventRead
from lint_rules.engine.analysis.facts import Scope

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
            *(
                "httpMethod",
                "queryStringParameters",
                "multiValueQueryStringParameters",
                "pathParameters",
                "rawPath",
            ),
            *("rawQueryString", "requestContext", "isBase64Encoded", "stageVariables", "routeKey"),
        ),
        "Api",
    ),
    **dict.fromkeys(("detail", "detail-type"), "EventBridgeRule"),
    "awslogs": "CloudWatchLogs",
}

_FIRST = frozenset({"httpMethod", "resource", "multiValueHeaders", "multiValueQueryStringParameters"})
_SECOND = frozenset({"rawPath", "rawQueryString", "routeKey", "cookies"})
"""Members of a request that only one format of the payload has; the first has `path` too, which others may have."""


def payload_version(read: EventRead) -> str:
    """The format of requests that has what is read, "1.0" or "2.0"; empty where both have it."""
    path = read.path
    if len(path) == 2 and path[0] == "requestContext":
        return (
            "2.0"
            if path[1] == "http"
            else "1.0"
            if path[1] in ("httpMethod", "resourcePath", "identity")
            else ""
        )
    if len(path) != 1:
        return ""
    return "1.0" if path[0] in _FIRST else "2.0" if path[0] in _SECOND else ""


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


def unparsed_bodies(event: EventPaths) -> Iterator[EventRead]:
    """The bodies of SQS's messages in which keys are looked for, though nothing has made more of them than text."""
    seen: set[ast.AST] = set()
    for read in event.reads:
        if not (len(read.path) == 4 and read.path[0] == "Records" and read.path[2] == "body"):
            continue
        if read.path[1] not in (EACH, FIRST) or read.path[3] in (EACH, FIRST, PARSED):
            continue
        body = _base(read.node)
        while isinstance(body, ast.Name):
            owner = read.scope.owner(body.id)
            value = owner.value(body.id) if owner is not None and owner is read.scope else None
            body = value
        if body is not None and body not in seen and not _checks_type(read.scope):
            seen.add(body)
            yield read._replace(node=body, path=read.path[:3])


def _base(node: ast.expr) -> ast.expr | None:
    """What `x["key"]` or `x.get("key")` looks into."""
    if isinstance(node, ast.Subscript):
        return node.value
    func = node.func if isinstance(node, ast.Call) else None
    return func.value if isinstance(func, ast.Attribute) else None


def _checks_type(scope: Scope) -> bool:
    return any(scope.dotted(call.func) in ("isinstance", "type") for call in scope.calls)
