"""LAM341."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM341", looks_at=Handler, severity="warning", since="0.1", triggers=("invoke",))
def recursive_self_invoke(handler: Handler) -> Iterator[Finding]:
    """A function invokes itself, on every invocation or while it waits for itself.

    ## Why it matters
    A function that invokes itself each time does not end: Lambda stops the loop after about 16 rounds, where it sees
    it, and each may have been many. One that waits for itself holds one environment for each round, until no
    concurrency is left for anybody.

    ## Bad
    ```python file="app.py"
    import boto3

    functions = boto3.client("lambda")

    def handler(event, context):
        print(event["page"])
        functions.invoke(  # expect: recursive-self-invoke
            FunctionName=context.function_name,
            InvocationType="Event",
            Payload=b"{}",
        )
    ```

    ## Good
    It goes on only while something is left:
    ```python file="app.py"
    import json

    import boto3

    functions = boto3.client("lambda")

    def handler(event, context):
        left = event["keys"][100:]
        for key in event["keys"][:100]:
            print(key)
        if left:
            functions.invoke(
                FunctionName=context.function_name,
                InvocationType="Event",
                Payload=json.dumps({"keys": left}),
            )
    ```

    ## When not to fix
    What is sent gets smaller with each round, and there is a bound.

    ## See also
    AWS: "Use Lambda recursive loop detection to prevent infinite loops".
    """
    for call in handler.requests.invocations():
        if not call.is_of_itself or call.how == "DryRun":
            continue
        if call.how == "RequestResponse":
            message = "this function waits for itself: each round holds one environment more until the last has ended"
        elif call.is_unconditional:
            message = "each invocation of this function makes another: it goes on until Lambda stops the loop"
        else:
            continue
        yield Finding(message, call.sent.span)
