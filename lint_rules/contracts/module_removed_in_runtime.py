"""LAM922."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, rule


@rule("LAM922", looks_at=Deployment, severity="error", since="0.1")
def module_removed_in_runtime(function: Deployment) -> Iterator[Finding]:
    """Code imports a module that the function's version of Python has no more.

    ## Why it matters
    Python 3.12 left out distutils, imp, asyncore and others, and 3.13 cgi, telnetlib and more. The import raises
    ModuleNotFoundError: at the top of a file every invocation fails.

    A module of that name in the project counts, and so does a layer, which may bring it. An import in a `try` is left
    alone.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Upload:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    import cgi  # expect: module-removed-in-runtime

    def handler(event, context):
        return cgi.parse_header(event["headers"]["content-type"])
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Upload:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.12
          CodeUri: src/
    ```
    ```python file="src/app.py"
    import cgi

    def handler(event, context):
        return cgi.parse_header(event["headers"]["content-type"])
    ```
    The code can do without it.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Upload:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```
    ```python file="src/app.py"
    try:
        import cgi
    except ImportError:
        cgi = None

    def handler(event, context):
        return cgi is None
    ```

    ## When not to fix
    The package of the function ships it: setuptools brings distutils, legacy-cgi brings cgi.

    ## See also
    LAM921 syntax-newer-than-runtime. Python: PEP 594, "Removing dead batteries from the standard library".
    """
    for gone in function.gone_modules():
        yield Finding(
            f"`{gone.name}` is not in Python after 3.{gone.minor}, and {function.name} runs on "
            f"{function.spec.runtime.value}",
            gone.span,
            related=(Related("the runtime", function.spec.runtime.span),),
        )
