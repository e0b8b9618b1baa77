"""The dictionaries that a handler answers with: their entries, and what stands in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import argument
from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.analysis.wrapping import wrapped
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Edit, Span

_DEEPEST = 6
_CONTAINERS = (ast.Dict, ast.List, ast.DictComp, ast.ListComp)


class Entry(NamedTuple):
    """A key of an answer, and the expression that stands under it."""

    name: str
    key: ast.expr
    value: ast.expr
    scope: Scope

    @property
    def key_span(self) -> Span:
        """Where the key stands."""
        return self.scope.facts.module.span(self.key)

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return self.scope.facts.module.span(self.value)

    @property
    def code(self) -> str:
        """The value as written, on one line and not too long."""
        return self.scope.facts.module.brief(self.value, 40)

    @property
    def constant(self) -> object:
        """The value, where it is written out; else the entry itself."""
        value = self.value
        if isinstance(value, ast.Name):
            owner = self.scope.owner(value.id)
            value = (owner.value(value.id) if owner is not None else None) or value
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            return -1 if isinstance(value.operand, ast.Constant) else self
        return value.value if isinstance(value, ast.Constant) else self

    def wrapped(self, dotted: str) -> tuple[Edit, ...]:
        """Edits that give the value to a function of the standard library; none where that is not certainly right."""
        return wrapped(dotted, self.value, self.scope)


class Reply(NamedTuple):
    """A dictionary that is the whole result. `closed` says that it has no other entries than these."""

    node: ast.Dict
    scope: Scope
    entries: tuple[Entry, ...]
    closed: bool
    reach: Reach

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """The dictionary as written."""
        return self.scope.facts.module.code(self.node)

    @property
    def names(self) -> frozenset[str]:
        """Its keys."""
        return frozenset(entry.name for entry in self.entries)

    def containers(self, name: str) -> Iterator[Entry]:
        """The lists and dictionaries that stand under a key, at the place that puts them there."""
        for entry in self.entries:
            if entry.name == name:
                yield from self._containers(entry, 0)

    def _containers(self, entry: Entry, depth: int) -> Iterator[Entry]:
        value, scope = entry.value, entry.scope
        if isinstance(value, ast.IfExp):
            for part in (value.body, value.orelse):
                if not _is_looked_at(part, value.test):
                    yield from self._containers(entry._replace(value=part), depth)
        elif isinstance(value, _CONTAINERS):
            yield entry
        elif isinstance(value, ast.Name):
            owner = scope.owner(value.id)
            bound = owner.bindings.get(value.id, []) if owner is not None else []
            if owner is None or not owner.is_function or not bound:
                return
            values = [owner.facts.assigned(binding) for binding in bound]
            if all(isinstance(each, _CONTAINERS) for each in values):
                yield entry
            elif len(bound) == 1 and isinstance(bound[0], ast.arg) and depth < _DEEPEST:
                for edge in self.reach.into(owner) if owner is not self.reach.start else ():
                    given = argument(edge.call, owner, value.id) if edge.direct and edge.call else None
                    if given is not None and edge.call is not None and _is_part(given, edge.call):
                        given_entry = Entry(entry.name, entry.key, given, edge.caller)
                        yield from self._containers(given_entry, depth + 1)


def replies(reach: Reach) -> Iterator[Reply]:
    """The dictionaries that the first function of a reach returns, its own and those of functions that it calls for
    them."""
    seen: set[ast.AST] = set()
    for result in body_of(reach.start).results:
        yield from _replies(result, reach.start, reach, seen, 0)


def _replies(node: ast.expr, scope: Scope, reach: Reach, seen: set[ast.AST], depth: int) -> Iterator[Reply]:
    if node in seen or depth > _DEEPEST:
        return
    seen.add(node)
    if isinstance(node, ast.Dict):
        yield Reply(node, scope, tuple(_entries(node, scope)), None not in node.keys, reach)
    elif isinstance(node, ast.IfExp):
        yield from _replies(node.body, scope, reach, seen, depth + 1)
        yield from _replies(node.orelse, scope, reach, seen, depth + 1)
    elif isinstance(node, ast.Name):
        yield from _named(node, scope, reach, seen)
    elif isinstance(node, ast.Call):
        target = reach.codebase.target(node, scope)
        if target is None or target is scope or not isinstance(target.node, ast.FunctionDef):
            return
        if not target.node.decorator_list and target.node.name != "__init__":
            for result in body_of(target).results:
                yield from _replies(result, target, reach, seen, depth + 1)


def _named(node: ast.Name, scope: Scope, reach: Reach, seen: set[ast.AST]) -> Iterator[Reply]:
    """The dictionaries that a variable may be, with what is put into them later."""
    if scope.owner(node.id) is not scope:
        return
    stored: list[Entry] = []
    for store in scope.stores:
        if not isinstance(store, ast.Subscript) or getattr(store.value, "id", "") != node.id:
            continue
        statement = scope.facts.parents.get(store)
        if isinstance(store.slice, ast.Constant) and isinstance(statement, ast.Assign):
            stored.append(Entry(str(store.slice.value), store.slice, statement.value, scope))
    handed = any(
        isinstance(parent := scope.facts.parents.get(load), ast.Attribute | ast.Call | ast.keyword)
        and getattr(parent, "attr", "") != "get"
        for load in scope.loads.get(node.id, ())
    )
    later = {entry.name for entry in stored}
    for binding in scope.bindings.get(node.id, ()):
        value = scope.facts.assigned(binding)
        if isinstance(value, ast.Dict) and value not in seen:
            seen.add(value)
            own = [entry for entry in _entries(value, scope) if entry.name not in later]
            yield Reply(value, scope, (*own, *stored), None not in value.keys and not handed, reach)


def _entries(node: ast.Dict, scope: Scope) -> Iterator[Entry]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield Entry(key.value, key, value, scope)


def _is_looked_at(value: ast.expr, test: ast.expr) -> bool:
    """Whether a test asks of a variable what it is."""
    called = test.operand if isinstance(test, ast.UnaryOp) else test
    if not isinstance(value, ast.Name) or not isinstance(called, ast.Call):
        return False
    return getattr(called.func, "id", "") == "isinstance" and any(
        isinstance(each, ast.Name) and each.id == value.id for each in called.args[:1]
    )


def _is_part(value: ast.expr, call: ast.Call) -> bool:
    """Whether it stands in the call itself, and is no default of the function."""
    return value in call.args or any(keyword.value is value and keyword.arg for keyword in call.keywords)
