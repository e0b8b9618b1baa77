"""LAM507."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_WORDS = {
    "list": "`{}` means nothing to Lambda, so all records count as done; the key is batchItemFailures",
    "no list": "batchItemFailures must be a list, or the whole batch counts as failed",
    "key": "`{}` means nothing to Lambda, so the whole batch counts as failed; the key is itemIdentifier",
    "bare": "an item is a dictionary with itemIdentifier; with `{}` alone the whole batch counts as failed",
    "value": "`{}` does not tell Lambda which message failed, so the whole batch counts as failed; messageId does",
}


@rule(
    "LAM507",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="safe",
    triggers=("batch", "Batch"),
)
def batch_item_failures_shape(handler: Handler) -> Iterator[Finding]:
    """The list of failed records has a shape that Lambda does not understand.

    ## Why it matters
    Lambda reads `{"batchItemFailures": [{"itemIdentifier": messageId}, ...]}`. When the outer key is another, all
    records count as done and those that failed are deleted. When an item has another key, no key, or an id that is none
    of the batch, the whole batch counts as failed and is worked on again.

    ## Bad
    ```python file="app.py"
    from shop import place

    def handler(event, context):
        failures = []
        for record in event["Records"]:
            try:
                place(record["body"])
            except ValueError:
                failures.append({"ItemIdentifier": record["messageId"]})  # expect: batch-item-failures-shape
        return {"BatchItemFailures": failures}  # expect: batch-item-failures-shape
    ```

    ## Fixed
    ```python file="app.py"
    from shop import place

    def handler(event, context):
        failures = []
        for record in event["Records"]:
            try:
                place(record["body"])
            except ValueError:
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}
    ```

    ## Good
    ```python file="app.py"
    from shop import place

    def handler(event, context):
        failures = []
        for record in event["Records"]:
            try:
                place(record["body"])
            except ValueError:
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}
    ```

    Records of a stream have a sequence number in place of the message's id.
    ```python file="app.py"
    from shop import place

    def handler(event, context):
        for record in event["Records"]:
            try:
                place(record["dynamodb"]["Keys"])
            except ValueError:
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        return {"batchItemFailures": []}
    ```

    ## When not to fix
    The answer goes to your own code, which reads these keys.

    ## See also
    LAM909 partial-batch-not-enabled. AWS: "Handling errors for an SQS event source in Lambda".
    """
    reads_records = handler.event.takes_records
    for found in handler.event.misshapen_batch_lists() if reads_records else ():
        yield Finding(
            _WORDS[found.problem].format(
                found.code.strip("\"'") if found.problem in ("list", "key") else found.code
            ),
            found.span,
            Fix("Write it as Lambda reads it", found.edits, Safety.SAFE) if found.edits else None,
        )
