"""LAM921."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, rule


@rule("LAM921", looks_at=Deployment, severity="error", since="0.1")
def syntax_newer_than_runtime(function: Deployment) -> Iterator[Finding]:
    """Code uses syntax that the function's runtime does not know.

    ## Why it matters
    The runtime cannot compile the file, so each invocation ends in Runtime.UserCodeSyntaxError. On your machine, with a
    newer Python, everything works.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.9  # expect: runtime-eol
          CodeUri: src/
    ```
    ```python file="src/app.py"
    def handler(event, context):
        match event["kind"]:  # expect: syntax-newer-than-runtime
            case "morning":
                return "Good morning"
            case _:
                return "Hello"
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.12
          CodeUri: src/
    ```
    ```python file="src/app.py"
    def handler(event, context):
        match event["kind"]:
            case "morning":
                return "Good morning"
            case _:
                return "Hello"
    ```

    ## When not to fix
    Never: the function cannot start.

    ## See also
    LAM922 module-removed-in-runtime, LAM601 runtime-eol.
    """
    for newer in function.newer_syntax():
        yield Finding(
            f"{newer.what} needs Python 3.{newer.minor}, but {function.name} runs on {function.spec.runtime.value}",
            newer.span,
            related=(Related("the runtime", function.spec.runtime.span),),
        )
