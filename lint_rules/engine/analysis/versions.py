"""Which version of Python code needs: syntax that is newer, and modules that are gone.

Reads the snapshot `data/stdlib_removed.txt` at the first question.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache

from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import facts_of
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span
    from lint_rules.engine.sources.module import Module

_SNAPSHOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "stdlib_removed.txt")
_MAY = regex(
    r"(?:^|[\n\r;])[ \t\f]*(?:match|type)\b|:[ \t\f]*type[ \t\f\\]|except[\s\\]*\*"
    r"|(?:def|class)[\s\\]+\w+[\s\\]*\[|\b(?:[tT][rR]?|[rR][tT])[\"']"
)
_SINCE = {
    "Match": (10, "a `match` statement"),
    "TryStar": (11, "`except*`"),
    "TypeAlias": (12, "a `type` statement"),
    "TemplateStr": (14, "a t-string"),
}
_TESTS = frozenset({"version_info", "hexversion", "TYPE_CHECKING"})


class Newer(NamedTuple):
    """Syntax that older versions cannot compile. `minor` is the first version 3.x that can."""

    minor: int
    what: str
    span: Span


class Gone(NamedTuple):
    """An import of a module that the standard library has no more. `minor` is the last version 3.x that has it."""

    name: str
    minor: int
    span: Span


def newer_syntax(module: Module, minor: int) -> Newer | None:
    """The first syntax in a module that Python 3.`minor` cannot compile.

    https://docs.python.org/3/whatsnew/
    """
    if module.tree is None or not _MAY.search(module.text):
        return None
    for node in walk(module.tree):
        since, what = _SINCE.get(type(node).__name__, (0, ""))
        if getattr(node, "type_params", None):
            since, what = 12, "type parameters"
        if since > minor:
            return Newer(since, what, module.span(node))
    return None


def gone_modules(modules: Iterable[Module], minor: int, codebase: Codebase) -> Iterator[Gone]:
    """The imports that fail on Python 3.`minor`, but for those that are tried, or made on older versions only."""
    for module in modules:
        facts = facts_of(module)
        for alias, dotted in facts.imports.items():
            name = dotted.partition(".")[0]
            last = _removed().get(name)
            if last is None or last >= minor or codebase.imported(module, name) is not None:
                continue
            tried = any(
                isinstance(parent, ast.Try)
                or (isinstance(parent, ast.If) and any(word in module.code(parent.test) for word in _TESTS))
                for parent, _ in facts.above(alias)
            )
            if not tried:
                yield Gone(name, last, module.span(facts.statement(alias)))


@lru_cache(maxsize=1)
def _removed() -> dict[str, int]:
    with open(_SNAPSHOT, encoding="ascii") as file:
        rows = [line.split() for line in file if not line.startswith("#")]
    return {name: int(last.partition(".")[2]) for name, last in rows}
