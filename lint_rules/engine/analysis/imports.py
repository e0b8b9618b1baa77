"""Edits that import a module at the top of a file."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import Facts
from lint_rules.engine.finding import Edit, Span


def importing(name: str, facts: Facts) -> tuple[Edit, ...]:
    """The edit that adds `import name`: before the first import, else after the docstring, else at the
    top."""
    module = facts.module
    newline = "\r\n" if "\r\n" in module.text else "\n"
    body = module.tree.body if module.tree is not None else []
    at, text = 0, f"import {name}{newline}"
    for statement in body:
        start = module.span(statement).start - module.base
        if isinstance(statement, ast.Import) or (
            isinstance(statement, ast.ImportFrom) and statement.module != "__future__"
        ):
            at = start
            break
    else:
        ahead = [each for each in body if _comes_first(each)]
        if ahead:
            at = module.span(ahead[-1]).end - module.base
            text = f"{newline}{newline}import {name}"
        elif body:
            at = module.span(body[0]).start - module.base
            decorated = getattr(body[0], "decorator_list", None)
            if decorated:
                at = module.text.rfind("@", 0, module.span(decorated[0]).start - module.base)
            text = f"import {name}{newline * 2}"
    place = module.base + at
    return (Edit(Span(module.document.path, place, place), text),)


def _comes_first(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
