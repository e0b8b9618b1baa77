"""What a handler does at the same time, or could: the questions about coroutines, tasks, threads and processes."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.analysis.await_loops import AwaitLoop, await_loops
from lint_rules.engine.analysis.blocking import Blocking, blocking, runs_at_once
from lint_rules.engine.analysis.coroutines import (
    DroppedTask,
    IgnoredFailures,
    Unawaited,
    dropped_tasks,
    ignored_failures,
    unawaited,
)
from lint_rules.engine.analysis.event_loops import LoopBound, LoopRun, loop_bound, loop_runs
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.flow import Flow
from lint_rules.engine.analysis.processes import SharedMemory, shared_memory
from lint_rules.engine.analysis.threads import Unjoined, unjoined


class Concurrency:
    """The answers for one handler: of the functions that it reaches, and of the others of its module."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._reach = reach = flow.reach
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

    def blocking(self) -> Iterator[Blocking]:
        """Calls in asynchronous functions that hold up the others."""
        return blocking(self._reach, self._scopes)

    @property
    def runs_at_once(self) -> bool:
        """Whether several coroutines may be under way at the same time."""
        return runs_at_once(self._scopes)

    def loop_runs(self) -> Iterator[LoopRun]:
        """The event loops that are made for each record."""
        return loop_runs(self._flow)

    def loop_bound(self) -> Iterator[LoopBound]:
        """The objects of modules that belong to the event loop of one invocation."""
        return loop_bound(self._flow)

    def shared_memory(self) -> Iterator[SharedMemory]:
        """What it makes, at import or later, that needs shared memory."""
        functions = self._reach.functions
        return shared_memory([*dict.fromkeys(scope.facts.module_scope for scope in functions), *functions])
