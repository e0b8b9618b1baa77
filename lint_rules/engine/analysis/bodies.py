"""What a scope's own code returns, reads and refers to: a second index, made for the scopes that are reached."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import Facts, FunctionNode, Scope
from lint_rules.engine.sources.tree import children


class Body:
    """The code of one scope, without that of functions and classes in it. `results` are the expressions that it
    returns or yields, `attributes` the attributes it reads, `tries` its `try` statements, in source order."""

    __slots__ = ("attributes", "children", "results", "tries")

    def __init__(self, scope: Scope) -> None:
        self.results: list[ast.expr] = []
        self.attributes: list[ast.Attribute] = []
        self.tries: list[ast.Try] = []
        self.children = {child.node: child for child in scope.children}
        todo: list[ast.AST] = getattr(scope.node, "body", [])[::-1]
        while todo:
            node = todo.pop()
            if isinstance(node, _OWN_SCOPE):
                todo += node.decorator_list[::-1]
                continue
            if isinstance(node, _GIVES):
                if node.value is not None:
                    self.results.append(node.value)
            elif isinstance(node, ast.Attribute):
                if isinstance(node.ctx, ast.Load):
                    self.attributes.append(node)
            elif isinstance(node, ast.Try):
                self.tries.append(node)
            todo += children(node)[::-1]


_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_GIVES = (ast.Return, ast.Yield, ast.YieldFrom)
_APART = (*_OWN_SCOPE, ast.Lambda)


def body_of(scope: Scope) -> Body:
    """The index of a scope's code, made when it is first asked for."""
    bodies: dict[Scope, Body] = scope.facts.bodies
    found = bodies.get(scope)
    if found is None:
        found = bodies[scope] = Body(scope)
    return found


def own_code(scope: Scope) -> list[ast.AST]:
    """Every node that runs as part of the scope itself: not what functions, classes and lambdas in it hold."""
    found: list[ast.AST] | None = scope.own
    if found is None:
        found = scope.own = []
        todo: list[ast.AST] = getattr(scope.node, "body", [])[::-1]
        while todo:
            node = todo.pop()
            found.append(node)
            if not isinstance(node, _APART):
                todo += children(node)[::-1]
    return found


def block_of(statement: ast.AST, parent: ast.AST) -> list[ast.stmt]:
    """The statements of its parent among which one stands; empty for what stands in no block, as an expression."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and statement in block:
            return block
    return []


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
