"""Who lints the islands: this process, several processes, or the workers of a Dask cluster.

All run `work` on the same batches, and none of them sees more than its own, so what is found does not depend on who
found it. Processes are started only where the work outweighs them. A worker that dies costs its batch a second
attempt, here.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from lint_rules.engine.config import Config
from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding
from lint_rules.engine.intake import project_of
from lint_rules.engine.lint import Crash, Meter, lint
from lint_rules.engine.project import Project
from lint_rules.engine.typed import Any, NamedTuple, TypeVar

Part = TypeVar("Part")

WORTH_A_POOL = 6_000_000
"""Bytes. What one process lints in about the time in which others start."""

TIDIED_AFTER = 32_000_000
"""Bytes of files. After so many the memory is tidied up that is full of what nobody needs any more."""

CONNECTS_WITHIN = "10s"
"""How long a scheduler may take to answer at first."""


class Island(NamedTuple):
    """Files by path, and the settings that hold for each; the quiet ones count only where others
    take them in."""

    files: Mapping[str, bytes]
    settings: Mapping[str, Config]
    quiet: Collection[str] = frozenset()

    def of(self, path: str) -> Config:
        """The settings for a file."""
        return self.settings.get(path) or next(iter(self.settings.values()), Config())

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.files.values()))


class Outcome(NamedTuple):
    """Of one island the findings and the crashes; `spent` is seconds of CPU by rule, where asked for."""

    findings: list[Finding]
    crashes: list[Crash]
    spent: dict[str, float]


class Sent(Exception):
    """An exception of another process: its first line, and the traceback as text."""

    def __init__(self, kind: str, message: str, traceback: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.traceback = traceback


def _size(island: Island) -> int:
    return island.size


def lint_island(
    island: Island, clock: Callable[[], float] | None = None, project: Project | None = None
) -> Outcome:
    """Lint one island here. `project` is what its files make, where that is known already."""
    crashes: list[Crash] = []
    meter = Meter(clock, {}) if clock else None
    findings = lint(project or project_of(island.files, island.quiet), island, crashes.append, meter)
    return Outcome(findings, crashes, meter.spent if meter else {})


def lint_islands(
    islands: Sequence[Island], *, workers: int = 0, scheduler: str = ""
) -> Iterator[tuple[int, Outcome]]:
    """Number and outcome of every island, as they get done. `workers` 0 decides by the work there is.

    Raises UsageError for a scheduler that cannot be used.
    """
    if scheduler:
        yield from _on_cluster(islands, scheduler)
        return
    if not workers:
        plenty = len(islands) > 1 and sum(island.size for island in islands) >= WORTH_A_POOL
        workers = (os.cpu_count() or 1) if plenty else 1
    if workers < 2 or len(islands) < 2:
        for number, island in enumerate(tidied(islands, _size)):
            yield number, lint_island(island)
        return
    yield from _in_processes(islands, workers)


def tidied(parts: Iterable[Part], size: Callable[[Part], int]) -> Iterator[Part]:
    """The parts of what is to be linted, with the memory tidied up that those before have filled; `size` is in bytes.
    The collector is off, since it would walk living trees again and again, and trees hold one another."""
    left = TIDIED_AFTER
    for part in parts:
        if left <= 0:
            gc.collect()
            left = TIDIED_AFTER
        yield part
        left -= size(part)


def batches(islands: Sequence[Island], number: int) -> list[list[int]]:
    """The numbers of the islands in at most so many heaps of about the same size."""
    heaps: list[tuple[int, list[int]]] = [(0, []) for _ in range(min(number, len(islands)))]
    for index in sorted(range(len(islands)), key=lambda i: -islands[i].size):
        smallest = min(range(len(heaps)), key=lambda i: heaps[i][0])
        size, heap = heaps[smallest]
        heap.append(index)
        heaps[smallest] = (size + islands[index].size + 500, heap)
    return [heap for _, heap in heaps if heap]


def work(islands: Sequence[Island]) -> list[tuple[list[Any], list[Any]]]:
    """Lint a batch and return it in plain values: what a worker is asked to do."""
    from lint_rules.engine.packing import pack

    gc.disable()
    try:
        done = [lint_island(island) for island in tidied(islands, _size)]
    finally:
        gc.enable()
    return [([pack(f) for f in one.findings], [_sendable(crash) for crash in one.crashes]) for one in done]


def _received(answer: tuple[list[Any], list[Any]]) -> Outcome:
    from lint_rules.engine.packing import unpack

    packed, crashes = answer
    return Outcome(
        [unpack(one) for one in packed],
        [Crash(rule, path, Sent(kind, text, traceback)) for rule, path, kind, text, traceback in crashes],
        {},
    )


def _sendable(crash: Crash) -> list[str]:
    import traceback

    error = crash.error
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return [crash.rule, crash.path, type(error).__name__, str(error), text]


def _in_processes(islands: Sequence[Island], workers: int) -> Iterator[tuple[int, Outcome]]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    heaps = batches(islands, workers * 4)
    pool = ProcessPoolExecutor(min(workers, len(heaps)), context, initializer=_quiet)
    try:
        todo: dict[Any, list[int]] = {}
        lost: list[int] = []
        for heap in heaps:
            try:
                todo[pool.submit(work, [islands[i] for i in heap])] = heap
            except BrokenProcessPool:  # A worker died before all had been handed out.
                lost += heap
        for future in as_completed(todo):
            try:
                answers = future.result()
            except BrokenProcessPool:
                lost += todo[future]
                continue
            yield from zip(todo[future], map(_received, answers), strict=True)
        for number in lost:
            yield number, lint_island(islands[number])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    # The interrupt of a terminal goes to everybody; the parent answers it.
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _on_cluster(islands: Sequence[Island], address: str) -> Iterator[tuple[int, Outcome]]:
    try:
        dask: Any = import_module("dask.distributed")
    except ImportError:
        raise UsageError('--scheduler needs Dask: pip install "lambdalint[dask]"') from None
    try:
        client = dask.Client(address, set_as_default=False, timeout=CONNECTS_WITHIN)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"{address}: no Dask scheduler answers there: {error}") from None
    with client:
        _same_everywhere(client.run(_identity), address)
        number = sum(client.nthreads().values()) or 1
        heaps = batches(islands, number * 4)
        todo = {client.submit(work, [islands[i] for i in heap], pure=False): heap for heap in heaps}
        for future in dask.as_completed(todo, loop=client.loop):
            if future.status == "finished":
                yield from zip(todo[future], map(_received, future.result()), strict=True)
            else:
                yield from ((number, lint_island(islands[number])) for number in todo[future])


def _identity() -> str:
    """The version of the linter, as a worker has it."""
    from importlib.metadata import version

    return version("lambdalint")


def _same_everywhere(versions: Mapping[str, str], address: str) -> None:
    if not versions:
        raise UsageError(f"{address}: the Dask cluster has no workers")
    others: Iterable[str] = {*versions.values()} - {_identity()}
    for other in others:
        raise UsageError(
            f"{address}: a worker has lambdalint {other}, here it is {_identity()}; install the same"
        )
