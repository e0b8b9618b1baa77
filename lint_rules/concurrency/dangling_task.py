"""LAM207."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM207",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("create_task", "ensure_future"),
)
def dangling_task(handler: Handler) -> Iterator[Finding]:
    """A task is started, and nobody waits for it.

    ## Why it matters
    `asyncio.run` cancels the tasks that are still going when its function returns, so the work is cut off somewhere in
    the middle, in silence. Where the loop lives on, the environment is frozen with the task in it, and the task goes on
    in the middle of a later invocation. Its exceptions reach nobody, and Python may even collect the task before it
    ends: the loop does not hold it.

    ## Bad
    ```python file="app.py"
    import asyncio

    from shop import audit, price

    async def work(order):
        asyncio.create_task(audit(order))  # expect: dangling-task
        total = await price(order)
        return {"total": total}

    def handler(event, context):
        return asyncio.run(work(event["order"]))
    ```

    ## Fixed
    ```python file="app.py"
    import asyncio

    from shop import audit, price

    async def work(order):
        task = asyncio.create_task(audit(order))
        total = await price(order)
        await task
        return {"total": total}

    def handler(event, context):
        return asyncio.run(work(event["order"]))
    ```

    ## Good
    A group waits for its tasks.
    ```python file="app.py"
    import asyncio

    from shop import audit, price

    async def work(order):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(audit(order))
            total = tasks.create_task(price(order))
        return {"total": total.result()}

    def handler(event, context):
        return asyncio.run(work(event["order"]))
    ```

    ## When not to fix
    The task may be lost at any moment, and nobody would miss it.

    ## See also
    Python: `asyncio.create_task`, "save a reference". LAM212 thread-outlives-handler.
    """
    if handler.mentions("all_tasks"):
        return
    for task in handler.concurrency.dropped_tasks():
        edits = task.gathered()
        yield Finding(
            "nobody waits for this task: it is cancelled when the function that `asyncio.run` runs returns, or frozen "
            "with the environment",
            task.span,
            Fix("Wait for it before the function returns", edits, Safety.UNSAFE) if edits else None,
        )
