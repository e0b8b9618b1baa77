"""LAM317."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM317", looks_at=Handler, severity="error", since="0.1", triggers=("boto",))
def wrong_exception_class(handler: Handler) -> Iterator[Finding]:
    """An `except` names an exception that boto3 does not have.

    ## Why it matters
    boto3 makes the exceptions of a client from the model of its service. Python looks the name up when an error has
    happened, and not before: then the AttributeError takes the place of the error that should have been dealt with. An
    import of a name that botocore does not have fails when the function starts.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        try:
            return s3.get_object(Bucket="b", Key=event["key"])["Body"].read().decode()
        except s3.exceptions.KeyNotFound:  # expect: wrong-exception-class
            return ""
    ```

    ## Good
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        try:
            return s3.get_object(Bucket="b", Key=event["key"])["Body"].read().decode()
        except s3.exceptions.NoSuchKey:
            return ""
    ```

    Errors that the model does not have come as ClientError with a code.
    ```python file="app.py"
    import boto3
    from botocore.exceptions import ClientError

    s3 = boto3.client("s3")

    def handler(event, context):
        try:
            s3.head_object(Bucket="b", Key=event["key"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            return False
        return True
    ```

    ## When not to fix
    The function brings a boto3 that is newer than this linter's snapshot of its models, and has the exception.

    ## See also
    boto3: "Error handling".
    """
    for found in handler.requests.unknown_exceptions():
        if found.service == "-":
            yield Finding(f"botocore.exceptions has no `{found.name}`.{found.near}", found.span)
        else:
            yield Finding(
                f"a client of {found.service} has no exception `{found.name}`: looking it up raises AttributeError in "
                f"place of what happened.{found.near}",
                found.span,
            )
