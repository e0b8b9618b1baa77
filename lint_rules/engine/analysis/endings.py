"""Adding a statement at the end of a function, before its `return`."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module


def at_the_end(code: str, scope: Scope, after: ast.stmt) -> Edit | None:
    """The edit that has a function run one more line at its end; None where it may end elsewhere once a statement of
    its own body, `after`, has run."""
    node, module = scope.node, scope.facts.module
    if not isinstance(node, FunctionNode) or after not in node.body or _ends_early(node, after):
        return None
    place, newline, indent = beginning(module, after)
    if place is None:
        return None
    path, last = module.document.path, node.body[-1]
    if isinstance(last, ast.Return):
        at, _, _ = beginning(module, last)
        return None if at is None else Edit(Span(path, at, at), f"{code}{newline}{indent}")
    end = module.span(last).end
    end += len(module.text[end - module.base :].partition("\n")[0].rstrip("\r"))
    return Edit(Span(path, end, end), f"{newline}{indent}{code}")


def beginning(module: Module, statement: ast.stmt) -> tuple[int | None, str, str]:
    """Where a statement begins, the line end of the file, and its indentation; None where it shares its line."""
    start = module.span(statement).start - module.base
    line = max(module.text.rfind("\n", 0, start), module.text.rfind("\r", 0, start)) + 1
    indent = module.text[line:start]
    newline = "\r\n" if "\r\n" in module.text else "\n"
    return (None if indent.strip() else module.base + start), newline, indent


def _ends_early(node: ast.FunctionDef | ast.AsyncFunctionDef, after: ast.stmt) -> bool:
    """Whether something behind the statement may return before the end."""
    rest = node.body[node.body.index(after) :]
    if isinstance(rest[-1], ast.Return):
        rest = rest[:-1]
    elif isinstance(rest[-1], ast.Raise):
        return True
    return any(isinstance(part, ast.Return) for each in rest for part in ast.walk(each))
