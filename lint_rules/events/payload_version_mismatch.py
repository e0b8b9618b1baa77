"""LAM513."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, rule

_INSTEAD = {
    "httpMethod": 'event["requestContext"]["http"]["method"]',
    "resource": 'event["routeKey"]',
    "multiValueHeaders": 'event["headers"]',
    "multiValueQueryStringParameters": 'event["queryStringParameters"]',
    "requestContext.httpMethod": 'event["requestContext"]["http"]["method"]',
    "requestContext.resourcePath": 'event["routeKey"]',
    "requestContext.identity": 'event["requestContext"]["http"]',
    "rawPath": 'event["path"]',
    "rawQueryString": 'event["queryStringParameters"]',
    "routeKey": 'event["resource"]',
    "cookies": 'event["headers"]',
    "requestContext.http": 'event["httpMethod"] and event["path"]',
}


@rule(
    "LAM513",
    looks_at=Deployment,
    severity="error",
    since="0.1",
    triggers=("httpMethod", "requestContext", "raw", "routeKey", "multiValue", "resource", "cookies"),
)
def payload_version_mismatch(function: Deployment) -> Iterator[Finding]:
    """Code reads a request as the other kind of API sends it.

    ## Why it matters
    A REST API and a load balancer send `httpMethod` and `path` (payload 1.0); an HTTP API and a function URL send
    `requestContext.http` and `rawPath` (payload 2.0), unless the template asks for 1.0. What the other format has is
    not there, so every request ends in KeyError, which the client sees as 500 or 502.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Hello:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
          Events:
            Any:
              Type: HttpApi
    ```
    ```python file="src/app.py"
    def handler(event, context):
        method = event["httpMethod"]  # expect: payload-version-mismatch
        return {"statusCode": 200, "body": method}
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Hello:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
          Events:
            Any:
              Type: HttpApi
    ```
    ```python file="src/app.py"
    def handler(event, context):
        method = event["requestContext"]["http"]["method"]
        return {"statusCode": 200, "body": method}
    ```

    Code that is ready for both.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Hello:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
          Events:
            Any:
              Type: HttpApi
    ```
    ```python file="src/app.py"
    def handler(event, context):
        if event.get("version") == "2.0":
            method = event["requestContext"]["http"]["method"]
        else:
            method = event["httpMethod"]
        return {"statusCode": 200, "body": method}
    ```

    ## When not to fix
    The function is called by another API as well, which is not in the template. Setting `PayloadFormatVersion: "1.0"`
    at the HTTP API mends it too.

    ## See also
    AWS: "Create AWS Lambda proxy integrations for HTTP APIs", payload format version.
    """
    handler = function.handler
    version = handler.payload_version_of(function.spec) if handler else ""
    for read in handler.event.misread(version) if handler and version else ():
        name = ".".join(read.path)
        sends = "an HTTP API or a function URL" if version == "2.0" else "a REST API"
        yield Finding(
            f"{sends} sends no `{name}` (payload {version}): read {_INSTEAD[name]}",
            read.span,
            related=tuple(
                Related("what sends the requests", event.span)
                for event in function.spec.events[:1]
                if event.kind in ("Api", "HttpApi", "ALB")
            ),
        )
