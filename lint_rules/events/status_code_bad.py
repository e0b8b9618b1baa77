"""LAM511."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Edit, Finding, Fix, Handler, Safety, Span, rule

_MEANT = frozenset({"statuscode", "status", "code", "httpstatuscode", "httpstatus", "responsecode"})
_PARTS = frozenset({"body", "headers", "isBase64Encoded", "multiValueHeaders", "cookies"})


@rule(
    "LAM511",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="unsafe",
    triggers=("statusCode", "body"),
)
def status_code_bad(handler: Handler) -> Iterator[Finding]:
    """An HTTP response has no `statusCode`, or one that is no status of HTTP.

    ## Why it matters
    API Gateway answers 502 when a response lacks `statusCode` or has words or None in it. An HTTP API or a function URL
    takes a dictionary without `statusCode` for the body itself, and sends 200 with `{"status": 404, ...}` in it.
    A number that is no status of HTTP, such as 0 or 1000, is refused too.

    ## Bad
    ```python file="app.py"
    import json

    def handler(event, context):
        name = event["pathParameters"]["name"]
        if name == "nobody":
            return {"status": 404, "body": "Not found"}  # expect: status-code-bad
        return {"statusCode": 200, "body": json.dumps({"hello": name})}
    ```

    ## Fixed
    ```python file="app.py"
    import json

    def handler(event, context):
        name = event["pathParameters"]["name"]
        if name == "nobody":
            return {"statusCode": 404, "body": "Not found"}
        return {"statusCode": 200, "body": json.dumps({"hello": name})}
    ```

    ## Good
    Digits in a string are taken.
    ```python file="app.py"
    import json

    def handler(event, context):
        name = event["pathParameters"]["name"]
        return {"statusCode": "200", "body": json.dumps({"hello": name})}
    ```

    An HTTP API makes a response of any other dictionary.
    ```python file="app.py"
    def handler(event, context):
        return {"hello": event["pathParameters"]["name"]}
    ```

    ## When not to fix
    The function is called by something else than an API, which reads another key.

    ## See also
    AWS: "Set up Lambda proxy integrations in API Gateway", output format; "Create AWS Lambda proxy integrations for
    HTTP APIs".
    """
    for reply in handler.http_replies():
        for entry in reply.entries:
            if entry.name == "statusCode" and entry.constant is not entry and not _is_status(entry.constant):
                yield Finding(f"`{entry.code}` is no status of HTTP, which is 100 to 599", entry.span)
        if "statusCode" in reply.names or not reply.closed or not reply.names & _PARTS:
            continue
        meant = [entry for entry in reply.entries if _bare(entry.name) in _MEANT]
        others = reply.names - _PARTS - {entry.name for entry in meant}
        if len(meant) == 1 and not others and meant[0].key in reply.node.keys:
            edit = Edit(meant[0].key_span, '"statusCode"')
            yield Finding(
                f"`{meant[0].name}` is not what an API looks for: the key is statusCode",
                meant[0].key_span,
                Fix("Call it statusCode", (edit,), Safety.UNSAFE),
            )
        elif not meant and not others and "body" in reply.names and handler.payload_version == "1.0":
            start = reply.span.start + 1
            edit = Edit(Span(reply.span.path, start, start), '"statusCode": 200, ')
            one_line = "\n" not in reply.code
            yield Finding(
                "this response has no statusCode, so the API answers 502",
                reply.span,
                Fix("Say that all went well", (edit,), Safety.UNSAFE) if one_line else None,
            )


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _is_status(value: object) -> bool:
    if isinstance(value, str):
        return value.isdecimal() and 100 <= int(value) <= 599
    return isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599
