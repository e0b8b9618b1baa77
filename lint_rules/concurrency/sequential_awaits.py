"""LAM201."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import AwaitStep, Finding, Fix, Handler, Related, Safety, rule

_READS = frozenset({
    *("get", "fetch", "list", "describe", "query", "head", "read", "find", "load", "lookup", "search", "scan"),
    *("select", "retrieve", "count"),
})  # fmt: skip

_NOT_READS = frozenset({
    *("create", "put", "update", "delete", "set", "save", "insert", "write", "send", "publish", "post", "pop"),
    *("lock", "acquire", "release", "next", "wait", "sleep", "ensure", "refresh", "open", "close", "connect"),
    *("begin", "commit", "rollback", "transaction", "session", "connection", "conn", "client", "pool", "token"),
    *("or", "and", "then", "more", "message", "messages", "page", "line", "chunk", "exactly", "until", "lease"),
    *("config", "configuration", "settings", "env", "secret", "secrets", "credentials", "auth", "login"),
})  # fmt: skip
"""Words in a name that make it more than a read, or a read that moves something on."""

_WRITES = frozenset({
    *("create", "put", "delete", "save", "insert", "publish", "acquire", "sleep", "lock", "semaphore", "commit"),
    *("rollback", "transaction", "execute", "executemany", "global", "nonlocal", "increment", "queue"),
    *("update", "write", "send", "post"),
})  # fmt: skip
"""Words in the body of a function that make it more than a read."""

_SHARED = frozenset({
    *("conn", "connection", "cursor", "cur", "db", "database", "tx", "txn", "transaction", "trans", "engine"),
    *("session", "reader", "stream", "writer", "pipe", "pipeline", "ws", "websocket", "socket", "sock", "queue"),
    *("q", "lock", "channel", "file", "fp", "page", "browser", "driver", "uow", "repo", "repository", "dao"),
    *("store", "limiter", "semaphore", "it", "iterator", "consumer", "process", "proc"),
})  # fmt: skip
"""Words in a name for something that serves one caller at a time."""

_POOLS = ("httpx.AsyncClient()", "aiohttp.ClientSession()", "aioboto3.", "aiobotocore.")
"""What serves several calls at once, by the dotted name that makes it."""

_CLIENTS = frozenset({"client", "http", "api", "http_client", "api_client"})
_HTTP = re.compile(r"^\s*(?:import|from)\s.*\b(?:aiohttp|httpx|aioboto3|aiobotocore)\b", re.MULTILINE)
_ORDER = re.compile(
    r"#.*\b(?:order|sequen\w*|serial\w*|first|then|before|after|must|rate|throttl\w*|one at a time|not parallel)",
    re.IGNORECASE,
)


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
        if any(_ORDER.search(step.comments) for step in run):
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
        if not _is_read(step):
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


def _is_read(step: AwaitStep) -> bool:
    words = _words(step.called)
    if not words or words[0] not in _READS or not _NOT_READS.isdisjoint(words[1:]):
        return False
    if step.nested:
        return False
    if any(not around.startswith(_POOLS) for around in step.surroundings):
        return False
    if step.words_behind:
        behind = {word for name in step.words_behind for word in _words(name)}
        return behind.isdisjoint(_WRITES) and behind.isdisjoint(_shared(step))
    return _serves_many(step)


def _serves_many(step: AwaitStep) -> bool:
    """Whether what a method is called on certainly takes several calls at once."""
    if step.receiver is None:
        return True
    if step.origin is not None and step.origin.startswith(_POOLS):
        return True
    if len(_words(step.called)) == 1 and not step.has_arguments:
        return False  # queue.get(), file.read()
    return step.receiver.removeprefix("self.").lower() in _CLIENTS


def _is_independent(earlier: AwaitStep, later: AwaitStep) -> bool:
    if not earlier.names or not later.names or earlier.names & (later.names | later.uses):
        return False
    shared = _shared(later)
    return not any(not shared.isdisjoint(_words(name)) for name in set(earlier.passes) & set(later.passes))


def _shared(step: AwaitStep) -> frozenset[str]:
    """Words for what is shared; a session in a module of an HTTP library is a pool."""
    return _SHARED - {"session"} if _HTTP.search(step.module_text) else _SHARED


def _words(name: str) -> list[str]:
    """The words of a name in lower case, without a leading `async` or `a`: "getUser_by" is get, user, by."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)]
    return words[1:] if len(words) > 1 and words[0] in ("async", "a", "aio") else words


def _number(count: int) -> str:
    return {2: "Two", 3: "Three", 4: "Four", 5: "Five"}.get(count, str(count))
