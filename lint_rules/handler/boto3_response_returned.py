"""LAM005."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM005", looks_at=Handler, severity="warning", since="0.1", triggers=("boto",))
def boto3_response_returned(handler: Handler) -> Iterator[Finding]:
    """The handler returns the whole answer of an AWS operation, which holds a datetime or a stream.

    ## Why it matters
    boto3 makes Python objects of an answer: a datetime of a timestamp, a stream of a body. The runtime cannot make
    JSON of these, so the invocation ends with `Runtime.MarshalError` after the call has been made. It also gives the
    caller the headers and request ids of AWS.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        found = s3.list_objects_v2(Bucket=event["bucket"])
        return found  # expect: boto3-response-returned
    ```

    ## Good
    Only what the caller needs:
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")


    def handler(event, context):
        found = s3.list_objects_v2(Bucket=event["bucket"], MaxKeys=10)
        return [item["Key"] for item in found.get("Contents", [])]
    ```

    The answer of `SendMessage` is all strings and numbers.
    ```python file="app.py"
    import boto3

    sqs = boto3.client("sqs")


    def handler(event, context):
        return sqs.send_message(QueueUrl=event["queue"], MessageBody="hello")
    ```

    ## When not to fix
    The member is never set in the answers that this function gets.

    ## See also
    AWS: "Define Lambda function handler in Python", returning a value.
    """
    for part, operation, member, kind in handler.returned_answers():
        yield Finding(
            f"the answer of {operation} holds {kind} (`{member}`), which the runtime cannot send as JSON; return the "
            "parts that the caller needs",
            part.span,
        )
