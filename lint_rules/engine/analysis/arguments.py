"""The arguments of a call to AWS, as far as they can be seen: texts, and lists and dictionaries of them."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import UNKNOWN, Held, Text, texts
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

_DEEPEST = 6
_MOST = 8


def keywords(run: Interpreter, call: ast.Call, scope: Scope) -> tuple[dict[str, Any], bool]:
    """The keyword arguments, and whether there are no others."""
    given: dict[str, Any] = {}
    complete = True
    for keyword in call.keywords:
        if keyword.arg is not None:
            given[keyword.arg] = literal(run, keyword.value, scope)
            continue
        spread = literal(run, keyword.value, scope)
        if isinstance(spread, dict):
            given.update(spread)
            complete &= not _changed(run, keyword.value, scope)
        else:
            complete = False
    return given, complete


def _changed(run: Interpreter, node: ast.expr, scope: Scope) -> bool:
    """Whether a dictionary gets further entries."""
    return any(run.held_in(place) for place in run.containers(node, scope)) or (
        isinstance(node, ast.Name)
        and any(getattr(store, "value", None) is not None for store in scope.stores)
    )


def literal(run: Interpreter, node: ast.AST, scope: Scope, depth: int = 0) -> Any:
    """What is known of an argument: None where it is None, UNKNOWN where nothing is known."""
    if isinstance(node, ast.Constant):
        return None if node.value is None else Text((str(node.value),))
    if depth > _DEEPEST:
        return UNKNOWN
    if isinstance(node, ast.Dict):
        found: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found[key.value] = literal(run, value, scope, depth + 1)
            elif key is None:
                spread = literal(run, value, scope, depth + 1)
                found.update(spread if isinstance(spread, dict) else {})
        return found
    if isinstance(node, ast.List | ast.Tuple):
        return [literal(run, item, scope, depth + 1) for item in node.elts]
    if isinstance(node, ast.ListComp):
        return [literal(run, node.elt, scope, depth + 1)]
    values = run.values(node, scope)
    held = [value for value in values if isinstance(value, Held)]
    if len(held) == 1 and held[0].node is not node:
        return literal(run, held[0].node, held[0].scope, depth + 1)
    known = texts(values)
    if not known:
        return UNKNOWN
    return known[0] if len(known) == 1 else known[:_MOST]


def positional(run: Interpreter, call: ast.Call, scope: Scope, place: int, name: str) -> Any:
    """An argument that may be given by place or by name; None where it is not given."""
    if place < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
        return literal(run, call.args[place], scope)
    for keyword in call.keywords:
        if keyword.arg == name:
            return literal(run, keyword.value, scope)
    return None


def plain(given: Any) -> str | None:
    """The string that an argument is, where all of it is known."""
    return given.plain if isinstance(given, Text) else None


def choices(given: Any) -> tuple[Text, ...]:
    """The strings that an argument may be."""
    if isinstance(given, Text):
        return (given,)
    return given if isinstance(given, tuple) else ()
