"""LAM514."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM514", looks_at=Handler, severity="error", since="0.1", fix="safe", triggers=("ueryStringParameters",)
)
def none_parameters(handler: Handler) -> Iterator[Finding]:
    """Code looks for a parameter in a query string that the request may not have.

    ## Why it matters
    Without a query string a REST API sends `"queryStringParameters": null`, and an HTTP API or a function URL leaves
    the key out. `event["queryStringParameters"]["x"]` then ends in TypeError or KeyError, and the client gets 502 in
    place of an answer. `event.get("queryStringParameters", {})` is None all the same with a REST API, because the key
    is there.

    ## Bad
    ```python file="app.py"
    def handler(event, context):
        if event["httpMethod"] != "GET":
            return {"statusCode": 405}
        page = event.get("queryStringParameters", {}).get("page", "1")  # expect: none-parameters
        return {"statusCode": 200, "body": f"Page {page}"}
    ```

    ## Fixed
    ```python file="app.py"
    def handler(event, context):
        if event["httpMethod"] != "GET":
            return {"statusCode": 405}
        page = (event.get("queryStringParameters") or {}).get("page", "1")
        return {"statusCode": 200, "body": f"Page {page}"}
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        parameters = event["queryStringParameters"]
        if not parameters:
            return {"statusCode": 400, "body": "Which page?"}
        return {"statusCode": 200, "body": f"Page {parameters['page']}"}
    ```

    An HTTP API leaves the key out, so a default is enough.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Pages:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
          Events:
            Get:
              Type: HttpApi
              Properties:
                Path: /
                Method: GET
    ```
    ```python file="src/app.py"
    def handler(event, context):
        page = event.get("queryStringParameters", {}).get("page", "1")
        return {"statusCode": 200, "body": f"Page {page}"}
    ```

    ## When not to fix
    A validator of the API turns requests without the parameter away, where the linter does not see it.

    ## See also
    AWS: "Input format of a Lambda function for proxy integration".
    """
    if any(
        not event.settings.first("RequestParameters", "Request").absent
        for spec in handler.specs
        for event in spec.events
    ):
        return
    version = handler.payload_version
    for found in handler.event.absent_parameters():
        if found.defaulted and version != "1.0":
            continue
        edits, alike = found.mended()
        safety = Safety.SAFE if alike else Safety.UNSAFE
        yield Finding(
            f"`{found.code}` is {'not there' if version == '2.0' else 'None'} when a request has no query string",
            found.span,
            Fix("Look into an empty dictionary then", edits, safety) if edits else None,
        )
