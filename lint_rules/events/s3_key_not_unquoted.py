"""LAM501."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule


@rule("LAM501", looks_at=Handler, severity="error", since="0.1", fix="safe", triggers=("s3",))
def s3_key_not_unquoted(handler: Handler) -> Iterator[Finding]:
    """Code uses the key of an object as S3's notification brings it, which is URL-encoded.

    ## Why it matters
    S3 sends `my file.txt` as `my+file.txt` and `è.txt` as `%C3%A8.txt`. With the key as it comes, `get_object` ends in
    NoSuchKey, or the wrong object is deleted, for every name that holds a space or a letter beyond ASCII. Tests with
    simple names do not show it. `urllib.parse.unquote` leaves the `+`; only `unquote_plus` decodes all.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        for record in event["Records"]:
            bucket = record["s3"]["bucket"]["name"]
            key = record["s3"]["object"]["key"]  # expect: s3-key-not-unquoted
            s3.head_object(Bucket=bucket, Key=key)
    ```

    ## Fixed
    ```python file="app.py"
    import urllib.parse
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        for record in event["Records"]:
            bucket = record["s3"]["bucket"]["name"]
            key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
            s3.head_object(Bucket=bucket, Key=key)
    ```

    ## Good
    Powertools' class decodes it.
    ```python file="app.py"
    import boto3
    from aws_lambda_powertools.utilities.data_classes import S3Event, event_source

    s3 = boto3.client("s3")

    @event_source(data_class=S3Event)
    def handler(event: S3Event, context):
        for record in event.records:
            s3.head_object(Bucket=event.bucket_name, Key=record.s3.get_object.key)
    ```

    EventBridge's events of S3 hold the key as it is.
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        detail = event["detail"]
        s3.head_object(Bucket=detail["bucket"]["name"], Key=detail["object"]["key"])
    ```

    ## When not to fix
    All keys are made by your own code, of letters and digits only.

    ## See also
    AWS: "Event message structure" in the S3 User Guide; "Tutorial: Using an Amazon S3 trigger to invoke a Lambda
    function".
    """
    for key in handler.event.undecoded_keys():
        edits = key.decoded()
        yield Finding(
            "`unquote` leaves the `+` that S3 writes for a space; `unquote_plus` decodes it"
            if key.half
            else f"S3 encodes keys in its events: `{key.code}` holds `+` for a space; decode it with unquote_plus",
            key.span,
            Fix("Decode the key", edits, Safety.SAFE) if edits else None,
            severity=Severity.WARNING if key.half else None,
        )
