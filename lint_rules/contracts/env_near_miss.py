"""LAM905."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Edit, Finding, Fix, Related, Safety, Severity, Span, rule


@rule(
    "LAM905", looks_at=Deployment, severity="error", since="0.1", fix="safe", triggers=("environ", "getenv")
)
def env_near_miss(function: Deployment) -> Iterator[Finding]:
    """Code reads an environment variable that the template writes a little differently.

    ## Why it matters
    The variable that is read does not exist, and the one that is set is read by nobody: `TABLE_NAME` and `TABLENAME`,
    or `BUCKET_NAME` and `NAME_BUCKET`. With `os.environ["NAME"]` the invocation ends in KeyError; with `get` it goes on
    with nothing, which is found later; there it is a warning.

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
              ORDERS_TABLE: orders
    ```
    ```python file="src/app.py"
    import os

    TABLE = os.environ["ORDER_TABLE"]  # expect: env-near-miss

    def handler(event, context):
        return {"table": TABLE}
    ```

    ## Fixed
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
              ORDERS_TABLE: orders
    ```
    ```python file="src/app.py"
    import os

    TABLE = os.environ["ORDERS_TABLE"]

    def handler(event, context):
        return {"table": TABLE}
    ```

    ## Good
    Both are there.
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
              ORDERS_TABLE: orders
              ORDER_TABLE: order
    ```
    ```python file="src/app.py"
    import os

    TABLE = os.environ["ORDER_TABLE"]

    def handler(event, context):
        return {"table": TABLE, "all": os.environ["ORDERS_TABLE"]}
    ```

    ## When not to fix
    Somebody sets the variable after the deployment.

    ## See also
    LAM903 env-read-not-declared.
    """
    for read in function.lacking:
        near = function.near_miss(read)
        if near is None:
            continue
        name, value = near
        fix = None
        if read.literal is not None and not function.is_shared and function.times_read(read.name) == 1:
            module = read.scope.facts.module
            place = module.span(read.literal)
            quote = module.code(read.literal)[:1]
            if module.code(read.literal) == f"{quote}{read.name}{quote}":
                edit = Edit(Span(place.path, place.start + 1, place.end - 1), name)
                fix = Fix(f"Read `{name}`", (edit,), Safety.SAFE)
        yield Finding(
            f"`{read.name}` is not set; the template gives {function.name} `{name}`",
            read.span,
            fix,
            (Related("the variable that nobody reads", value.span),),
            None if read.needed else Severity.WARNING,
        )
