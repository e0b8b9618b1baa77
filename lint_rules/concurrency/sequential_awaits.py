"""LAM201."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import AwaitStep, Finding, Fix, Handler, Related, Safety, rule


@rule("LAM201", looks_at=Handler, severity="warning", since="0.1", fix="unsafe", triggers=("await",))
def sequential_awaits(handler: Handler) -> Iterator[Finding]:
    """Reads that do not need one another are awaited one after the other.

    ## Why it matters
    Each `await` waits for its answer before the next request leaves, so the invocation lasts as long as all
    of them together, and every millisecond is billed. Gathered, they take as long as the slowest.

    ## Bad
    ```python file="app.py"
    import asyncio

    from shop import get_orders, get_user

    async def page(uid):
        user = await get_user(uid)  # expect: sequential-awaits
        orders = await get_orders(uid)
        return {"user": user, "orders": orders}

    def handler(event, context):
        return asyncio.run(page(event["uid"]))
    ```

    ## Fixed
    ```python file="app.py"
    import asyncio

    from shop import get_orders, get_user

    async def page(uid):
        user, orders = await asyncio.gather(get_user(uid), get_orders(uid))
        return {"user": user, "orders": orders}

    def handler(event, context):
        return asyncio.run(page(event["uid"]))
    ```

    ## Good
    The second read needs the first.
    ```python file="app.py"
    import asyncio

    from shop import get_orders, get_user

    async def page(uid):
        user = await get_user(uid)
        orders = await get_orders(user["account"])
        return {"user": user, "orders": orders}

    def handler(event, context):
        return asyncio.run(page(event["uid"]))
    ```

    Writes keep their order.
    ```python file="app.py"
    import asyncio

    from shop import create_order, reserve_stock

    async def buy(order):
        stock = await reserve_stock(order)
        receipt = await create_order(order)
        return {"stock": stock, "receipt": receipt}

    def handler(event, context):
        return asyncio.run(buy(event["order"]))
    ```

    One database session answers one question at a time.
    ```python file="app.py"
    import asyncio

    from shop import get_orders, get_user, open_session

    async def page(uid):
        async with open_session() as session:
            user = await get_user(session, uid)
            orders = await get_orders(session, uid)
        return {"user": user, "orders": orders}

    def handler(event, context):
        return asyncio.run(page(event["uid"]))
    ```

    ## When not to fix
    The calls share something that serves one caller at a time, the service behind them is limited, or the
    second must not happen when the first fails: `gather` starts both.

    ## See also
    Python: "Running tasks concurrently", `asyncio.gather`.
    """
    for run in handler.await_runs():
        if any(step.keeps_order for step in run):
            continue
        for steps in _independent(run):
            others = tuple(Related("does not need what was awaited before", step.span) for step in steps[1:])
            edits = handler.gathered(steps)
            yield Finding(
                f"{_number(len(steps))} reads wait for one another although none needs the other's result; "
                "await them together with `asyncio.gather`",
                steps[0].span,
                Fix("Await them together", edits, Safety.UNSAFE) if edits else None,
                others,
            )


def _independent(run: list[AwaitStep]) -> Iterator[list[AwaitStep]]:
    """The groups of two or more adjacent steps that could run at the same time."""
    group: list[AwaitStep] = []
    for step in run:
        if not step.is_read:
            if len(group) > 1:
                yield group
            group = []
        elif all(_is_independent(earlier, step) for earlier in group):
            group.append(step)
        else:
            if len(group) > 1:
                yield group
            group = [step]
    if len(group) > 1:
        yield group


def _is_independent(earlier: AwaitStep, later: AwaitStep) -> bool:
    if not earlier.names or not later.names or earlier.names & (later.names | later.uses):
        return False
    return not any(later.is_shared(name) for name in set(earlier.passes) & set(later.passes))


def _number(count: int) -> str:
    return {2: "Two", 3: "Three", 4: "Four", 5: "Five"}.get(count, str(count))
