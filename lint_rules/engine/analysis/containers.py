"""The elements of lists, tuples, sets and dictionaries: what is put there, and what loops and unpacking give."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bindings import source_of
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import NOTHING, Class, Held, Instance, Known, Many, Values
from lint_rules.engine.analysis.sdk_resources import listed
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter


def elements(run: Interpreter, node: ast.AST, scope: Scope) -> Values:
    """What a loop over an expression gives."""
    found: set[Known] = set()
    for value in run.values(node, scope):
        if isinstance(value, Held):
            found |= items(run, value, None)
        elif isinstance(value, Many):
            found |= listed(run, value, node, scope)
    for place in run.containers(node, scope):
        found |= run.held_in(place)
    return frozenset(found)


def items(run: Interpreter, held: Held, key: str | int | None) -> Values:
    """The elements of a container under a key, or all."""
    node, scope = held.node, held.scope
    if isinstance(node, ast.Dict):
        chosen = [
            value
            for name, value in zip(node.keys, node.values, strict=True)
            if key is None or not isinstance(name, ast.Constant) or name.value == key
        ]
        return frozenset().union(*(run.values(value, scope) for value in chosen))
    if isinstance(node, ast.DictComp):
        return run.values(node.value, scope)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return run.values(node.elt, scope)
    items = getattr(node, "elts", [])
    if isinstance(key, int) and -len(items) <= key < len(items):
        return run.values(items[key], scope)
    return frozenset().union(*(run.values(item, scope) for item in items))


def store(run: Interpreter, target: ast.AST, scope: Scope) -> None:
    """Remember what an assignment to an attribute or an element leaves there."""
    parent = scope.facts.parents.get(target)
    value = parent.value if isinstance(parent, ast.Assign | ast.AnnAssign) else None
    if value is None:
        source = source_of(target, scope)
        values = unpacked(run, target, source, scope) if source is not None else NOTHING
    else:
        values = run.values(value, scope)
    if values and isinstance(target, ast.Attribute):
        for owner in run.values(target.value, scope):
            if isinstance(owner, Instance | Class):
                run.add((owner.scope, target.attr), values)
    elif values and isinstance(target, ast.Subscript):
        for place in run.containers(target.value, scope):
            run.add(place, values)


def unpacked(run: Interpreter, binding: ast.AST, source: ast.AST, scope: Scope) -> Values:
    """What one of several targets gets of a value."""
    parent = scope.facts.parents.get(binding)
    above = scope.facts.parents.get(parent) if parent is not None else None
    if not isinstance(parent, ast.Tuple | ast.List):
        return run.values(source, scope)
    if isinstance(above, ast.Assign) and above.value is not source:
        return run.values(source, scope)
    place = parent.elts.index(binding) if binding in parent.elts else None
    values = run.values(source, scope)
    if isinstance(above, ast.For | ast.AsyncFor | ast.comprehension):
        if place == 1:
            return _pairs(run, source, scope)
        keys = _keys(run, source, scope) if place == 0 else NOTHING
        if keys:
            return keys
        values = elements(run, source, scope)
    found: set[Known] = set()
    for value in values:
        if isinstance(value, Held):
            found |= items(run, value, place)
    return frozenset(found)


def _keys(run: Interpreter, source: ast.AST, scope: Scope) -> Values:
    """What the first target of a loop over the `items()` of a dictionary gets."""
    func = source.func if isinstance(source, ast.Call) else None
    if not isinstance(func, ast.Attribute) or func.attr != "items":
        return NOTHING
    found: set[Known] = set()
    for value in run.values(func.value, scope):
        if isinstance(value, Held) and isinstance(value.node, ast.Dict):
            for key in value.node.keys:
                found |= run.values(key, value.scope) if key is not None else NOTHING
    return frozenset(found)


def _pairs(run: Interpreter, source: ast.AST, scope: Scope) -> Values:
    """What the second target of a loop over `x.items()` or `enumerate(x)` gets."""
    if (
        isinstance(source, ast.Call)
        and isinstance(source.func, ast.Attribute)
        and source.func.attr == "items"
    ):
        return elements(run, source.func.value, scope)
    if isinstance(source, ast.Call) and getattr(source.func, "id", "") == "enumerate" and source.args:
        return elements(run, source.args[0], scope)
    found: set[Known] = set()
    for value in elements(run, source, scope):
        if isinstance(value, Held):
            found |= items(run, value, 1)
    return frozenset(found)
