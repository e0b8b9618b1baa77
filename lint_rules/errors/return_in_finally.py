"""LAM412."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule


@rule("LAM412", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("finally",))
def return_in_finally(handler: Handler) -> Iterator[Finding]:
    """A `return`, `break` or `continue` in a `finally` block throws away the exception on its way.

    ## Why it matters
    A `finally` block runs while an exception passes. If it returns, the exception is gone, without a trace in any
    log: Lambda sees an invocation that worked, so there is no retry, no dead letter and no alarm. Python 3.14 warns
    of it.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        try:
            s3.put_object(Bucket=event["bucket"], Key="done", Body=b"")
        finally:
            print("finished")
            return {"ok": True}  # expect: return-in-finally
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        try:
            s3.put_object(Bucket=event["bucket"], Key="done", Body=b"")
        finally:
            print("finished")
        return {"ok": True}
    ```

    ## Good
    A loop inside the block may end as it likes.
    ```python file="app.py"
    import os

    def handler(event, context):
        try:
            return work(event)
        finally:
            for name in os.listdir("/tmp"):
                if name.startswith("keep"):
                    continue
                os.remove(f"/tmp/{name}")

    def work(event):
        return len(event)
    ```

    ## When not to fix
    Every exception is meant to be ignored. Say so with `except Exception: pass`. Where an `except Exception` has
    caught it all before, this is reported as advice only.

    ## See also
    Python: PEP 765, "Disallow return/break/continue that exit a finally block".
    """
    for vanishing in handler.vanishings():
        edits = vanishing.moved()
        left = "what its `except` blocks let through" if vanishing.is_caught else "the exception on its way"
        yield Finding(
            f"`{vanishing.word}` in `finally` throws away {left}: the invocation counts as done and nobody hears of "
            "the error",
            vanishing.span,
            Fix("Return after the block", edits, Safety.UNSAFE) if edits else None,
            severity=Severity.ADVICE if vanishing.is_caught else None,
        )
