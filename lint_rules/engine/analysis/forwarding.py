"""Functions that hand all that they are given on to another, such as one that makes boto3's clients with a user agent.

What they do depends on each call of theirs, so it is the caller's arguments that count.
"""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import FunctionNode, Scope


def forwarded(scope: Scope) -> list[ast.Call]:
    """The calls whose result a function of `*args, **kwargs` returns, and which get just these."""
    node = scope.node
    if not isinstance(node, FunctionNode) or node.args.vararg is None:
        return []
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    is_method = scope.parent is not None and scope.parent.is_class
    if len(named) > is_method:
        return []
    return [each for each in body_of(scope).results if isinstance(each, ast.Call) and _hands_on(each, node)]


def is_forwarded(call: ast.Call, scope: Scope) -> bool:
    """Whether a call gets just what its function is given, and so says nothing by itself."""
    return len(call.args) == 1 and isinstance(call.args[0], ast.Starred) and call in forwarded(scope)


def _hands_on(call: ast.Call, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    vararg, kwarg = node.args.vararg, node.args.kwarg
    given = call.args[0] if len(call.args) == 1 else None
    if vararg is None or not isinstance(given, ast.Starred) or not _is(given.value, vararg.arg):
        return False
    words = call.keywords
    if kwarg is None:
        return not words
    return len(words) == 1 and words[0].arg is None and _is(words[0].value, kwarg.arg)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
