"""LAM206."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM206", looks_at=Handler, severity="error", since="0.1", fix="safe", triggers=("async",))
def coroutine_not_awaited(handler: Handler) -> Iterator[Finding]:
    """An asynchronous function is called and not awaited, so that nothing of it runs.

    ## Why it matters
    The call only makes a coroutine. Nobody runs it: the write does not happen, the message is not sent, and the
    invocation succeeds. All that tells of it is a RuntimeWarning in the log, if that.

    ## Bad
    ```python file="app.py"
    import asyncio

    from shop import table

    async def save(order):
        await table.put(order)

    async def work(order):
        save(order)  # expect: coroutine-not-awaited
        return {"saved": order["id"]}

    def handler(event, context):
        return asyncio.run(work(event["order"]))
    ```

    ## Fixed
    ```python file="app.py"
    import asyncio

    from shop import table

    async def save(order):
        await table.put(order)

    async def work(order):
        await save(order)
        return {"saved": order["id"]}

    def handler(event, context):
        return asyncio.run(work(event["order"]))
    ```

    ## Good
    A coroutine may be kept, and awaited later or by somebody else.
    ```python file="app.py"
    import asyncio

    from shop import table

    async def save(order):
        await table.put(order)

    async def work(orders):
        saving = [save(order) for order in orders]
        await asyncio.gather(*saving)
        return {"saved": len(orders)}

    def handler(event, context):
        return asyncio.run(work(event["orders"]))
    ```

    ## When not to fix
    Never: what does not run can be deleted.

    ## See also
    Python: "Coroutines and Tasks", "never awaited".
    """
    for found in handler.concurrency.unawaited():
        edits = found.awaited()
        yield Finding(
            f"`{found.name}` is asynchronous and its coroutine is not awaited: nothing of it runs",
            found.span,
            Fix(f"Await `{found.name}`", edits, Safety.SAFE) if edits else None,
        )
