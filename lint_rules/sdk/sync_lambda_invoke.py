"""LAM340."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule


@rule("LAM340", looks_at=Handler, severity="warning", since="0.1", fix="unsafe", triggers=("invoke",))
def sync_lambda_invoke(handler: Handler) -> Iterator[Finding]:
    """A function invokes another one and waits for it.

    ## Why it matters
    `invoke` waits for the result unless it is told otherwise. Both functions are paid for while one of them waits, the
    timeout of the first must hold both, an error of the second does not raise in the first, and nobody tries again.
    Where the result is not used, the invocation can be asynchronous: Lambda then keeps the event, and tries again.
    Where it is used this is advice: Step Functions call one function after the other without waiting in either.

    ## Bad
    ```python file="app.py"
    import boto3

    functions = boto3.client("lambda")

    def handler(event, context):
        functions.invoke(FunctionName="report", Payload=b"{}")  # expect: sync-lambda-invoke
        return "begun"
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    functions = boto3.client("lambda")

    def handler(event, context):
        functions.invoke(FunctionName="report", Payload=b"{}", InvocationType="Event")
        return "begun"
    ```

    ## Good
    ```python file="app.py"
    import boto3

    states = boto3.client("stepfunctions")

    def handler(event, context):
        states.start_execution(stateMachineArn=event["machine"], name=event["id"])
        return "begun"
    ```

    ## When not to fix
    The caller waits for an answer that only the other function can give, and that comes soon. Or it must not begin
    again before the other has ended.

    ## See also
    LAM341 recursive-self-invoke. AWS: "Invoking a Lambda function asynchronously"; "Event-driven architectures" in the
    Lambda Developer Guide on functions that call functions.
    """
    if handler.is_custom_resource or handler.mentions("endpoint_url", "durable"):
        return
    for call in handler.requests.invocations():
        if call.how != "RequestResponse" or call.is_of_itself:
            continue
        if call.wants_result:
            yield Finding(
                "this function waits, and is paid for, while the one it invokes works; Step Functions can call one "
                "after the other",
                call.sent.span,
                severity=Severity.ADVICE,
            )
            continue
        edits = call.not_waiting()
        yield Finding(
            "this waits for the other function to end, and nothing uses its result: both are paid for, and Lambda does "
            "not try again when it fails",
            call.sent.span,
            Fix("Invoke it asynchronously", edits, Safety.UNSAFE) if edits else None,
        )
