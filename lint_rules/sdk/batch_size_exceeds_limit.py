"""LAM305."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Related, Safety, rule


@rule("LAM305", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("boto",))
def batch_size_exceeds_limit(handler: Handler) -> Iterator[Finding]:
    """A batch may have more entries than AWS takes in one request.

    ## Why it matters
    AWS refuses a batch that is too long as a whole, with ValidationException or TooManyEntriesInBatchRequest, and takes
    none of its entries. Tests with few entries do not show it. DynamoDB writes 25 and reads 100 at once, SQS, SNS and
    EventBridge take ten, Kinesis and Firehose 500, and S3 deletes 1,000.

    ## Bad
    ```python file="app.py"
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(event["bodies"])]
        for start in range(0, len(entries), 25):
            part = entries[start : start + 25]  # expect: batch-size-exceeds-limit
            answer = sqs.send_message_batch(QueueUrl=event["queue"], Entries=part)
            if answer.get("Failed"):
                raise RuntimeError(answer["Failed"])
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(event["bodies"])]
        for start in range(0, len(entries), 10):
            part = entries[start : start + 10]
            answer = sqs.send_message_batch(QueueUrl=event["queue"], Entries=part)
            if answer.get("Failed"):
                raise RuntimeError(answer["Failed"])
    ```

    ## Good
    ```python file="app.py"
    import boto3

    kinesis = boto3.client("kinesis")
    SIZE = 500

    def parts(records, size):
        for start in range(0, len(records), size):
            yield records[start : start + size]

    def handler(event, context):
        for part in parts(event["records"], SIZE):
            answer = kinesis.put_records(StreamName="lines", Records=part)
            if answer["FailedRecordCount"]:
                raise RuntimeError("not all records were taken")
    ```

    ## When not to fix
    There can never be as many entries as the number says.

    ## See also
    LAM303 unchecked-batch-failures. AWS: the quotas of each service, and the page of each operation.
    """
    for found in handler.requests.oversized():
        operation, longest = found.sent.operation, found.longest
        edits = found.lowered()
        yield Finding(
            f"{operation} takes {longest} entries at most, this may be {found.size.entries}: AWS refuses all of them",
            found.span,
            Fix(f"Send {longest} at once", edits, Safety.UNSAFE) if edits else None,
            (Related("they are sent here", found.sent.span),) if found.size.places else (),
        )
