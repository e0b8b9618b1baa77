"""LAM755."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, FunctionUrl, Safety, Severity, rule

_SIGNED = (
    "hmac",
    "compare_digest",
    "verify_key",
    "signature",
    "jwt",
    "jose",
    "verify_token",
    "construct_event",
)
"""What code that checks its sender speaks of."""


@rule("LAM755", looks_at=Deployment, severity="warning", since="0.2", fix="unsafe", triggers=("NONE", "url"))
def function_url_no_auth(function: Deployment) -> Iterator[Finding]:
    """A function URL lets everybody in.

    ## Why it matters
    With `AuthType: NONE` whoever finds the address invokes the function, as often as he likes, at your cost; it has no
    usage plan, no throttle but the function's concurrency, and by itself no firewall. `AWS_IAM` lets in only callers of
    AWS that sign their requests. Where code checks a signature, as for a webhook, it is advice.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          FunctionUrlConfig:
            AuthType: NONE  # expect: function-url-no-auth
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          FunctionUrlConfig:
            AuthType: AWS_IAM
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          FunctionUrlConfig:
            AuthType: AWS_IAM
    ```

    A deployment chooses.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Auth: {Type: String}
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          FunctionUrlConfig:
            AuthType: !Ref Auth
    ```

    ## When not to fix
    The address is meant for everybody: a public page, or a webhook of which something else checks the sender.

    ## See also
    LAM751 permission-wildcard-principal. AWS: "Control access to Lambda function URLs".
    """
    for url in function.template.all(FunctionUrl):
        if url.function == function.name and url.auth.value == "NONE":
            checked = function.handler is not None and function.handler.mentions(*_SIGNED)
            edit = function.template.edit_replacing(url.auth, "AWS_IAM")
            yield Finding(
                f"everybody can invoke {function.name} by its URL"
                + ("; its code seems to check who sends" if checked else ""),
                url.auth.span,
                Fix("Let in signed requests only", (edit,), Safety.UNSAFE) if edit else None,
                severity=Severity.ADVICE if checked else None,
            )
