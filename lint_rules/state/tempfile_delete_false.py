"""LAM119."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM119",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("mkdtemp", "mkstemp", "NamedTemporaryFile"),
)
def tempfile_delete_false(handler: Handler) -> Iterator[Finding]:
    """A temporary file or folder is made to stay, and nothing removes it.

    ## Why it matters
    `mkdtemp`, `mkstemp` and `NamedTemporaryFile(delete=False)` leave it to you to remove what they make, under a new
    name each time. The environment serves many events, so `/tmp` fills up until writing fails.

    ## Bad
    Nobody needs the file behind its block.
    ```python file="app.py"
    import tempfile

    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        with tempfile.NamedTemporaryFile(suffix=".txt", delete=False) as file:  # expect: tempfile-delete-false
            file.write(event["text"].encode())
            file.flush()
            s3.upload_file(file.name, "texts", event["key"])
    ```
    The folder is told to the caller.
    ```python file="app.py"
    import tempfile

    def handler(event, context):
        folder = tempfile.mkdtemp()  # expect: tempfile-delete-false
        with open(f"{folder}/input", "w") as file:
            file.write(event["text"])
        return folder
    ```

    ## Fixed
    ```python file="app.py"
    import tempfile

    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write(event["text"].encode())
            file.flush()
            s3.upload_file(file.name, "texts", event["key"])
    ```

    ## Good
    ```python file="app.py"
    import tempfile

    def handler(event, context):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/input", "w") as file:
                file.write(event["text"])
            return folder
    ```

    Somebody removes it.
    ```python file="app.py"
    import shutil
    import tempfile

    def handler(event, context):
        folder = tempfile.mkdtemp()
        try:
            return len(folder)
        finally:
            shutil.rmtree(folder)
    ```

    ## When not to fix
    It is made once for each environment, and used by all of its invocations.

    ## See also
    LAM117 tmp-unique-file-not-cleaned. Python: `tempfile.TemporaryDirectory`.
    """
    if handler.cleans_up:
        return
    for call in handler.calls("tempfile.mkdtemp", "tempfile.mkstemp", "tempfile.NamedTemporaryFile"):
        if call.repeats and (not call.name.endswith("NamedTemporaryFile") or call.passes_false("delete")):
            edits = call.leaving()
            yield Finding(
                f"`{call.code}` makes something that stays, and nothing removes it: /tmp fills up while the "
                "environment lives; use a temporary file or folder that goes with its `with` block",
                call.span,
                Fix("Let the file go with its block", edits, Safety.UNSAFE) if edits else None,
            )
