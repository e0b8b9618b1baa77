"""LAM117."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM117", looks_at=Handler, severity="warning", since="0.1", triggers=("tmp", "temp"))
def tmp_unique_file_not_cleaned(handler: Handler) -> Iterator[Finding]:
    """Each invocation leaves a file of its own name in `/tmp`, and nothing removes it.

    ## Why it matters
    `/tmp` lives as long as the execution environment and holds 512 MB unless you pay for more. Files that are named
    after an upload, an id or the time pile up until writing fails: OSError, [Errno 28] No space left on device. That
    hits busy functions first, and never a test.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        path = f"/tmp/{event['key']}"
        s3.download_file(event["bucket"], event["key"], path)  # expect: tmp-unique-file-not-cleaned
        with open(path) as file:
            return len(file.read())
    ```

    ## Good
    A temporary folder goes when its block ends.
    ```python file="app.py"
    import tempfile

    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        with tempfile.TemporaryDirectory() as folder:
            s3.download_file(event["bucket"], event["key"], f"{folder}/input")
            with open(f"{folder}/input") as file:
                return len(file.read())
    ```

    A file of the same name is overwritten.
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        s3.download_file(event["bucket"], event["key"], "/tmp/input")
        with open("/tmp/input") as file:
            return len(file.read())
    ```

    ## When not to fix
    There are only a few names, and the file is kept on purpose for the next invocations.

    ## See also
    LAM119 tempfile-delete-false. AWS: "Configure ephemeral storage for Lambda functions".
    """
    if handler.cleans_up:
        return
    for use in handler.file_uses():
        unique = use.start.text.startswith("/tmp") and handler.writes_another_each_time(use)
        if use.writes and unique and not use.looks_first:
            yield Finding(
                f"each invocation leaves another file in /tmp (`{use.shown}`) and nothing removes it: the space runs "
                "out while the environment lives",
                use.span,
            )
            return
