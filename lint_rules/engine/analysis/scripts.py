"""Code that runs only when a module is started as a script, which Lambda never does."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import Scope


def script_code(scope: Scope) -> frozenset[ast.AST]:
    """What stands under `if __name__ == "__main__":` in a module's own code."""
    module = scope.facts.module
    if scope.parent is not None or "__main__" not in module.text:
        return frozenset()
    return frozenset(
        node
        for statement in getattr(scope.node, "body", ())
        if isinstance(statement, ast.If) and _is_guard(statement.test)
        for part in statement.body
        for node in ast.walk(part)
    )


def _is_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )
