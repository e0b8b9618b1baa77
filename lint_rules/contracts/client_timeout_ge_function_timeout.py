"""LAM913."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules import Deployment, Edit, Finding, Fix, Related, Safety, rule

_SHARE = 0.8
"""Of the function's timeout, so that the error can still be dealt with."""


@rule("LAM913", looks_at=Deployment, severity="warning", since="0.1", fix="unsafe")
def client_timeout_ge_function_timeout(function: Deployment) -> Iterator[Finding]:
    """A call waits for its answer at least as long as the function may take.

    ## Why it matters
    When the other side does not answer, Lambda ends the function before the call gives up. The code that should deal
    with it, the fallback, the log line, the message to try again, never runs; all that is left is "Task timed out".

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Rates:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
    ```
    ```python file="src/app.py"
    import requests

    def handler(event, context):
        return requests.get("https://example.com/rate", timeout=60).json()  # expect: client-timeout-ge-function-timeout
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Rates:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
    ```
    ```python file="src/app.py"
    import requests

    def handler(event, context):
        return requests.get("https://example.com/rate", timeout=8).json()
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Rates:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
    ```
    ```python file="src/app.py"
    import requests

    def handler(event, context):
        left = context.get_remaining_time_in_millis() / 1000
        one = requests.get("https://example.com/rate", timeout=3).json()
        return [one, requests.get("https://example.com/more", timeout=left - 1).json()]
    ```

    ## When not to fix
    Nothing is to be done when the other side does not answer.

    ## See also
    LAM603 default-timeout. AWS: "Configure Lambda function timeout" in the Lambda Developer Guide.
    """
    limit = function.spec.seconds
    for wait in function.waits() if limit is not None else ():
        seconds, argument = wait.seconds, wait.argument
        if seconds is None or argument is None or limit is None or seconds < limit:
            continue
        module = wait.scope.facts.module
        lower = int(limit * _SHARE)
        edit = (
            Edit(module.span(argument), str(lower)) if isinstance(argument, ast.Constant) and lower else None
        )
        timeout = function.spec.timeout
        yield Finding(
            f"This call waits up to {seconds:g} seconds, but {function.name} is stopped after {limit:g}: what should "
            "happen without an answer never does",
            module.span(argument),
            Fix(f"Wait {lower} seconds", (edit,), Safety.UNSAFE) if edit else None,
            (Related("the function's timeout", timeout.span if timeout.known else function.spec.span),),
        )
