"""LAM904."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, Safety, Span, rule


@rule("LAM904", looks_at=Deployment, severity="advice", since="0.1", fix="unsafe")
def env_declared_not_read(function: Deployment) -> Iterator[Finding]:
    """A template gives a function an environment variable that no code of it reads.

    ## Why it matters
    A variable that nobody reads is a leftover, or a name that was meant to be read: whoever changes it expects
    something to happen. It is only reported where nothing in the code mentions the name, and all packages are the
    project's own or well known; variables that libraries read by themselves, and those of SAM's Globals, are left
    alone.

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
              COLOUR: red  # expect: env-declared-not-read
    ```
    ```python file="src/app.py"
    import os

    def handler(event, context):
        return {"stage": os.environ["STAGE"]}
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
              STAGE: test
    ```
    ```python file="src/app.py"
    import os

    def handler(event, context):
        return {"stage": os.environ["STAGE"]}
    ```

    ## Good
    Powertools reads its own, and Globals are for all functions.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Environment:
          Variables:
            OTHER: "1"
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
              POWERTOOLS_SERVICE_NAME: save
    ```
    ```python file="src/app.py"
    import os

    from aws_lambda_powertools import Logger

    logger = Logger()

    def handler(event, context):
        return {"stage": os.environ["STAGE"]}
    ```
    Whoever takes all takes each.
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
              COLOUR: red
    ```
    ```python file="src/app.py"
    import os

    def handler(event, context):
        return dict(os.environ)
    ```

    ## When not to fix
    A library reads it, or a change of its value shall make new environments start.

    ## See also
    LAM905 env-near-miss. AWS: "Working with Lambda environment variables" in the Lambda Developer Guide.
    """
    amplify = function.template.name.endswith("-cloudformation-template.json")
    for name, value in function.unread().items():
        if amplify and name in ("ENV", "REGION"):
            continue  # Amplify writes the two for every function that it makes.
        edit = function.spec.edit_dropping_variable(name) if _is_its_own(function, value.span) else None
        fix = Fix(f"Drop `{name}`", (edit,), Safety.UNSAFE) if edit else None
        yield Finding(f"Nothing in the code of {function.name} reads `{name}`", value.span, fix)


def _is_its_own(function: Deployment, span: Span) -> bool:
    """Whether a variable is written in this function, and not where others take it from, too."""
    if span.path != function.spec.span.path or function.spec.logical_id.startswith("module."):
        return False
    sharing = [
        other for other in function.template.functions if span in dict(other.declared_variables()).values()
    ]
    return len(sharing) == 1
