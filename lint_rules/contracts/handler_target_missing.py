"""LAM901."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, Safety, rule

_SAID = {
    "dot": "`{what}` names no function: write the file and the function, as in `app.handler`",
    "file": "there is no {what} in the code of {name}",
    "name": "the code of {name} defines no `{what}`",
}


@rule("LAM901", looks_at=Deployment, severity="error", since="0.1", fix="safe")
def handler_target_missing(function: Deployment) -> Iterator[Finding]:
    """A template names a handler that is not there.

    ## Why it matters
    Lambda imports the file and looks for the function when an environment starts, not when the function is deployed. So
    the deployment goes well, and each invocation ends in Runtime.ImportModuleError or Runtime.HandlerNotFound.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler  # expect: handler-target-missing
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    def lambda_handler(event, context):
        return {"greeting": "Hello"}
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.lambda_handler
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    def lambda_handler(event, context):
        return {"greeting": "Hello"}
    ```

    ## Good
    A name that is imported or made counts as one that is defined.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    from shop.greetings import greet as handler
    ```
    The file comes from a layer, or from a build.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: datadog_lambda.handler.handler
          Runtime: python3.13
          CodeUri: src/
          Layers: [!ImportValue datadog]
    ```
    ```python file="src/app.py"
    def lambda_handler(event, context):
        return {"greeting": "Hello"}
    ```

    ## When not to fix
    A build step puts another file there under the same name.

    ## See also
    AWS: "Define Lambda function handler in Python".
    """
    missing = function.missing_target
    if missing is not None:
        handler = function.spec.handler
        edit = (
            function.template.edit_replacing(handler, missing.meant[0]) if len(missing.meant) == 1 else None
        )
        yield Finding(
            _SAID[missing.reason].format(what=missing.what, name=function.name) + _meant(missing.meant),
            handler.span,
            Fix(f"Name {missing.meant[0]}", (edit,), Safety.SAFE) if edit else None,
        )


def _meant(handlers: tuple[str, ...]) -> str:
    return f"; is `{handlers[0]}` meant?" if len(handlers) == 1 else ""
