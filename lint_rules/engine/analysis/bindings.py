"""What a name is bound to: by a statement inside a function, or by a call from outside."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import FunctionNode, Scope


def parameters(scope: Scope) -> list[str]:
    """The parameters of a function that a call fills; those of a method without `self`."""
    if scope.filled is None:
        scope.filled = _parameters(scope)
    return scope.filled


def _parameters(scope: Scope) -> list[str]:
    node = scope.node
    if not isinstance(node, FunctionNode):
        return []
    names = [*scope.arguments, *(argument.arg for argument in node.args.kwonlyargs)]
    static = any(getattr(decorator, "id", "") == "staticmethod" for decorator in node.decorator_list)
    return names[1:] if scope.parent is not None and scope.parent.is_class and not static else names


def argument(call: ast.Call, target: Scope, name: str) -> ast.expr | None:
    """What a call passes for a parameter of a function, the default if nothing; None if it cannot be told."""
    node = target.node
    if not isinstance(node, FunctionNode):
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if call.args:
        positional = [each for each in parameters(target) if each in target.arguments]
        for place, value in enumerate(call.args):
            if isinstance(value, ast.Starred) or (place < len(positional) and positional[place] == name):
                return value
    for keyword in call.keywords:
        if keyword.arg is None:
            return keyword.value
    arguments = target.arguments
    if name in arguments:
        place = arguments.index(name) - len(arguments)
        return node.args.defaults[place] if -place <= len(node.args.defaults) else None
    for only, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if only.arg == name:
            return default
    return None


def source_of(binding: ast.AST, scope: Scope) -> ast.expr | None:
    """The expression that a binding takes its value from, whole or in part."""
    parents = scope.facts.parents
    at, parent = binding, parents.get(binding)
    while isinstance(parent, (ast.Tuple, ast.List, ast.Starred)):
        at, parent = parent, parents.get(parent)
    if isinstance(parent, ast.Assign):
        value = parent.value
        if at is not binding and isinstance(at, (ast.Tuple, ast.List)) and isinstance(value, ast.Tuple):
            pairs = dict(zip(at.elts, value.elts, strict=False)) if len(at.elts) == len(value.elts) else {}
            return pairs.get(binding, value)  # type: ignore[call-overload, no-any-return]
        return value
    if isinstance(parent, (ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
        return parent.value
    if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
        return parent.iter
    if isinstance(parent, ast.withitem):
        return parent.context_expr
    while parent is not None and not isinstance(parent, ast.stmt):
        if isinstance(parent, ast.match_case):
            match = parents[parent]
            return match.subject if isinstance(match, ast.Match) else None
        parent = parents.get(parent)
    return None


def root_name(node: ast.AST) -> str | None:
    """The variable at the root of `x.y[0].z`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
