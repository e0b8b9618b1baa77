"""LAM205."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule


@rule("LAM205", looks_at=Handler, severity="warning", since="0.1", fix="safe", triggers=("async",))
def blocking_call_in_async(handler: Handler) -> Iterator[Finding]:
    """An asynchronous function makes a call that holds up everything else.

    ## Why it matters
    One thread runs all coroutines. While it waits in `time.sleep`, requests or boto3, none of the others goes on:
    what was gathered to run at the same time runs one after the other, and timeouts of asyncio do not go off. Where no
    other coroutine is under way the call does no harm, and this is advice.

    ## Bad
    ```python file="app.py"
    import asyncio
    import time

    from shop import fetch_price

    async def price(name):
        time.sleep(0.2)  # expect: blocking-call-in-async
        return await fetch_price(name)

    async def prices(names):
        return await asyncio.gather(*map(price, names))

    def handler(event, context):
        return asyncio.run(prices(event["names"]))
    ```

    ## Fixed
    ```python file="app.py"
    import asyncio
    import time

    from shop import fetch_price

    async def price(name):
        await asyncio.sleep(0.2)
        return await fetch_price(name)

    async def prices(names):
        return await asyncio.gather(*map(price, names))

    def handler(event, context):
        return asyncio.run(prices(event["names"]))
    ```

    ## Good
    A thread waits, and the loop goes on.
    ```python file="app.py"
    import asyncio

    import requests

    async def price(name):
        answer = await asyncio.to_thread(requests.get, f"https://rates.shop.net/{name}", timeout=3)
        return answer.json()

    async def prices(names):
        return await asyncio.gather(*map(price, names))

    def handler(event, context):
        return asyncio.run(prices(event["names"]))
    ```

    ## When not to fix
    The call is short and rare, such as one when the environment starts.

    ## See also
    Python: "Developing with asyncio", running blocking code; `asyncio.to_thread`.
    """
    at_once: bool | None = None
    for call in handler.concurrency.blocking():
        if at_once is None:
            at_once = handler.concurrency.runs_at_once
        edits = call.awaited()
        instead = "`await asyncio.sleep`" if call.only_waits else "`await asyncio.to_thread(…)`"
        yield Finding(
            f"`{call.name}` holds up the event loop until it is done, and with it every other coroutine; use {instead}",
            call.span,
            Fix(
                "Wait without holding up the others", edits, Safety.SAFE if call.only_waits else Safety.UNSAFE
            )
            if edits
            else None,
            severity=None if at_once else Severity.ADVICE,
        )
