"""Variables of a module that every invocation sets anew before anything reads them: what they hold of the last
invocation is there, but nobody meets it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.analysis.state import Change, Kept
from lint_rules.engine.sources.tree import walk


def is_renewed(state: Kept, reach: Reach) -> bool:
    """Whether one of the changes of a variable comes before all else on every invocation, and replaces what an earlier
    invocation has left."""
    found = [change for change in state.changes if _replaces(change) and _comes_first(change, state, reach)]
    whole = any(change.sets for change in found)
    return whole or (bool(found) and len(found) == len([each for each in state.changes if each.derived]))


def _replaces(change: Change) -> bool:
    """Whether it sets a variable, or always the same part of what it holds."""
    node = change.node
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(_is_fixed(target) for target in targets)


def _value(change: Change) -> ast.AST:
    value: ast.AST = getattr(change.node, "value", None) or change.node
    return value


def _is_fixed(target: ast.expr) -> bool:
    if isinstance(target, ast.Subscript):
        return isinstance(target.slice, ast.Constant) and _is_fixed(target.value)
    if isinstance(target, ast.Attribute):
        return _is_fixed(target.value)
    return isinstance(target, ast.Name)


def _comes_first(change: Change, state: Kept, reach: Reach) -> bool:
    node = reach.start.node
    if change.scope is not reach.start or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    before = _before(node.body, change.node)
    if before is None:
        return False
    earlier = {part for statement in (*before, _value(change)) for part in walk(statement)}
    loads = reach.start.loads.get(state.name, ())
    readers = _readers(state, reach)
    return not any(load in earlier for load in loads) and not any(
        edge.caller is reach.start and edge.call in earlier and edge.target in readers for edge in reach.edges
    )


def _before(body: list[ast.stmt], node: ast.AST) -> list[ast.stmt] | None:
    """The statements that run before one; None where it does not run every time."""
    for place, statement in enumerate(body):
        if statement is node:
            return body[:place]
        if isinstance(statement, ast.Try | ast.With):
            inner = _before(statement.body, node)
            if inner is not None:
                return [*body[:place], *inner]
    return None


def _readers(state: Kept, reach: Reach) -> set[object]:
    """The functions that read a variable, and those that call such."""
    found: set[object] = set(_reading(state, reach))
    while True:
        more = {edge.caller for edge in reach.edges if edge.target in found} - found
        if not more:
            return found
        found |= more


def _reading(state: Kept, reach: Reach) -> Iterator[object]:
    for scope in reach.functions:
        if scope is not reach.start and any(_is_of(state, name, scope, reach) for name in scope.loads):
            yield scope


def _is_of(state: Kept, name: str, scope: Scope, reach: Reach) -> bool:
    """Whether a name means the variable in a function, itself or by an import."""
    owner = scope.owner(name)
    if owner is None or owner.parent is not None:
        return False
    return reach.codebase.variable(owner, name) == (state.home, state.name)
