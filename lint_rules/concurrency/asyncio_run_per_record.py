"""LAM208."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM208", looks_at=Handler, severity="warning", since="0.1", triggers=("asyncio",))
def asyncio_run_per_record(handler: Handler) -> Iterator[Finding]:
    """An event loop is made for every record of a batch.

    ## Why it matters
    Each `asyncio.run` makes a loop, waits until everything in it is done, and takes it down again. So the records are
    worked on one after the other, which is what asynchronous code was to avoid, and no connection lasts longer than one
    record.

    ## Bad
    ```python file="app.py"
    import asyncio

    from shop import save

    def handler(event, context):
        for record in event["Records"]:
            asyncio.run(save(record["body"]))  # expect: asyncio-run-per-record
    ```

    ## Good
    One loop works on all records at the same time.
    ```python file="app.py"
    import asyncio

    from shop import save

    async def save_all(records):
        await asyncio.gather(*(save(record["body"]) for record in records))

    def handler(event, context):
        asyncio.run(save_all(event["Records"]))
    ```

    ## When not to fix
    Every event has a single record, or the records must be worked on in their order.

    ## See also
    Python: "Runners". LAM202 await-in-loop.
    """
    if _one_at_a_time(handler):
        return
    for run in handler.concurrency.loop_runs():
        yield Finding(
            "a new event loop for every record works on them one after the other; run one coroutine that gathers the "
            "work on all records",
            run.span,
        )


def _one_at_a_time(handler: Handler) -> bool:
    """Whether every event of the template brings a single record."""
    events = [event for spec in handler.specs for event in spec.events]
    return bool(events) and all(
        event.kind in ("S3", "SNS") or event.settings.number("BatchSize").value == 1 for event in events
    )
