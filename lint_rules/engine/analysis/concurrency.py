"""What a handler does at the same time, or could: the questions about coroutines, tasks, threads and processes."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.analysis.await_loops import AwaitLoop, await_loops
from lint_rules.engine.analysis.coroutines import (
    DroppedTask,
    IgnoredFailures,
    Unawaited,
    dropped_tasks,
    ignored_failures,
    unawaited,
)
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.analysis.threads import Unjoined, unjoined


class Concurrency:
    """The answers for one handler: of the functions that it reaches, and of the others of its module."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._scopes: list[Scope] = list(dict.fromkeys([*reach.start.facts.functions, *reach.functions]))

    def unawaited(self) -> Iterator[Unawaited]:
        """The coroutines that never run."""
        return unawaited(self._reach.codebase, self._scopes)

    def dropped_tasks(self) -> Iterator[DroppedTask]:
        """The tasks that nobody waits for."""
        return dropped_tasks(self._scopes)

    def ignored_failures(self) -> Iterator[IgnoredFailures]:
        """Where exceptions are gathered, and nobody looks at them."""
        return ignored_failures(self._scopes)

    def await_loops(self) -> Iterator[AwaitLoop]:
        """The loops that await one read after the other."""
        return await_loops(self._reach.codebase, self._scopes)

    def unjoined(self) -> Iterator[Unjoined]:
        """What an invocation starts, and does not wait for."""
        return unjoined(self._reach.functions)
