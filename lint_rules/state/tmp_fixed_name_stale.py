"""LAM118."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM118", looks_at=Handler, severity="warning", since="0.1", triggers=("open",))
def tmp_fixed_name_stale(handler: Handler) -> Iterator[Finding]:
    """Each invocation appends to one file in `/tmp`, which still holds what earlier invocations wrote.

    ## Why it matters
    `/tmp` lives as long as the execution environment. A file that is opened for appending goes on where the last
    invocation left it: the report of one event holds the rows of the events before, perhaps of another customer.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        for row in event["rows"]:
            with open("/tmp/report.csv", "a") as file:  # expect: tmp-fixed-name-stale
                file.write(f"{row}\\n")
        s3.upload_file("/tmp/report.csv", event["bucket"], "report.csv")
    ```

    ## Good
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        with open("/tmp/report.csv", "w") as file:
            for row in event["rows"]:
                file.write(f"{row}\\n")
        s3.upload_file("/tmp/report.csv", event["bucket"], "report.csv")
    ```

    ## When not to fix
    The file is a log of the environment, and nobody takes it for that of one invocation.

    ## See also
    AWS: "Lambda execution environment": data in /tmp stays between invocations.
    """
    uses = [*handler.file_uses()]
    fresh = {use.start.text for use in uses if use.is_fixed and ("w" in use.mode or "x" in use.mode)}
    if handler.cleans_up:
        return
    for use in uses:
        appends = "a" in use.mode and use.is_fixed and use.start.text.startswith("/tmp/")
        if appends and not use.looks_first and use.start.text not in fresh:
            yield Finding(
                f"`{use.start.text}` is only appended to: it still holds what earlier invocations of the "
                "environment wrote; open it with mode w first, or remove it",
                use.span,
            )
