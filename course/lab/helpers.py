"""Helpers that several checks of an exercise share: written once by the author, in a cell before the checks.

A check travels alone, in notebooks and in bundles. So each takes along what it uses of them, what that uses in turn,
and nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Helper:
    """One statement that makes names: its text with the comment above it, those names, and those that it reads."""

    source: str
    makes: frozenset[str]
    uses: frozenset[str]
    kind: type[ast.stmt]


def read(source: str) -> tuple[Helper, ...]:
    """The helpers of a cell, in order. Raises SyntaxError, and ValueError with what such a cell may not hold."""
    lines = source.splitlines()
    found: list[Helper] = []
    end = 0
    for nodes in _by_lines(ast.parse(source).body):
        for node in nodes:
            _refuse(node)
        begin, end = end, nodes[-1].end_lineno or 0
        found.append(
            Helper(
                "\n".join(lines[begin:end]).strip("\n"),
                frozenset(name for node in nodes for name in _made(node)),
                frozenset(name for node in nodes for name in _used(node)),
                type(nodes[0]),
            )
        )
    return tuple(found)


def needed(check: str, helpers: Sequence[Helper]) -> tuple[Helper, ...]:
    """Those that a check uses and does not make itself, and those that they use."""
    tree = ast.parse(check)
    own = {name for node in tree.body for name in _made(node)}
    wanted = _used(tree) - own
    taken: set[Helper] = set()
    while more := [one for one in helpers if one not in taken and one.makes & wanted]:
        taken.update(more)
        wanted |= {name for one in more for name in one.uses} - own
    return tuple(one for one in helpers if one in taken)


def joined(check: str, helpers: Sequence[Helper]) -> str:
    """A check with the helpers that it takes along, as one text."""
    text = ""
    for before, one in zip((None, *helpers), helpers, strict=False):
        if before is not None:
            functions = ast.FunctionDef in (before.kind, one.kind)
            text += "\n" * (3 if functions else 1 if before.kind is one.kind else 2)
        text += one.source
    return f"{text}\n\n\n{check}" if text else check


def _by_lines(nodes: Iterable[ast.stmt]) -> list[list[ast.stmt]]:
    """Statements, those together that share a line."""
    found: list[list[ast.stmt]] = []
    for node in nodes:
        if found and node.lineno <= (found[-1][-1].end_lineno or 0):
            found[-1].append(node)
        else:
            found.append([node])
    return found


def _refuse(node: ast.stmt) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return
    if not isinstance(node, ast.FunctionDef | ast.Assign):
        raise ValueError("a cell of helpers defines helpers and does nothing else")
    if public := sorted(name for name in _made(node) if not name.startswith("_")):
        raise ValueError(f"helpers are called `_name`, not `{public[0]}`")


def _made(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(one.asname or one.name).partition(".")[0] for one in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}


def _used(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
