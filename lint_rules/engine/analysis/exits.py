"""Ends of the process in the middle of a function: who catches them, and what to write in their place."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit


def catches(scope: Scope, exception: str) -> bool:
    """Whether a function catches an exception of this name, everything, or BaseException."""
    names = {exception, "BaseException"}
    return any(
        (node.type is None or any(getattr(part, "id", "") in names for part in ast.walk(node.type)))
        for block in body_of(scope).tries
        for node in block.handlers
    )


def ending(call: ast.Call, scope: Scope, in_handler: bool) -> tuple[Edit, ...]:
    """Edits that put a `return` or a `raise` in the place of `sys.exit(…)`."""
    facts = scope.facts
    statement = facts.statement(call)
    if (
        not isinstance(statement, ast.Expr)
        or statement.value is not call
        or call.keywords
        or len(call.args) > 1
    ):
        return ()
    code = call.args[0] if call.args else ast.Constant(None)
    text = ""
    if isinstance(code, ast.Constant) and code.value in (None, 0):
        text = "return" if in_handler else ""
    elif isinstance(code, ast.JoinedStr) or (isinstance(code, ast.Constant) and isinstance(code.value, str)):
        text = f"raise RuntimeError({facts.module.code(code)})"
    elif isinstance(code, ast.Constant) and isinstance(code.value, int):
        text = f'raise RuntimeError("exit code {code.value}")'
    return (Edit(facts.module.span(statement), text),) if text else ()
