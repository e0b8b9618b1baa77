"""Functions that decorators enter in an application or a registry, which then calls them.

Where a module has one application, whoever runs the module may run all of its functions. Where it has several, such as
a `CfnResource()` for each resource, those of one run where something that runs reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bodies import decorators
from lint_rules.engine.analysis.callbacks import is_route
from lint_rules.engine.analysis.facts import Facts, FunctionNode, Scope

Entered = dict[str, list[Scope]]


def entered(facts: Facts) -> Entered:
    """The functions of a module that are entered somewhere, by the name of where; under "" those whose is not told."""
    found: Entered = {}
    for scope in facts.scopes:
        if scope.is_function:
            for decorator in decorators(scope):
                if is_route(decorator):
                    target = decorator.func if isinstance(decorator, ast.Call) else decorator
                    inner = target.value if isinstance(target, ast.Attribute) else None
                    name = inner.id if isinstance(inner, ast.Name) else ""
                    found.setdefault(name, []).append(scope)
    return found


def reads(scope: Scope, name: str) -> bool:
    """Whether a scope reads a name so that it may run: a function in any way, a module or class other than to decorate
    something or to set the application up by a method of its own."""
    loads = scope.loads.get(name, ())
    if scope.is_function:
        return bool(loads)
    return any(not _sets_up(load, scope.facts) and not _decorates(load, scope.facts) for load in loads)


def accessors(scope: Scope) -> Iterator[str]:
    """The names that a class reads only to add a setter or deleter to a property, which calls nothing."""
    for name, loads in scope.loads.items() if scope.is_class else ():
        parents = [scope.facts.parents.get(load) for load in loads]
        if all(isinstance(each, ast.Attribute) and each.attr in ("setter", "deleter") for each in parents):
            yield name


def _sets_up(load: ast.AST, facts: Facts) -> bool:
    return isinstance(facts.parents.get(load), ast.Attribute)


def _decorates(load: ast.AST, facts: Facts) -> bool:
    at, above = load, facts.parents.get(load)
    while above is not None and not isinstance(above, ast.stmt):
        at, above = above, facts.parents.get(above)
    return isinstance(above, FunctionNode | ast.ClassDef) and at in above.decorator_list
