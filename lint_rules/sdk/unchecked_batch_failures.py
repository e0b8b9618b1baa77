"""LAM303."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM303", looks_at=Handler, severity="error", since="0.1", triggers=("boto",))
def unchecked_batch_failures(handler: Handler) -> Iterator[Finding]:
    """Nothing looks at which entries of a batch AWS did not take.

    ## Why it matters
    A request with many entries succeeds, with status 200 and without an exception, even if some of its entries failed:
    a throttled shard, a full table, an entry that is too large. Only a member of the answer tells which. Where nothing
    reads it, those entries are lost.

    ## Bad
    ```python file="app.py"
    import boto3

    kinesis = boto3.client("kinesis")

    def handler(event, context):
        records = [{"Data": each, "PartitionKey": each[:8]} for each in event["lines"]]
        kinesis.put_records(StreamName="lines", Records=records)  # expect: unchecked-batch-failures
    ```

    ## Good
    ```python file="app.py"
    import boto3

    kinesis = boto3.client("kinesis")

    def handler(event, context):
        records = [{"Data": each, "PartitionKey": each[:8]} for each in event["lines"]]
        answer = kinesis.put_records(StreamName="lines", Records=records)
        if answer["FailedRecordCount"]:
            raise RuntimeError(f"{answer['FailedRecordCount']} records were not taken")
    ```

    The writer of a table tries again by itself.
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        with table.batch_writer() as batch:
            for order in event["orders"]:
                batch.put_item(Item=order)
    ```

    ## When not to fix
    The entries are dispensable, as samples of a metric are.

    ## See also
    LAM506 for what a function tells of its own batches. AWS: "PutRecords" in the Kinesis API Reference; "Error handling
    with DynamoDB", batch operations.
    """
    for call in handler.requests.unheard():
        yield Finding(
            f"{call.sent.operation} succeeds even if it did not take some entries, and nothing reads `{call.failed}` "
            "of its answer, which tells of them: they are lost",
            call.sent.span,
        )
