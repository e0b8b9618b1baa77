"""LAM944."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, Related, Safety, rule


@rule("LAM944", looks_at=Deployment, severity="error", since="0.1", fix="safe", triggers=("pathParameters",))
def pathparam_name_mismatch(function: Deployment) -> Iterator[Finding]:
    """Code reads a parameter of the path that no route of the function has.

    ## Why it matters
    `pathParameters` holds what the route calls its parameters. With the route `/orders/{id}` there is no `orderId`, so
    each request ends in KeyError, and the client gets 502; with `get` the code goes on with None. No test with an event
    made by hand shows it.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Order:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
          Events:
            Get:
              Type: HttpApi
              Properties:
                Path: /orders/{id}
                Method: GET
    ```
    ```python file="src/app.py"
    def handler(event, context):
        order = event["pathParameters"]["orderId"]  # expect: pathparam-name-mismatch
        return {"statusCode": 200, "body": f"Order {order}"}
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Order:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
          Events:
            Get:
              Type: HttpApi
              Properties:
                Path: /orders/{id}
                Method: GET
    ```
    ```python file="src/app.py"
    def handler(event, context):
        order = event["pathParameters"]["id"]
        return {"statusCode": 200, "body": f"Order {order}"}
    ```

    ## Good
    The whole rest of the path is a parameter too.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Order:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 20
          Events:
            Get:
              Type: HttpApi
              Properties:
                Path: /orders/{rest+}
                Method: GET
    ```
    ```python file="src/app.py"
    def handler(event, context):
        return {"statusCode": 200, "body": event["pathParameters"]["rest"]}
    ```

    ## When not to fix
    A route that is not in the template has the parameter.

    ## See also
    AWS: "Create routes for HTTP APIs"; "Input format of a Lambda function for proxy integration".
    """
    for found in function.wrong_path_parameters():
        edits = found.renamed()
        events = [event for event in function.spec.events if event.kind in ("Api", "HttpApi")]
        meant = f"; `{found.meant}` is one" if found.meant else ""
        yield Finding(
            f"no route of {function.name} has a parameter `{found.name}`{meant}",
            found.span,
            Fix(f"Read {found.meant}", edits, Safety.SAFE) if edits else None,
            related=tuple(Related("its route", event.span) for event in events[:1]),
        )
