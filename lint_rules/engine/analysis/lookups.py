"""Which variables a function looks into before it acts: conditions, lookups and membership tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.sources.tree import walk

_CLOCKS = frozenset({"time", "monotonic", "now", "utcnow", "perf_counter", "today"})
_LOOKUPS = frozenset({"get", "__contains__", "has_key"})


def tested_names(node: ast.AST, scope: Scope) -> set[str]:
    """The variables in the conditions of the `if` statements around a node. A test of the clock counts as one
    of every variable that the function declares global."""
    found: set[str] = set()
    for parent, child in scope.facts.above(node):
        if isinstance(parent, ast.If | ast.While) and child is not parent.test:
            for part in walk(parent.test):
                if isinstance(part, ast.Name):
                    found.add(part.id)
                elif isinstance(part, ast.Attribute) and part.attr in _CLOCKS:
                    found |= scope.globals
    return found


def looked_up(scope: Scope) -> Iterator[str]:
    """The variables that are searched for a key or an element: `k in x`, `x.get(k)`, `try: x[k]`."""
    for name, loads in scope.loads.items():
        if any(_is_lookup(load, scope) for load in loads):
            yield name


def _is_lookup(load: ast.Name, scope: Scope) -> bool:
    parents = scope.facts.parents
    parent = parents.get(load)
    if isinstance(parent, ast.Compare):
        pairs = zip(parent.ops, parent.comparators, strict=True)
        return any(right is load and isinstance(operator, ast.In | ast.NotIn) for operator, right in pairs)
    if isinstance(parent, ast.Attribute):
        call = parents.get(parent)
        if parent.attr in _LOOKUPS and isinstance(call, ast.Call) and call.func is parent:
            return not _is_increment(call, load.id, scope)
        return False
    if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load):
        return any(
            isinstance(above, ast.Try) and child in above.body and _expects_missing(above)
            for above, child in scope.facts.above(load)
        )
    return False


def _is_increment(call: ast.Call, name: str, scope: Scope) -> bool:
    """Whether it is the right side of `x[k] = x.get(k, 0) + 1`."""
    statement = scope.facts.statement(call)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript):
        return False
    value = statement.targets[0].value
    return isinstance(value, ast.Name) and value.id == name


def _expects_missing(node: ast.Try) -> bool:
    return any(
        handler.type is not None
        and any(
            isinstance(part, ast.Name) and part.id in ("KeyError", "LookupError", "IndexError")
            for part in walk(handler.type)
        )
        for handler in node.handlers
    )
