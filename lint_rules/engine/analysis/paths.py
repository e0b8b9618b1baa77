"""Paths of files, as far as the code tells how they begin."""

from __future__ import annotations

import ast
import re

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_DEEPEST = 8
_ELSEWHERE = regex(
    r"local|debug|offline|dry|AWS_EXECUTION_ENV|AWS_LAMBDA_FUNCTION_NAME|platform", re.IGNORECASE
)
_SAME = frozenset(
    {"str", "os.fspath", "pathlib.Path", "pathlib.PosixPath", "os.path.abspath", "os.path.normpath"}
)


class Beginning(NamedTuple):
    """How a path begins; `rest` are the parts behind it that are not literal, empty where all of it is known."""

    text: str
    rest: tuple[ast.expr, ...]


def beginning(node: ast.expr, scope: Scope, depth: int = 0) -> Beginning | None:
    """How a path begins; None where nothing of it is known."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.Constant):
        return Beginning(node.value, ()) if isinstance(node.value, str) and node.value else None
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        value = owner.value(node.id) if owner is not None else None
        return beginning(value, owner, depth + 1) if owner is not None and value is not None else None
    if isinstance(node, ast.JoinedStr):
        return _joined(list(node.values), scope, depth)
    if isinstance(node, ast.FormattedValue):
        return beginning(node.value, scope, depth + 1)
    if isinstance(node, ast.BinOp):
        return _operated(node, scope, depth)
    if not isinstance(node, ast.Call):
        return None
    name = scope.dotted(node.func)
    if name == "tempfile.gettempdir":
        return Beginning("/tmp", ())
    if name in _SAME and node.args:
        return beginning(node.args[0], scope, depth + 1) if len(node.args) == 1 else None
    if name == "os.path.join":
        parts: list[ast.expr] = []
        for part in node.args:
            parts += [part, ast.Constant("/")]
        return _joined(parts[:-1], scope, depth)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        base = beginning(node.func.value, scope, depth + 1)
        if base is not None:
            head, _, tail = base.text.partition("{")
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            return Beginning(head, given if tail else ()) if head else None
    return None


def _operated(node: ast.BinOp, scope: Scope, depth: int) -> Beginning | None:
    if isinstance(node.op, ast.Add):
        return _joined([node.left, node.right], scope, depth)
    if isinstance(node.op, ast.Div):
        return _joined([node.left, ast.Constant("/"), node.right], scope, depth)
    if isinstance(node.op, ast.Mod):
        base = beginning(node.left, scope, depth + 1)
        head, _, tail = base.text.partition("%") if base is not None else ("", "", "")
        return Beginning(head, (node.right,) if tail else ()) if head else None
    return None


def _joined(parts: list[ast.expr], scope: Scope, depth: int) -> Beginning | None:
    text = ""
    for place, part in enumerate(parts):
        found = beginning(part, scope, depth + 1)
        if found is None or found.rest:
            text += found.text if found is not None else ""
            rest = (*(found.rest if found is not None else (part,)), *parts[place + 1 :])
            return (
                Beginning(text, tuple(each for each in rest if not isinstance(each, ast.Constant)))
                if text
                else None
            )
        text += found.text
    return Beginning(text, ()) if text else None


def main_only(node: ast.AST, scope: Scope) -> bool:
    """Whether a node only runs when its file is run itself, not when it is imported."""
    return any(
        isinstance(parent, ast.If)
        and child in parent.body
        and any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(parent.test))
        for parent, child in scope.facts.above(node)
    )


def elsewhere_only(node: ast.AST, scope: Scope) -> bool:
    """Whether a condition around a node asks where the code runs, as for a run on the desk."""
    code = scope.facts.module.code
    return any(
        isinstance(parent, ast.If | ast.IfExp)
        and child is not parent.test
        and bool(_ELSEWHERE.search(code(parent.test)))
        for parent, child in scope.facts.above(node)
    )
