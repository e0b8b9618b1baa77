"""LAM001."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM001", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("async",))
def async_handler(handler: Handler) -> Iterator[Finding]:
    """The handler is an `async def`, which Lambda calls but does not await.

    ## Why it matters
    The runtime calls the handler as a plain function. What an `async def` gives back then is a coroutine that nobody
    runs: no line of the body is executed, and the invocation ends with `Runtime.MarshalError`, because a coroutine
    is no JSON.

    ## Bad
    ```python file="app.py"
    import asyncio


    async def handler(event, context):  # expect: async-handler
        await asyncio.sleep(0)
        return {"ok": True}
    ```

    ## Fixed
    ```python file="app.py"
    import asyncio


    async def _handler(event, context):
        await asyncio.sleep(0)
        return {"ok": True}


    def handler(event, context):
        return asyncio.run(_handler(event, context))
    ```

    ## Good
    A plain function runs the asynchronous one.
    ```python file="app.py"
    import asyncio


    def handler(event, context):
        return asyncio.run(work(event))


    async def work(event):
        await asyncio.sleep(0)
        return {"ok": True}
    ```

    A decorator may run it.
    ```python file="app.py"
    from wrappers import run_to_end


    @run_to_end
    async def handler(event, context):
        return {"ok": True}
    ```

    ## When not to fix
    A custom runtime of your own awaits what handlers return.

    ## See also
    AWS: "Define Lambda function handler in Python" in the Lambda Developer Guide.
    """
    entry = handler.entry
    if entry.is_async and not entry.is_generator and entry.is_bare and (handler.spec or not entry.is_used):
        edits = entry.wrapped()
        yield Finding(
            f"Lambda does not await `{handler.node.name}`: it gets a coroutine and the body never runs; run it with "
            "`asyncio.run` in a plain function",
            entry.span,
            Fix("Run it in a plain function of its name", edits, Safety.UNSAFE) if edits else None,
        )
