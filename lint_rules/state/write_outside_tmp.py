"""LAM116."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_WRITABLE = ("/tmp", "/mnt/", "/dev/", "/proc/", "~", "$")
"""Temporary storage, file systems (which Lambda mounts below /mnt only), devices, and what only the run knows."""
_WRITERS = (
    *("open", "File", "mkdir", "makedirs", "sqlite3", "shutil", "urlretrieve", "download_file", "touch"),
    *("to_csv", "to_parquet", "savefig", "write_text", "write_bytes"),
)
"""A part of the name of everything that writes files."""


@rule(
    "LAM116",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="unsafe",
    triggers=_WRITERS,
)
def write_outside_tmp(handler: Handler) -> Iterator[Finding]:
    """Code writes a file where Lambda lets nobody write.

    ## Why it matters
    Of the file system only `/tmp`, and a file system mounted below `/mnt`, can be written to. The folder of the code,
    where relative paths begin, and all else is read-only: OSError, [Errno 30] Read-only file system. On the desk the
    same line works.

    ## Bad
    ```python file="app.py"
    import csv

    def handler(event, context):
        with open("report.csv", "w", newline="") as file:  # expect: write-outside-tmp
            csv.writer(file).writerows(event["rows"])
        return len(event["rows"])
    ```

    ## Fixed
    ```python file="app.py"
    import csv

    def handler(event, context):
        with open("/tmp/report.csv", "w", newline="") as file:
            csv.writer(file).writerows(event["rows"])
        return len(event["rows"])
    ```

    ## Good
    Reading is allowed everywhere, and a mounted file system is writable.
    ```python file="app.py"
    import json

    def handler(event, context):
        with open("settings.json") as file:
            settings = json.load(file)
        with open("/mnt/shared/last.json", "w") as file:
            json.dump(event, file)
        return settings
    ```

    A script on the desk writes where it likes.
    ```python file="app.py"
    def handler(event, context):
        return {"ok": True}

    if __name__ == "__main__":
        with open("result.txt", "w") as file:
            file.write(str(handler({}, None)))
    ```

    ## When not to fix
    The file is never deployed to Lambda.

    ## See also
    AWS: "Configure ephemeral storage for Lambda functions".
    """
    relative = not handler.changes_folder
    for use in (*handler.file_uses_at_import(), *handler.file_uses()):
        start = use.start.text
        if not use.writes or start.startswith(_WRITABLE) or "://" in start or use.is_tried:
            continue
        if start.startswith("/") or (relative and use.is_relative):
            edits = () if start.startswith("/") else use.moved("/tmp")
            yield Finding(
                f"`{use.shown}` cannot be written in Lambda, where everything but /tmp is read-only: OSError",
                use.span,
                Fix("Write it under /tmp", edits, Safety.UNSAFE) if edits else None,
            )
