"""LAM202."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM202", looks_at=Handler, severity="warning", since="0.1", fix="unsafe", triggers=("await",))
def await_in_loop(handler: Handler) -> Iterator[Finding]:
    """A loop awaits one read after the other, although none needs what another one gave.

    ## Why it matters
    Each turn waits for its answer before the next request leaves. Forty reads of fifty milliseconds take two seconds,
    and every millisecond of them is billed. Gathered, they take as long as the slowest.

    ## Bad
    ```python file="app.py"
    import asyncio

    from shop import fetch_price

    async def prices(names):
        found = []
        for name in names:
            found.append(await fetch_price(name))  # expect: await-in-loop
        return {"total": sum(found)}

    def handler(event, context):
        return asyncio.run(prices(event["names"]))
    ```

    ## Fixed
    ```python file="app.py"
    import asyncio

    from shop import fetch_price

    async def prices(names):
        found = []
        found.extend(await asyncio.gather(*(fetch_price(name) for name in names)))
        return {"total": sum(found)}

    def handler(event, context):
        return asyncio.run(prices(event["names"]))
    ```

    ## Good
    The next read needs what the last one gave.
    ```python file="app.py"
    import asyncio

    from shop import fetch_page

    async def orders(names):
        found, token = [], None
        for name in names:
            page = await fetch_page(name, token)
            token = page["token"]
            found.append(page)
        return {"n": len(found)}

    def handler(event, context):
        return asyncio.run(orders(event["names"]))
    ```

    The loop ends with the first answer that will do.
    ```python file="app.py"
    import asyncio

    from shop import fetch_price

    async def first(names):
        for name in names:
            price = await fetch_price(name)
            if price:
                return {"price": price}

    def handler(event, context):
        return asyncio.run(first(event["names"]))
    ```

    ## When not to fix
    The service limits how many requests may be under way; then let a semaphore do so. There are so many turns that all
    of them together need too much memory.

    ## See also
    LAM201 sequential-awaits. Python: `asyncio.gather`, `asyncio.Semaphore`.
    """
    for loop in handler.concurrency.await_loops():
        edits = loop.gathered()
        yield Finding(
            "each turn of this loop waits for the one before, although it does not need it; await them together with "
            "`asyncio.gather`",
            loop.span,
            Fix("Await all turns together", edits, Safety.UNSAFE) if edits else None,
        )
