"""LAM510."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM510", looks_at=Handler, severity="error", since="0.1", fix="safe", triggers=("body",))
def apigw_body_not_string(handler: Handler) -> Iterator[Finding]:
    """The body of an HTTP response is a dictionary or a list, where API Gateway takes a string.

    ## Why it matters
    API Gateway calls such an answer a malformed Lambda proxy response, and the client gets 502 Internal server error,
    after the function has done its work. The function's own log shows nothing wrong.

    ## Bad
    ```python file="app.py"
    def handler(event, context):
        name = event["pathParameters"]["name"]
        return {"statusCode": 200, "body": {"hello": name}}  # expect: apigw-body-not-string
    ```

    ## Fixed
    ```python file="app.py"
    import json

    def handler(event, context):
        name = event["pathParameters"]["name"]
        return {"statusCode": 200, "body": json.dumps({"hello": name})}
    ```

    ## Good
    ```python file="app.py"
    import json

    def handler(event, context):
        name = event["pathParameters"]["name"]
        return {"statusCode": 200, "body": json.dumps({"hello": name})}
    ```

    A resolver of Powertools makes the string.
    ```python file="app.py"
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

    app = APIGatewayRestResolver()

    @app.get("/hello/<name>")
    def hello(name: str):
        return {"hello": name}

    def handler(event, context):
        return app.resolve(event, context)
    ```

    A function that no API calls may answer as it likes.
    ```python file="app.py"
    def handler(event, context):
        return {"statusCode": 200, "body": {"sum": event["a"] + event["b"]}}
    ```

    ## When not to fix
    The integration is no proxy, and a mapping template makes the response; the linter sees that only in a template.

    ## See also
    AWS: "Set up Lambda proxy integrations in API Gateway", output format.
    """
    for reply in handler.http_replies():
        if "statusCode" not in reply.names:
            continue
        for entry in reply.containers("body"):
            edits = entry.wrapped("json.dumps")
            yield Finding(
                f"`{entry.code}` is no string: API Gateway answers 502; make JSON of it",
                entry.span,
                Fix("Make JSON of it", edits, Safety.SAFE) if edits else None,
            )
