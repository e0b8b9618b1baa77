"""LAM903."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, Severity, rule


@rule("LAM903", looks_at=Deployment, severity="error", since="0.1", triggers=("environ", "getenv"))
def env_read_not_declared(function: Deployment) -> Iterator[Finding]:
    """Code reads an environment variable that the template does not give the function.

    ## Why it matters
    `os.environ["NAME"]` raises KeyError where the variable is not set: at module level every invocation fails before
    it begins, in a function at the first call that gets there. Tests on your machine do not see it, since the variable
    is set there.

    Only variables that the code cannot do without count: not `get`, not what is tested for or caught, and not those
    that Lambda sets itself. Under a condition it is a warning.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Environment:
            Variables:
              STAGE: test
    ```
    ```python file="src/app.py"
    import os

    STAGE = os.environ["STAGE"]
    TABLE = os.environ["TABLE"]  # expect: env-read-not-declared

    def handler(event, context):
        return {"stage": STAGE, "table": TABLE, "region": os.environ["AWS_REGION"]}
    ```

    ## Good
    The template says it, here in Globals.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Environment:
          Variables:
            TABLE: orders
    Resources:
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    import os

    TABLE = os.environ["TABLE"]

    def handler(event, context):
        return {"table": TABLE}
    ```
    The code can do without it.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    import os

    LEVEL = os.environ.get("LEVEL", "INFO")

    def handler(event, context):
        try:
            table = os.environ["TABLE"]
        except KeyError:
            table = "orders"
        return {"table": table, "level": LEVEL}
    ```

    ## When not to fix
    Somebody sets the variable after the deployment, by hand or with another tool.

    ## See also
    LAM905 env-near-miss. AWS: "Working with Lambda environment variables" in the Lambda Developer Guide.
    """
    for read in function.lacking:
        if read.needed and function.near_miss(read) is None:
            yield Finding(
                f"`{read.name}` is not among the variables that the template gives {function.name}: KeyError",
                read.span,
                related=(Related("the function whose environment lacks it", function.spec.span),),
                severity=Severity.WARNING if read.conditional else None,
            )
