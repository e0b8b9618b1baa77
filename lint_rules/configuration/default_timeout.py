"""LAM603."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, Related, Safety, rule


@rule("LAM603", looks_at=Deployment, severity="advice", since="0.1", fix="unsafe")
def default_timeout(function: Deployment) -> Iterator[Finding]:
    """A function that waits for others has only Lambda's three seconds.

    ## Why it matters
    Where a template says nothing, Lambda ends an invocation after three seconds. A call of AWS or of an HTTP API
    usually needs less, but not when the environment is new, the other side is slow or a client tries again: boto3
    waits up to a minute for an answer. The function is then stopped in the middle of its work. Say how long it may
    take.

    Functions that only compute are left alone, and so are those whose code is not here.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Rates:  # expect: default-timeout
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
    ```
    ```python file="app.py"
    import requests

    def handler(event, context):
        return requests.get("https://api.example.com/rates", timeout=2).json()
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Rates:
        Type: AWS::Serverless::Function
        Properties:
          Timeout: 10
          Handler: app.handler
          Runtime: python3.13
    ```
    ```python file="app.py"
    import requests

    def handler(event, context):
        return requests.get("https://api.example.com/rates", timeout=2).json()
    ```

    ## Good
    The three seconds are meant.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Rates:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          Timeout: 3
    ```
    ```python file="app.py"
    import requests

    def handler(event, context):
        return requests.get("https://api.example.com/rates", timeout=2).json()
    ```
    Nothing is waited for.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
    ```
    ```python file="app.py"
    def handler(event, context):
        return {"greeting": f"Hello, {event['name']}"}
    ```

    ## When not to fix
    Three seconds are what you want.

    ## See also
    LAM607 timeout-exceeds-api. AWS: "Configure Lambda function timeout" in the Lambda Developer Guide.
    """
    spec = function.spec
    wait = function.first_wait() if spec.timeout.absent else None
    if wait is not None:
        edit = spec.edit_adding(("Timeout",), "10", before="Handler")
        yield Finding(
            f"{spec.logical_id} has no Timeout and is stopped after Lambda's 3 seconds, but waits for others",
            spec.span,
            Fix("Give it ten seconds", (edit,), Safety.UNSAFE) if edit else None,
            (Related("it waits here", wait),),
        )
