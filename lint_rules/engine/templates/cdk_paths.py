"""Paths that programs of the CDK put together: `os.path.join(os.path.dirname(__file__), "lambda")` and what is alike.

They are given as seen from the folder of the module, which is `.`.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator

from lint_rules.engine.sources.node import Node, Scalar

Read = Callable[[ast.expr], Node]

_SAME = frozenset(
    {"os.path.abspath", "os.path.realpath", "os.path.normpath", "pathlib.Path", "str", "os.fspath"}
)
_SAME_METHODS = frozenset({"resolve", "absolute", "as_posix"})


def path_at(node: ast.expr, name: str | None, read: Read) -> str | None:
    """The path that an expression comes to; None where it is none, or not known. `name` is the dotted name of what it
    calls, `read` reads other expressions."""
    if isinstance(node, ast.Name):
        return "./file.py" if node.id == "__file__" else None
    if isinstance(node, ast.Attribute):
        return _up(_text(read(node.value))) if node.attr == "parent" else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined([node.left, node.right], read)
    if not isinstance(node, ast.Call):
        return None
    if name == "os.path.dirname" and len(node.args) == 1:
        return _up(_text(read(node.args[0])))
    if name == "os.path.join" and node.args:
        return _joined(node.args, read)
    if name in _SAME and node.args:
        return _joined(node.args, read) if _speaks_of_files(node) else None
    if isinstance(node.func, ast.Attribute) and not node.args and node.func.attr in _SAME_METHODS:
        return _text(read(node.func.value)) if _speaks_of_files(node) else None
    return None


def own_attribute(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> ast.expr | None:
    """What `self.name` is set to, where its class sets it once."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or node.value.id != "self":
        return None
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.ClassDef):
        at = parents.get(at)
    found = list(_stores(at, node.attr)) if at is not None else []
    return found[0] if len(found) == 1 else None


def _stores(owner: ast.AST, name: str) -> Iterator[ast.expr]:
    for each in ast.walk(owner):
        targets = each.targets if isinstance(each, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == name and isinstance(each, ast.Assign):
                yield each.value


def _speaks_of_files(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "__file__" for each in ast.walk(node))


def _joined(parts: list[ast.expr], read: Read) -> str | None:
    texts = [_text(read(part)) for part in parts]
    if any(text is None for text in texts):
        return None
    return posixpath.join(*[text for text in texts if text is not None])


def _up(path: str | None) -> str | None:
    return None if path is None else posixpath.dirname(path) or "."


def _text(node: Node) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None
