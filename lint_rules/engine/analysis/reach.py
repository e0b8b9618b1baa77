"""Which functions of the project run when a function is called, and how surely.

Calls are followed breadth first through the whole project. A function that remembers its result (`lru_cache`)
and a call that runs at most once (`if client is None:`) do not repeat with the invocations; a call in an
`except` block is rare.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.callbacks import callbacks, routes
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.guards import happens_once, is_kept, is_rare, remembers
from lint_rules.engine.typed import NamedTuple

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


class Edge(NamedTuple):
    """A call that leads from one function to another. When it is not `direct`, somebody else's code makes the
    call and decides on the arguments."""

    caller: Scope
    call: ast.Call | None
    target: Scope
    direct: bool


class Reach:
    """Everything that a call of `start` may run."""

    def __init__(self, codebase: Codebase, start: Scope) -> None:
        self.codebase = codebase
        self.start = start
        self._functions: dict[Scope, Reached] | None = None
        self._edges: list[Edge] = []

    @property
    def edges(self) -> list[Edge]:
        """Every step from function to function."""
        return self._edges if self.functions else []

    def into(self, scope: Scope) -> list[Edge]:
        """The edges that lead to a function."""
        return [edge for edge in self.edges if edge.target is scope]

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
            for edge in self._leaving(at.scope):
                if edge.target is at.scope or remembers(edge.target):
                    continue
                self._edges.append(edge)
                call = edge.call
                sure = at.repeats and not (
                    call is not None
                    and (happens_once(call, at.scope) or is_rare(call, at.scope) or is_kept(call, at.scope))
                )
                (todo if sure else later).append(Reached(edge.target, call, at.scope, sure))

    def _leaving(self, scope: Scope) -> Iterator[Edge]:
        for call in scope.calls:
            target = self.codebase.target(call, scope)
            if target is not None:
                yield Edge(scope, call, target, True)
            for callback in callbacks(call, scope):
                target = self.codebase.definition(callback, scope)
                if target is not None and target.is_function:
                    yield Edge(scope, call, target, False)
        for target in routes(scope):
            yield Edge(scope, None, target, False)
