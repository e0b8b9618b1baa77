"""Classes of the project: making objects of them, and what their attributes are."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bodies import fields, is_property
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import Class, External, Function, Instance, Known, Values
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

_PLAIN_BASES = frozenset({
    *("ABC", "object", "Exception", "BaseModel", "Protocol", "Generic", "Enum", "str", "TypedDict", "NamedTuple"),
})  # fmt: skip
"""Classes of others that call no method of those derived from them."""


def instance(run: Interpreter, made: Class, call: ast.Call, scope: Scope) -> Instance:
    """Make an object of a class of the project."""
    owner = made.scope
    new = Instance(owner)
    init = run.codebase.method(owner, "__init__")
    if init is not None:
        run.invoke(Function(init, new), call, scope)
    else:
        names = fields(owner)
        pairs = [*zip(names, call.args, strict=False), *((k.arg or "", k.value) for k in call.keywords)]
        for name, given in pairs:
            run.add((owner, name), run.values(given, scope))
    _call_back(run, owner)
    return new


def _call_back(run: Interpreter, owner: Scope, depth: int = 0) -> None:
    """Reach the methods that others call: special ones, and all where a class of another package is derived
    from."""
    bases = owner.node.bases if isinstance(owner.node, ast.ClassDef) else []
    foreign = any(
        isinstance(value, External) and value.dotted.rpartition(".")[2] not in _PLAIN_BASES
        for base in bases
        for value in run.values(base, owner.parent or owner)
    )
    for method in owner.children:
        name = method.name.rpartition(".")[2]
        if method.is_function and (foreign or name.startswith("__")):
            run.reach(method)
    for base in bases if depth < 8 else ():
        for value in run.values(base, owner.parent or owner):
            if isinstance(value, Class):
                _call_back(run, value.scope, depth + 1)


def of_class(run: Interpreter, value: Instance | Class, name: str) -> Values:
    found: set[Known] = set()
    bound = value if isinstance(value, Instance) else None
    for owner in _line(run, value):
        found |= run.held_in((owner, name))
        methods = [one for one in owner.children if one.is_function and getattr(one.node, "name", "") == name]
        properties = [one for one in methods if is_property(one)]
        if len(methods) > 1 and not properties:
            methods = []  # Which one counts is not told.
        for method in methods:
            run.reach(method)
            target = Instance(bound.scope) if bound else None
            if target is not None and method.arguments:
                run.add((method, method.arguments[0]), frozenset({target}))
            if method in properties and bound:
                found |= run.results(method)
            elif not properties or not bound:
                found.add(Function(method, target))
        if methods:
            break
        if name in owner.bindings:
            found |= run.variable(owner, name)
    return frozenset(found)


def method_names(owner: Scope) -> list[str]:
    """The methods that a class of the project defines for others to call, in the order of the file."""
    names = (method.name.rpartition(".")[2] for method in owner.children if method.is_function)
    return [name for name in names if not name.startswith("_")]


def _line(run: Interpreter, value: Instance | Class) -> list[Scope]:
    """A class and those it is derived from."""
    todo = [value.scope]
    line: list[Scope] = []
    while todo and len(line) < 12:
        owner = todo.pop(0)
        line.append(owner)
        for base in getattr(owner.node, "bases", []):
            for found in run.values(base, owner.parent or owner):
                if isinstance(found, Class) and found.scope not in line:
                    todo.append(found.scope)
    above = value.above if isinstance(value, Instance) else None
    return line[line.index(above) + 1 :] if above in line else line
