"""Adding an argument to a call, as text."""

from __future__ import annotations

import ast

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.facts import Scope

_REST = regex(r"(?:[\s,]|#[^\r\n]*)*\)")
"""What may stand between the last argument and the end of a call."""


def in_string(node: ast.AST, scope: Scope) -> bool:
    """Whether code stands in an f-string, where quotes end it and places are told differently by each Python."""
    return any(isinstance(parent, ast.JoinedStr) for parent, _ in scope.facts.above(node))


def adding(argument: str, call: ast.Call, scope: Scope) -> tuple[Edit, ...]:
    """The edit that gives a call one more argument, behind the others; none where its end cannot be told."""
    module = scope.facts.module
    if in_string(call, scope):
        return ()
    whole = module.span(call)
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not given:
        if module.text[whole.end - module.base - 2 : whole.end - module.base] != "()":
            return ()
        return (Edit(Span(whole.path, whole.end - 1, whole.end - 1), argument),)
    last = max(module.span(each).end for each in given)
    alone = len(given) == 1 and isinstance(given[0], ast.GeneratorExp)
    rest = _REST.match(module.text, last - module.base)
    if alone or rest is None or rest.end() + module.base != whole.end:
        return ()
    return (Edit(Span(whole.path, last, last), f", {argument}"),)


def wrapping(before: str, node: ast.expr, after: str, scope: Scope) -> tuple[Edit, ...]:
    """The edits that put text around an expression; none where its place cannot be told."""
    span = scope.facts.module.span(node)
    if in_string(node, scope):
        return ()
    return (
        Edit(Span(span.path, span.start, span.start), before),
        Edit(Span(span.path, span.end, span.end), after),
    )
