"""What of `multiprocessing` needs shared memory between processes, which Lambda's environments do not have.

Found by making each of them where there is no `/dev/shm` (Python 3.11, November 2026; a test does it again). Pipes,
processes and managers get along without, executors of threads too; pools of threads do not, since they are made of the
same parts as pools of processes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.paths import elsewhere_only, main_only
from lint_rules.engine.finding import Span
from lint_rules.engine.typed import NamedTuple

NEEDING = (
    *(
        "Pool",
        "Queue",
        "JoinableQueue",
        "SimpleQueue",
        "Lock",
        "RLock",
        "Semaphore",
        "BoundedSemaphore",
        "Event",
    ),
    *("Condition", "Barrier", "Value", "Array", "RawValue", "RawArray"),
)
_MODULES = (
    "multiprocessing",
    "multiprocessing.get_context()",
    "multiprocessing.pool",
    "multiprocessing.synchronize",
)
_NEED = frozenset({
    *(f"{module}.{name}" for module in _MODULES for name in NEEDING),
    *("multiprocessing.pool.ThreadPool", "multiprocessing.queues.Queue", "multiprocessing.dummy.Pool"),
    *("concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor"),
    "multiprocessing.shared_memory.SharedMemory",
})  # fmt: skip
_CAUGHT = frozenset({"OSError", "ImportError", "NotImplementedError", "FileNotFoundError"})


class SharedMemory(NamedTuple):
    """A call that needs it. `name` is what it makes, such as "Pool"."""

    call: ast.Call
    scope: Scope
    name: str

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.call)

    @property
    def is_of_threads(self) -> bool:
        """Whether it is a pool of threads."""
        return self.name == "ThreadPool"


def shared_memory(scopes: Iterable[Scope]) -> Iterator[SharedMemory]:
    """Those in these functions and modules, but for what is ready to do without, or runs elsewhere."""
    for scope in scopes:
        for call in scope.calls:
            dotted = scope.dotted(call.func)
            if dotted in _NEED and not (
                _is_caught(call, scope) or main_only(call, scope) or elsewhere_only(call, scope)
            ):
                name = "ThreadPool" if dotted == "multiprocessing.dummy.Pool" else dotted.rpartition(".")[2]
                yield SharedMemory(call, scope, name)


def _is_caught(call: ast.Call, scope: Scope) -> bool:
    """Whether the code goes on without it."""
    for parent, child in scope.facts.above(call):
        if isinstance(parent, ast.Try) and child in parent.body:
            for clause in parent.handlers:
                names = {getattr(part, "id", "") for part in ast.walk(clause.type)} if clause.type else set()
                if names & _CAUGHT:
                    return True
    return False
