"""LAM803."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule(
    "LAM803",
    looks_at=Handler,
    severity="error",
    since="0.1",
    triggers=("eval", "exec", "compile", "__import__"),
)
def code_injection(handler: Handler) -> Iterator[Finding]:
    """Python runs text of the event as code.

    ## Why it matters
    Whoever sends the event writes part of the function: it runs with the function's role, sees the credentials in the
    environment variables, and may change the module for the invocations that follow. Taking the built-in names away
    does not help; there are many ways back to them.

    ## Bad
    ```python file="app.py"
    import json


    def handler(event, context):
        body = json.loads(event["body"])
        return {"statusCode": 200, "body": str(eval(body["formula"]))}  # expect: code-injection
    ```

    ## Good
    `literal_eval` only makes values.
    ```python file="app.py"
    import ast
    import json


    def handler(event, context):
        body = json.loads(event["body"])
        return {"statusCode": 200, "body": str(ast.literal_eval(body["numbers"]))}
    ```

    The event chooses among what there is.
    ```python file="app.py"
    import operator

    OPERATIONS = {"add": operator.add, "mul": operator.mul}


    def handler(event, context):
        return {"result": OPERATIONS[event["operation"]](float(event["a"]), float(event["b"]))}
    ```

    ## When not to fix
    To run other people's code is what the function is for, and its role may do nothing.

    ## See also
    Python: `ast.literal_eval`. AWS: "Security in AWS Lambda".
    """
    if handler.is_custom_resource:
        return
    for sink in handler.injected("code"):
        yield Finding(
            f"`{sink.name}` runs text of the event as code: its sender decides what the function does with its role",
            sink.span,
        )
