"""LAM211."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM211", looks_at=Handler, severity="warning", since="0.1", triggers=("return_exceptions",))
def gather_exceptions_ignored(handler: Handler) -> Iterator[Finding]:
    """Exceptions are gathered as results, and nobody looks whether there are any.

    ## Why it matters
    With `return_exceptions=True` nothing is raised: an exception is one of the results. When nobody asks for it, the
    invocation succeeds although part of its work failed; a queue deletes the message, and no alarm goes off.

    ## Bad
    ```python file="app.py"
    import asyncio

    from shop import save

    async def work(orders):
        await asyncio.gather(*map(save, orders), return_exceptions=True)  # expect: gather-exceptions-ignored

    def handler(event, context):
        asyncio.run(work(event["orders"]))
    ```

    ## Good
    The results are asked what they are.
    ```python file="app.py"
    import asyncio

    from shop import save

    async def work(orders):
        results = await asyncio.gather(*(save(order) for order in orders), return_exceptions=True)
        failed = [result for result in results if isinstance(result, BaseException)]
        if failed:
            raise ExceptionGroup("some orders were not saved", failed)

    def handler(event, context):
        asyncio.run(work(event["orders"]))
    ```

    Without it, the first exception is raised.
    ```python file="app.py"
    import asyncio

    from shop import save

    async def work(orders):
        await asyncio.gather(*(save(order) for order in orders))

    def handler(event, context):
        asyncio.run(work(event["orders"]))
    ```

    ## When not to fix
    The calls only try, such as those that clean up, and log their failures themselves.

    ## See also
    Python: `asyncio.gather`, `return_exceptions`.
    """
    for found in handler.concurrency.ignored_failures():
        where = "their results are thrown away" if found.dropped else "nobody asks the results what they are"
        yield Finding(
            f"`return_exceptions=True` makes results of exceptions, and {where}: failed work looks done; test them "
            "with `isinstance(result, BaseException)`",
            found.span,
        )
