"""LAM304."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM304", looks_at=Handler, severity="warning", since="0.1", triggers=("boto",))
def single_item_calls_in_loop(handler: Handler) -> Iterator[Finding]:
    """A loop sends one item per request, where AWS takes many at once.

    ## Why it matters
    Each request takes some milliseconds, one after the other, and the function is paid for all of them. A hundred items
    are a hundred requests or, for DynamoDB, four; SQS, SNS and EventBridge take ten at once, Kinesis and Firehose 500,
    S3 deletes 1,000. SQS, SNS and EventBridge also cost by the request.

    ## Bad
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        for order in event["orders"]:
            table.put_item(Item=order)  # expect: single-item-calls-in-loop
    ```

    ## Good
    The writer of a table sends 25 at once, and again what was not written:
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        with table.batch_writer() as batch:
            for order in event["orders"]:
                batch.put_item(Item=order)
    ```

    A condition is for one item, and so is an error that is dealt with item by item.
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")
    sqs = boto3.client("sqs")

    def handler(event, context):
        failed = []
        for order in event["orders"]:
            table.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")
            try:
                sqs.send_message(QueueUrl=event["queue"], MessageBody=order["id"])
            except sqs.exceptions.ClientError:
                failed.append(order["id"])
        return failed
    ```

    ## When not to fix
    There are never more than a few turns, or each item must be done before the next may be.

    ## See also
    LAM303 unchecked-batch-failures: what a batch asks for in return. AWS: "Amazon SQS batch actions"; boto3: "Batch
    writing".
    """
    for call in handler.requests.single_calls():
        yield Finding(
            f"this loop sends a request for every item; `{call.many}` takes many at once",
            call.sent.span,
        )
