"""LAM115."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Safety, Template, reserved_variables, rule


@rule("LAM115", looks_at=Template, severity="error", since="0.1", fix="safe")
def reserved_env_in_template(template: Template) -> Iterator[Finding]:
    """A template gives a function an environment variable that Lambda reserves for itself.

    ## Why it matters
    Lambda sets these variables in every environment and refuses to create or update a function that declares one:
    InvalidParameterValueException, and the deployment is rolled back.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          Environment:
            Variables:
              AWS_REGION: eu-west-1  # expect: reserved-env-in-template
              BUCKET: reports
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
          Environment:
            Variables:
              BUCKET: reports
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
          Environment:
            Variables:
              TARGET_REGION: eu-west-1
              AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap
    ```

    ## When not to fix
    Never: the deployment fails.

    ## See also
    AWS: "Working with Lambda environment variables", defined runtime environment variables.
    """
    for function in template.functions:
        for name, span in function.declared_variables():
            if name in reserved_variables():
                edit = function.edit_dropping_variable(name)
                yield Finding(
                    f"Lambda sets {name} itself and refuses a function that declares it: the deployment fails",
                    span,
                    Fix(f"Do not declare {name}", (edit,), Safety.SAFE) if edit else None,
                )
