"""LAM002."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Related, Safety, rule


@rule("LAM002", looks_at=Handler, severity="error", since="0.1", fix="unsafe")
def handler_signature(handler: Handler) -> Iterator[Finding]:
    """The function that a template names as handler cannot be called with an event and a context.

    ## Why it matters
    Lambda calls the handler with exactly two arguments. A function that takes fewer, or needs more, raises TypeError
    on every invocation before its first line.

    ## Bad
    ```python file="app.py"
    def handler(event):  # expect: handler-signature
        return event
    ```
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Echo:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
    ```

    ## Fixed
    ```python file="app.py"
    def handler(event, context):
        return event
    ```

    ## Good
    Defaults and `*args` take what comes.
    ```python file="app.py"
    def handler(event, context=None, *, verbose=False):
        return event
    ```
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Echo:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
    ```

    Without a template nobody knows what calls it.
    ```python file="app.py"
    def handler(event):
        return event
    ```

    ## When not to fix
    The template names a function of this name in another file, which is put in its place when it is deployed.

    ## See also
    AWS: "Define Lambda function handler in Python" in the Lambda Developer Guide.
    """
    entry = handler.entry
    if handler.spec is None or not entry.is_bare or not entry.mismatch:
        return
    edits = entry.completed()
    yield Finding(
        f"Lambda calls `{handler.node.name}` with an event and a context, but {entry.mismatch}: every invocation "
        "ends with TypeError",
        entry.span,
        Fix("Take both arguments", edits, Safety.UNSAFE) if edits else None,
        related=(Related(f"{handler.spec.logical_id} names it as its handler", handler.spec.handler.span),),
    )
