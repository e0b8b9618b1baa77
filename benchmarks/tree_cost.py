"""What a command costs with all that it starts: seconds, seconds on processors, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple


class Cost(NamedTuple):
    """Wall seconds, seconds on processors (not a number where they cannot be counted), and MB at the most (PSS: a page
    that n processes share counts as an n-th in each): of all processes, and `beside` those that were set aside."""

    wall: float
    cpu: float
    memory: float
    beside: float


def cost(command: list[str], folder: Path, aside: Callable[[Any], bool] = lambda process: False) -> Cost:
    """Run a command in a folder. Raises SystemExit with the end of what it said when it fails. `aside` says of a
    process (psutil's) whether its memory is not to be counted in `beside`.

    Forks of forks that nobody waits for are in no process's own account of its time, but in that of Linux's `perf`.
    """
    counts = folder / "counts.txt"
    counted = (
        ["perf", "stat", "-x", ",", "-e", "task-clock", "-o", str(counts)] if shutil.which("perf") else []
    )
    began = time.perf_counter()
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [*counted, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(command[0]),
        )
        peak = _Peak(process.pid, aside)
        code = process.wait()
    wall = time.perf_counter() - began
    memory, beside = peak.stop()
    if code:
        raise SystemExit(f"{command[0]} ended with {code}: {(folder / 'log.txt').read_text()[-3000:]}")
    cpu = float("nan")
    if counts.exists():
        line = next((line for line in counts.read_text().splitlines() if "task-clock" in line), "")
        with suppress(ValueError):
            cpu = float(line.partition(",")[0]) / 1000
    return Cost(wall, cpu, memory, beside)


def environment(python: str) -> dict[str, str]:
    """Ours, with the programs beside an interpreter found first: some call theirs by their bare names."""
    return {**os.environ, "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"}


class _Peak(threading.Thread):
    """Watches the memory of a process tree."""

    def __init__(self, pid: int, aside: Callable[[Any], bool]) -> None:
        super().__init__(daemon=True)
        self._pid, self._aside = pid, aside
        self._most = self._beside = 0.0
        self._over = threading.Event()
        self.start()

    def stop(self) -> tuple[float, float]:
        self._over.set()
        self.join()
        return self._most, self._beside

    def run(self) -> None:
        import psutil

        while not self._over.wait(0.2):
            try:
                top = psutil.Process(self._pid)
                family = [(process, _pss(process.pid)) for process in (top, *top.children(recursive=True))]
                beside = sum(used for process, used in family if not self._aside(process))
            except psutil.Error:
                continue
            self._most = max(self._most, sum(used for _, used in family))
            self._beside = max(self._beside, beside)


def _pss(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0.0
