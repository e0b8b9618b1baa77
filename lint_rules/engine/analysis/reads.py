"""Which awaited calls only read, so that several may be under way at the same time: told from their names, from what is
behind them, and from what they are called on."""

from __future__ import annotations

import re

from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.awaits import AwaitStep

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
_HTTP = regex(r"^\s*(?:import|from)\s.*\b(?:aiohttp|httpx|aioboto3|aiobotocore)\b", re.MULTILINE)
ORDER = regex(
    r"#.*\b(?:order|sequen\w*|serial\w*|first|then|before|after|must|rate|throttl\w*|one at a time|not parallel)",
    re.IGNORECASE,
)


def is_read(step: AwaitStep) -> bool:
    """Whether a step certainly only reads, from something that serves several callers."""
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


def is_shared(name: str, step: AwaitStep) -> bool:
    """Whether a name is for something that serves one caller at a time."""
    return not _shared(step).isdisjoint(_words(name))


def _shared(step: AwaitStep) -> frozenset[str]:
    """Words for what is shared; a session in a module of an HTTP library is a pool."""
    return _SHARED - {"session"} if _HTTP.search(step.module_text) else _SHARED


def _words(name: str) -> list[str]:
    """The words of a name in lower case, without a leading `async` or `a`: "getUser_by" is get, user, by."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)]
    return words[1:] if len(words) > 1 and words[0] in ("async", "a", "aio") else words
