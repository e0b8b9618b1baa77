"""LAM401."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM401", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("except",))
def swallowed_exception_in_async_source(handler: Handler) -> Iterator[Finding]:
    """An exception is only logged in a function whose events nobody sends again when it seems to have worked.

    ## Why it matters
    Queues, streams, S3, SNS, EventBridge and schedules take an invocation that returns for done: the message is
    deleted, no retry follows, and no dead-letter queue gets it. An `except` that logs and goes on turns every error
    into lost data, of which only a log line tells.

    ## Bad
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        for record in event["Records"]:
            try:
                table.put_item(Item={"id": record["messageId"], "body": record["body"]})
            except Exception as error:  # expect: swallowed-exception-in-async-source
                print("failed", error)
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        for record in event["Records"]:
            try:
                table.put_item(Item={"id": record["messageId"], "body": record["body"]})
            except Exception as error:
                print("failed", error)
                raise
    ```

    ## Good
    Lambda is told which messages failed.
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            try:
                table.put_item(Item={"id": record["messageId"], "body": record["body"]})
            except Exception as error:
                print("failed", error)
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}
    ```

    The caller of an API waits for an answer, whatever happened.
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        try:
            table.put_item(Item={"id": event["pathParameters"]["id"]})
        except Exception as error:
            print("failed", error)
            return {"statusCode": 500}
        return {"statusCode": 201}
    ```

    ## When not to fix
    The event may be lost, such as one of a schedule whose next run makes up for it.

    ## See also
    AWS: "Understanding retry behavior in Lambda"; "Implementing partial batch responses".
    """
    if not handler.is_queued or handler.mentions("batchItemFailures", "process_partial_response"):
        return
    for clause in handler.clauses():
        if clause.is_broad and handler.loses_work(clause):
            edits = clause.raising()
            yield Finding(
                "the exception is only logged, so the event counts as done: it is neither retried nor kept in a "
                "dead-letter queue; raise it again, or report the failed items",
                clause.span,
                Fix("Raise it again once it is logged", edits, Safety.UNSAFE) if edits else None,
            )
