"""LAM209."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, Related, rule


@rule("LAM209", looks_at=Handler, severity="error", since="0.1", triggers=("asyncio",))
def async_client_at_module_scope(handler: Handler) -> Iterator[Finding]:
    """Invocations share an asynchronous client or lock, and each runs it in an event loop of its own.

    ## Why it matters
    The object remembers the loop in which it was first used: its connections belong to that loop. `asyncio.run` closes
    the loop when the invocation ends. The next one finds a connection of a closed loop: "Event loop is closed", or
    "is bound to a different event loop". The first invocation of every environment works, so tests do too.

    ## Bad
    ```python file="app.py"
    import asyncio

    import httpx

    client = httpx.AsyncClient(timeout=3)  # expect: async-client-at-module-scope

    async def work(name):
        answer = await client.get(f"https://rates.shop.net/{name}")
        return answer.json()

    def handler(event, context):
        return asyncio.run(work(event["name"]))
    ```

    ## Good
    The client lives as long as the loop.
    ```python file="app.py"
    import asyncio

    import httpx

    async def work(name):
        async with httpx.AsyncClient(timeout=3) as client:
            answer = await client.get(f"https://rates.shop.net/{name}")
        return answer.json()

    def handler(event, context):
        return asyncio.run(work(event["name"]))
    ```

    One loop lives as long as the environment, and so does the client.
    ```python file="app.py"
    import asyncio

    import httpx

    client = httpx.AsyncClient(timeout=3)
    runner = asyncio.Runner()

    async def work(name):
        answer = await client.get(f"https://rates.shop.net/{name}")
        return answer.json()

    def handler(event, context):
        return runner.run(work(event["name"]))
    ```

    ## When not to fix
    Never, as long as each invocation makes a loop.

    ## See also
    Python: `asyncio.Runner`. HTTPX: "Async Support".
    """
    for found in handler.concurrency.loop_bound():
        when = "something has to wait for it" if found.is_lock else "a connection is used again"
        yield Finding(
            f"`{found.name}` belongs to the event loop of the first invocation, which `asyncio.run` closes: a later "
            f"one fails when {when}; make it inside the coroutine, or keep one `asyncio.Runner`",
            found.span,
            related=(Related("each invocation uses it in a new loop", found.used_at),),
        )
