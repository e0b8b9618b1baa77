"""Where code talks to other machines without asking who they are, or without encryption."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.analysis.bindings import root_name
from lint_rules.engine.analysis.bodies import block_of
from lint_rules.engine.analysis.endings import beginning
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.removals import removing
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_MAKERS = frozenset(
    {"Client", "AsyncClient", "client", "resource", "create_client", "HTTPTransport", "Session"}
)
_SWITCHES = {
    "verify": _VERBS | _MAKERS,
    "use_ssl": frozenset(
        {"client", "resource", "create_client", "OpenSearch", "Elasticsearch", "AsyncOpenSearch"}
    ),
    "verify_certs": frozenset({"OpenSearch", "Elasticsearch", "AsyncOpenSearch", "AsyncElasticsearch"}),
    "verify_ssl": _VERBS | {"TCPConnector", "ws_connect"},
    "ssl": (_VERBS - {"send", "stream"}) | {"TCPConnector", "ws_connect"},
}
"""Keywords that, being False, turn the check off, and what takes them: requests, httpx, boto3, aiohttp, OpenSearch."""

_POOLS = frozenset(
    {"PoolManager", "HTTPSConnectionPool", "ProxyManager", "Redis", "connect", "wrap_socket", "MongoClient"}
)
_UNCHECKED = frozenset({"ssl._create_unverified_context", "ssl._create_stdlib_context"})
_NONE = frozenset({"ssl.CERT_NONE"})
_LOCAL = regex(r"localhost|127\.0\.0\.1|0\.0\.0\.0|localstack|host\.docker\.internal|\[::1\]", re.IGNORECASE)
_REQUESTS = regex(r"request")
"""Functions of the code's own that hand the keyword on to a library."""

_LINE = regex(r"[ \t]*(?:\r\n|\n|\r)")


class Unverified(NamedTuple):
    """One such place. `encrypted` is False where even the encryption is off."""

    node: ast.AST
    scope: Scope
    encrypted: bool
    edits: tuple[Edit, ...]
    """Edits that turn the check on again; none where they are not certainly right."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """What is written there."""
        return self.scope.facts.module.code(self.node)


def unverified(scopes: Iterable[Scope]) -> Iterator[Unverified]:
    """The places in these functions and modules; none that talks to its own machine."""
    for scope in scopes:
        for call in scope.calls:
            yield from _in_call(call, scope)
        for store in scope.stores:
            yield from _in_store(store, scope)


def _in_call(call: ast.Call, scope: Scope) -> Iterator[Unverified]:
    module = scope.facts.module
    dotted = scope.dotted(call.func)
    if dotted in _UNCHECKED:
        edit = Edit(module.span(call.func), "ssl.create_default_context")
        plain = module.code(call.func).startswith("ssl.") and not call.args and not call.keywords
        plain = plain and not in_string(call, scope)
        yield Unverified(call, scope, True, (edit,) if plain else ())
        return
    if not call.keywords:
        return
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    for keyword in call.keywords:
        takers = _SWITCHES.get(keyword.arg or "")
        off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        by_word = keyword.arg in ("cert_reqs", "ssl_cert_reqs") and name in _POOLS
        unchecked = by_word and _is_none(keyword.value, scope)
        passed_on = keyword.arg == "verify" and _REQUESTS.search(name)
        if (unchecked or (takers is not None and off and (name in takers or passed_on))) and not _is_local(
            call, scope
        ):
            yield Unverified(keyword, scope, keyword.arg != "use_ssl", removing([keyword], call, scope))


def _in_store(store: ast.AST, scope: Scope) -> Iterator[Unverified]:
    statement = scope.facts.parents.get(store)
    if not isinstance(store, ast.Attribute) or not isinstance(statement, ast.Assign):
        return
    value = statement.value
    off = isinstance(value, ast.Constant) and value.value is False
    made = scope.dotted(store.value) or ""
    root = (root_name(store) or "").lower()
    if store.attr == "verify" and off:
        found = "session" in root or made in ("requests.Session()", "requests.session()", "httpx.Client()")
    elif store.attr == "verify_mode":
        found = _is_none(value, scope)
    elif store.attr == "_create_default_https_context":
        found = made == "ssl" and scope.dotted(value) in _UNCHECKED
    else:
        found = False
    if found:
        yield Unverified(statement, scope, True, _without(statement, scope))


def _is_none(value: ast.expr, scope: Scope) -> bool:
    text = value.value if isinstance(value, ast.Constant) else None
    return text == "CERT_NONE" or text == "none" or scope.dotted(value) in _NONE


def _is_local(call: ast.Call, scope: Scope) -> bool:
    """Whether an argument names this machine, in the call or in the variable that is passed."""
    for part in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in ast.walk(part):
            parts: Iterable[ast.AST] = (node,)
            if isinstance(node, ast.Name):
                owner = scope.owner(node.id)
                value = owner.value(node.id) if owner is not None else None
                parts = ast.walk(value) if value is not None else ()
            texts = (each.value for each in parts if isinstance(each, ast.Constant))
            if any(isinstance(text, str) and _LOCAL.search(text) for text in texts):
                return True
    return False


def _without(statement: ast.Assign, scope: Scope) -> tuple[Edit, ...]:
    """The edit that deletes a statement with its line; none where it shares the line or is all of a block."""
    module = scope.facts.module
    block = block_of(statement, scope.facts.parents[statement])
    span = module.span(statement)
    at, _, indent = beginning(module, statement)
    tail = _LINE.match(module.text, span.end - module.base)
    if len(block) < 2 or len(statement.targets) != 1 or at is None or tail is None:
        return ()
    return (Edit(Span(span.path, at - len(indent), module.base + tail.end()), ""),)
