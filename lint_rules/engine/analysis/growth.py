"""Containers of a module that grow with what invocations fetch, and that nothing ever empties.

What holds the event's own data, and what is added to blindly, is told by `state`; here is what that leaves: sets and
dictionaries that are looked into before something is put into them, under keys that keep changing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import source_of
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.flow import Flow
    from lint_rules.engine.finding import Span

_ADDS = frozenset({"append", "add", "setdefault", "appendleft", "extend", "insert"})
_SHRINKS = frozenset({"clear", "pop", "popleft", "popitem", "remove", "discard"})
_MAKES = frozenset(
    {"list", "dict", "set", "collections.defaultdict", "collections.OrderedDict", "collections.deque"}
)
_LITERALS = (ast.List, ast.Dict, ast.Set)
_FRESH = frozenset({
    *("uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "time.time", "time.time_ns", "datetime.datetime.now"),
    *("datetime.datetime.utcnow", "secrets.token_hex", "secrets.token_urlsafe", "random.random"),
})  # fmt: skip
_DEEPEST = 8


class Growth(NamedTuple):
    """A place that puts something into a container of the module, under a key or as a value that is another each time.
    `name` is the container's, `home` the module's scope."""

    name: str
    home: Scope
    node: ast.AST
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it grows."""
        return self.scope.facts.module.span(self.node)

    @property
    def made_at(self) -> Span | None:
        """Where the module makes the container."""
        bound = self.home.bindings.get(self.name)
        return self.home.facts.module.span(bound[0]) if bound else None


def growths(flow: Flow) -> Iterator[Growth]:
    """The containers that grow, each once."""
    seen: set[tuple[Scope, str]] = set()
    for scope in flow.reach.functions:
        for name, node, key in _additions(scope):
            home = scope.owner(name)
            if home is None or home.parent is not None or (home, name) in seen:
                continue
            if (
                key is not None
                and _is_plain(home, name)
                and not _is_bounded(home, name)
                and _changes(key, scope, flow)
            ):
                seen.add((home, name))
                yield Growth(name, home, node, scope)


def _additions(scope: Scope) -> Iterator[tuple[str, ast.AST, ast.expr | None]]:
    """Containers, places, and what goes in or under which key."""
    for call in scope.calls:
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in _ADDS and isinstance(func.value, ast.Name):
            yield func.value.id, call, call.args[0] if call.args else None
    for store in scope.stores:
        if isinstance(store, ast.Subscript) and isinstance(store.value, ast.Name):
            statement = scope.facts.statement(store)
            if not isinstance(statement, ast.Delete):
                yield store.value.id, statement, store.slice


def _is_plain(home: Scope, name: str) -> bool:
    """Whether it is made once, at import, as a container without bounds."""
    value = home.value(name)
    if isinstance(value, _LITERALS):
        return True
    if not isinstance(value, ast.Call) or home.dotted(value.func) not in _MAKES:
        return False
    return not any(keyword.arg == "maxlen" for keyword in value.keywords) and len(value.args) < 2


def _is_bounded(home: Scope, name: str) -> bool:
    """Whether anything in the module takes something out of it, counts it, or makes it anew."""
    facts = home.facts
    if name in facts.stored_globally:
        return True
    for scope in facts.scopes:
        for load in scope.loads.get(name, ()):
            parent = facts.parents.get(load)
            if isinstance(parent, ast.Attribute) and parent.attr in _SHRINKS:
                return True
            if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Del):
                return True
            if isinstance(parent, ast.Call) and load in parent.args:
                return True  # Counted, or handed to somebody who may do anything.
            if isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Slice):
                return True
    return False


def _changes(key: ast.expr, scope: Scope, flow: Flow, depth: int = 0) -> bool:
    """Whether a value is certainly another one again and again: fresh, or an element of what a call has fetched."""
    if depth > _DEEPEST or flow.depends_on_event(key, scope):
        return False
    if isinstance(key, ast.Call):
        name = scope.dotted(key.func) or ""
        if name in _FRESH:
            return True
        parts = [*key.args, *([key.func.value] if isinstance(key.func, ast.Attribute) else [])]
        plain = name in ("str", "int", "tuple") or getattr(key.func, "attr", "") in (
            "get",
            "lower",
            "upper",
            "strip",
            "isoformat",
        )
        return plain and any(_changes(part, scope, flow, depth + 1) for part in parts)
    if isinstance(key, ast.Subscript | ast.Attribute):
        return _changes(key.value, scope, flow, depth + 1)
    if isinstance(key, ast.JoinedStr | ast.Tuple):
        parts = (
            [part.value for part in key.values if isinstance(part, ast.FormattedValue)]
            if isinstance(key, ast.JoinedStr)
            else key.elts
        )
        return any(_changes(part, scope, flow, depth + 1) for part in parts)
    if not isinstance(key, ast.Name):
        return False
    owner = scope.owner(key.id)
    bound = owner.bindings.get(key.id, []) if owner is not None and owner.is_function else []
    if owner is None or len(bound) != 1:
        return False
    parent = owner.facts.parents.get(bound[0])
    source = source_of(bound[0], owner)
    if isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension) and source is not None:
        return _is_fetched(source, owner)
    return source is not None and isinstance(parent, ast.Assign) and _changes(source, owner, flow, depth + 1)


def _is_fetched(node: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Whether a list comes from an answer of AWS: `client.scan(...)["Items"]`."""
    if depth > _DEEPEST:
        return False
    if isinstance(node, ast.Subscript):
        return _is_fetched(node.value, scope, depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("get", "items", "values"):
            return _is_fetched(node.func.value, scope, depth + 1)
        return (scope.dotted(node.func) or "").startswith("boto3.")
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        value = owner.value(node.id) if owner is not None and owner.is_function else None
        return owner is not None and value is not None and _is_fetched(value, owner, depth + 1)
    return False
