"""LAM818."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Template, rule, written_secret, written_variables


@rule("LAM818", looks_at=Template, severity="error", since="0.1", triggers=("Environment", "environment"))
def secret_in_environment(template: Template) -> Iterator[Finding]:
    """A template gives a function a secret, written out, in an environment variable.

    ## Why it matters
    The secret stands in the repository, in every copy of the stack's template, and in the function's configuration:
    whoever may read that (`lambda:GetFunctionConfiguration` is part of AWS's read-only policies) has it. It cannot be
    rotated without deploying.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          Environment:
            Variables:
              HOST: db.internal
              DB_PASSWORD: Adm1n!Orders  # expect: secret-in-environment
    ```

    ## Good
    The function gets the name, and reads the secret when its environment starts.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          Environment:
            Variables:
              HOST: db.internal
              DB_SECRET_NAME: prod/orders/db-1a2b3c
              TOKEN_URL: https://login.shop.net/oauth2/v2/token
          Policies:
            - AWSSecretsManagerGetSecretValuePolicy:
                SecretArn: !Ref Secret
      Secret:
        Type: AWS::SecretsManager::Secret
    ```

    ## When not to fix
    The value only looks like a secret, such as a public key.

    ## See also
    LAM817 hardcoded-secret. AWS: "Securing Lambda environment variables", and "Use Secrets Manager secrets in Lambda
    functions".
    """
    if template.kind in ("cdk", "python"):
        return  # Their literals stand in code.
    for function in template.functions:
        for name, text, span in written_variables(function):
            what = written_secret(name, text)
            if what is not None:
                yield Finding(
                    f"{what} stands in the template and in the function's configuration, where many may read it; keep "
                    "it in Secrets Manager or Parameter Store, give the function the name, and read it at the start",
                    span,
                )
