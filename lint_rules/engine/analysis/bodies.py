"""What a scope's own code returns, reads and refers to: a second index, made for the scopes that are reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import Facts, FunctionNode, Scope


class Body:
    """The code of one scope, without that of functions and classes in it. `results` are the expressions that it
    returns or yields, `attributes` the attributes it reads, `tries` its `try` statements, in source order."""

    __slots__ = ("attributes", "children", "results", "tries")

    def __init__(self, scope: Scope) -> None:
        self.results: list[ast.expr] = []
        self.attributes: list[ast.Attribute] = []
        self.tries: list[ast.Try] = []
        self.children = {child.node: child for child in scope.children}
        todo: list[ast.AST] = list(reversed(getattr(scope.node, "body", [])))
        while todo:
            node = todo.pop()
            if isinstance(node, (*_OWN_SCOPE,)):
                todo.extend(reversed(node.decorator_list))
                continue
            if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom):
                if node.value is not None:
                    self.results.append(node.value)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                self.attributes.append(node)
            elif isinstance(node, ast.Try):
                self.tries.append(node)
            todo.extend(reversed(list(ast.iter_child_nodes(node))))


_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def body_of(scope: Scope) -> Body:
    """The index of a scope's code, made when it is first asked for."""
    bodies: dict[Scope, Body] = scope.facts.bodies
    found = bodies.get(scope)
    if found is None:
        found = bodies[scope] = Body(scope)
    return found


def own_code(scope: Scope) -> Iterator[ast.AST]:
    """Every node that runs as part of the scope itself: not what functions, classes and lambdas in it hold."""
    todo: list[ast.AST] = list(reversed(getattr(scope.node, "body", [])))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*_OWN_SCOPE, ast.Lambda)):
            todo.extend(reversed(list(ast.iter_child_nodes(node))))


def decorators(scope: Scope) -> list[ast.expr]:
    """The decorators of a function or class."""
    node = scope.node
    return node.decorator_list if isinstance(node, FunctionNode | ast.ClassDef) else []


def is_property(scope: Scope) -> bool:
    """Whether reading the attribute runs the method."""
    return any(
        getattr(part, "id", getattr(part, "attr", "")) in ("property", "cached_property")
        for part in decorators(scope)
    )


def fields(scope: Scope) -> list[str]:
    """The annotated names of a class, which a data class takes as arguments."""
    facts: Facts = scope.facts
    return [
        name
        for name, bindings in scope.bindings.items()
        if bindings and isinstance(facts.parents.get(bindings[0]), ast.AnnAssign)
    ]
