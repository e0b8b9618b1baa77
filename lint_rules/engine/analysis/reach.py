"""Which functions of the project run when a function is called, and how surely.

Calls are followed breadth first through the whole project. A function that remembers its result (`lru_cache`)
and a call that runs at most once (`if client is None:`) do not repeat with the invocations; a call in an
`except` block is rare.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.guards import happens_once, is_kept, is_rare, remembers

_LARGEST = 400
"""Functions followed from one handler."""


class Reached(NamedTuple):
    """A function that runs, the call that leads to it (None for the first), and from which function.

    `repeats` is False when every way to it is a rare or a first-time one.
    """

    scope: Scope
    call: ast.Call | None
    caller: Scope | None
    repeats: bool


class Reach:
    """Everything that a call of `start` may run."""

    def __init__(self, codebase: Codebase, start: Scope) -> None:
        self.codebase = codebase
        self.start = start
        self._functions: dict[Scope, Reached] | None = None
        self._edges: list[tuple[Scope, ast.Call, Scope]] = []

    @property
    def edges(self) -> list[tuple[Scope, ast.Call, Scope]]:
        """Caller, call and function called, for every call followed."""
        return self._edges if self.functions else []

    def into(self, scope: Scope) -> list[tuple[Scope, ast.Call, Scope]]:
        """The edges that lead to a function."""
        return [edge for edge in self.edges if edge[2] is scope]

    @property
    def functions(self) -> dict[Scope, Reached]:
        """The functions by scope, in the order in which they were found."""
        if self._functions is None:
            self._functions = {}
            self._follow()
        return self._functions

    def _follow(self) -> None:
        found = self._functions
        assert found is not None
        later: list[Reached] = []
        todo = [Reached(self.start, None, None, True)]
        while todo or later:
            at = todo.pop(0) if todo else later.pop(0)
            if at.scope in found or len(found) >= _LARGEST:
                continue
            found[at.scope] = at
            for call in at.scope.calls:
                target = self.codebase.target(call, at.scope)
                if target is None or target is at.scope or remembers(target):
                    continue
                self._edges.append((at.scope, call, target))
                sure = at.repeats and not (
                    happens_once(call, at.scope) or is_rare(call, at.scope) or is_kept(call, at.scope)
                )
                (todo if sure else later).append(Reached(target, call, at.scope, sure))
