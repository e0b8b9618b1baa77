"""LAM318."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM318", looks_at=Handler, severity="error", since="0.1", triggers=("boto",))
def unknown_operation_or_param(handler: Handler) -> Iterator[Finding]:
    """A call asks boto3 for an operation or a parameter that the service does not have.

    ## Why it matters
    boto3 makes the methods of a client from the model of its service, so that no editor warns of a wrong name. An
    unknown method raises AttributeError, an unknown parameter or a missing one ParamValidationError, an argument
    without a name TypeError: each time, and before anything is sent.

    ## Bad
    ```python file="app.py"
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueURL=event["queue"], MessageBody="m")  # expect: unknown-operation-or-param
        sqs.delete_messages(QueueUrl=event["queue"])  # expect: unknown-operation-or-param
    ```

    ## Good
    ```python file="app.py"
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl=event["queue"], MessageBody="m")
        sqs.delete_message(QueueUrl=event["queue"], ReceiptHandle=event["handle"])
    ```

    What a dictionary brings cannot be seen.
    ```python file="app.py"
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(**event["message"])
    ```

    ## When not to fix
    The function brings a boto3 that is newer than this linter's snapshot of its models.

    ## See also
    boto3: the reference of each client.
    """
    for found in handler.requests.unknown_methods():
        yield Finding(
            f"a client of {found.service} has no method `{found.name}`: the call raises AttributeError.{found.near}",
            found.span,
        )
    for misfit in handler.requests.misfits():
        operation = misfit.call.operation
        if misfit.extra:
            message = f"{operation} has no parameter `{misfit.extra[0].arg}`.{misfit.near}"
        elif misfit.by_place:
            message = f"{operation} takes arguments by name only"
        else:
            message = (
                f"{operation} lacks {', '.join(f'`{name}`' for name in misfit.missing)}, which it requires"
            )
        yield Finding(message, misfit.span)
