"""Notebooks from top to bottom: names that a cell uses before the cell that makes them.

Only code that runs at once counts: what a function, a lambda or a class body uses is looked up later, and what a `try`
guards may be missing on purpose. A notebook that gets names from elsewhere (a star import, `%run`, `exec`) is not
judged.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import facts_of
from lint_rules.engine.finding import Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.module import Module
from lint_rules.engine.typed import NamedTuple

_ELSEWHERE = regex(
    r"^[ \t]*(?:%(?:run|load|load_ext|store|pylab|recall|rerun|macro)\b|from .* import \*)", re.M
)
_CALLS = frozenset({"exec", "eval", "globals", "locals", "get_ipython"})
_GIVEN = frozenset(
    {*dir(builtins), *("get_ipython", "display", "In", "Out", "exit", "quit", "_", "__", "___")}
)


class Early(NamedTuple):
    """A name used before it is made: the place of the use, that of the first binding, and the cell of that."""

    name: str
    span: Span
    made: Span
    cell: int


def names_before_their_cell(module: Module) -> Iterator[Early]:
    """The first use of each such name, in the order of the notebook; none outside of notebooks."""
    document = module.document
    if not document.cells or module.name != document.path or _ELSEWHERE.search(document.text):
        return
    facts = facts_of(module)
    scope = facts.module_scope
    if _CALLS & {call.func.id for call in scope.calls if isinstance(call.func, ast.Name)}:
        return
    found = []
    for name, uses in scope.loads.items():
        bindings = scope.bindings.get(name, ())
        if not bindings or name in _GIVEN or name in facts.stored_globally:
            continue
        first = min(bindings, key=lambda node: _place(node))
        # What stands before it may be a magic that makes it, which the tree does not show.
        begins = next((at.start() for at in re.finditer(rf"\b{name}\b", document.text)), -1)
        for use in uses:
            cell = document.locate(module.span(first).start).cell or 0
            place = module.span(use)
            if _place(use) >= _place(first) or (document.locate(place.start).cell or 0) >= cell:
                continue
            if begins == place.start and not any(_other(parent, name) for parent, _ in facts.above(use)):
                found.append(Early(name, place, module.span(first), cell))
                break
    yield from sorted(found, key=lambda early: early.span.start)


def _place(node: ast.AST) -> tuple[int, int]:
    return (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))


def _other(parent: ast.AST, name: str) -> bool:
    """Whether what stands below runs later, is guarded, or means another variable of that name."""
    if isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        targets = [node for part in parent.generators for node in ast.walk(part.target)]
        return any(isinstance(node, ast.Name) and node.id == name for node in targets)
    return isinstance(parent, ast.Lambda | ast.Try)
