"""The operating-system side of an execution environment: its processes, their memory, their end.

`Process` talks to the keeper that `child/bootstrap.py` describes: it lives as long as one pipe is open, and says on
another how the runtime ended. What it starts is found below it in /proc, whatever sessions or namespaces it made.
"""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from course.cloud import quotas
from course.cloud.clock import cpu_time
from course.cloud.runtime.child.bootstrap import descendants

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_MB = 1024 * 1024
_FEW, _SOCKET_MB = 64, 0.4
"""Sockets that count nothing, and what a further one may hold: twice net.core.wmem_max of most systems."""


class Ends(NamedTuple):
    """The file descriptors that a new keeper is given."""

    death: int
    status: int
    output: int


class Held(NamedTuple):
    """MB in files that exist in memory alone (memfd_create(2)), and that sockets may have in their queues."""

    files: float
    sockets: float


class Process:
    """One started environment.

    `output` is the read end of the pipe that carries everything it writes; `exit_descriptor` becomes readable when
    the runtime has ended.
    """

    def __init__(
        self,
        start: Callable[[Ends], int],
        wait: Callable[[int], None],
        *,
        sandboxed: bool,
        inherited_mb: float = 0.0,
    ) -> None:
        """`start` makes the keeper and returns its process id; `wait` collects it once it has ended. `sandboxed`:
        between keeper and runtime stands the first process of the namespace, which is not the function's.
        `inherited_mb`: memory that each process has from a zygote and that the function is not charged for.

        Raises OSError if the system cannot start another process.
        """
        death, self._death_write = os.pipe()
        self.exit_descriptor, status = os.pipe()
        self.output, output = os.pipe()
        os.set_blocking(self.output, False)
        os.set_blocking(self.exit_descriptor, False)
        try:
            self.pid = start(Ends(death, status, output))
        except BaseException:
            for descriptor in (self._death_write, self.exit_descriptor, self.output):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (death, status, output):
                os.close(descriptor)
        self._wait = wait
        self._sandboxed = sandboxed
        self._inherited = inherited_mb
        self._stopped: list[int] = []
        self._computed: dict[int, float] = {}
        self._computed_by_gone = 0.0
        self._said = b""
        self._status: int | None = None
        self._ended = False

    def exit_status(self) -> int | None:
        """None while it runs; else its exit status, negative for the signal that ended it."""
        while self._status is None:
            try:
                data = os.read(self.exit_descriptor, 256)
            except BlockingIOError:
                return None
            self._said += data
            how, _, number = self._said.partition(b" ")
            if how in (b"exit", b"signal") and number.isdigit():
                self._status = int(number) if how == b"exit" else -int(number)
            elif not data:
                self._status = -signal.SIGKILL
        return self._status

    def memory_mb(self, limit: float) -> float:
        """Resident memory of the runtime and all that it started, in MB.

        Forked processes share pages, so when their sum passes `limit` it is counted again, each page once.
        """
        family = self._own()
        if len(family) > quotas.PROCESSES:
            return math.inf
        held = held_for(family)
        used = sum(max(0.0, resident_mb(pid) - self._inherited) for pid in family) + sum(held)
        if used > limit and (held.files or len(family) > 1):
            used = counted_once_mb(family, held)
        return used

    def peak_mb(self) -> float:
        """The most resident memory that one of its processes ever had, in MB; 0 where the system does not tell."""
        return max((max(0.0, _peak(pid) - self._inherited) for pid in self._own()), default=0.0)

    def cpu_seconds(self) -> float:
        """What the runtime and all that it started have computed. Linux only; elsewhere 0."""
        before, self._computed = self._computed, {pid: cpu_time(pid) for pid in self._own()}
        self._computed_by_gone += sum(used for pid, used in before.items() if pid not in self._computed)
        return self._computed_by_gone + sum(self._computed.values())

    def is_at_rest(self) -> bool:
        """Whether every thread of the runtime and of all that it started waits for something other than a processor:
        none runs, stands in the queue for one, or was stopped. Linux only; elsewhere True."""
        return all(_is_at_rest(pid) for pid in self._own())

    def freeze(self) -> None:
        """Stop every process and thread between two invocations, as Lambda does."""
        if not self._stopped:
            # The first process of a namespace only waits, and costs as much to stop as the one that runs.
            self._stopped = self._signal(signal.SIGSTOP, self._own())

    def thaw(self) -> None:
        """Let a frozen environment go on."""
        # Nothing that was stopped can have started anything since, so the list still holds.
        stopped, self._stopped = self._stopped, []
        for pid in stopped:
            with suppress(OSError):
                os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        """End the runtime and all that it started, now. The keeper reports how it ended."""
        self._signal(signal.SIGKILL, self._family())

    def end(self) -> None:
        """End everything and give back every descriptor. May be called twice."""
        if self._ended:
            return
        self._ended = True
        self.kill()
        os.close(self._death_write)  # the keeper sees this and ends what is left
        self._wait(self.pid)
        os.close(self.output)
        os.close(self.exit_descriptor)

    def _signal(self, number: int, family: list[int]) -> list[int]:
        for pid in family:
            with suppress(OSError):
                os.kill(pid, number)
        return family

    def _own(self) -> list[int]:
        family = self._family()
        return family[1:] if self._sandboxed else family

    def _family(self) -> list[int]:
        # /proc/PID/task/TID/children costs a few microseconds; scanning all of /proc would cost milliseconds.
        found: list[int] = []
        queue = [self.pid]
        while queue and len(found) <= quotas.PROCESSES:
            children = children_of(queue.pop())
            found += children
            queue += children
        return found


def end_tree(pid: int) -> None:
    """Kill a process and every descendant of it."""
    for member in [*descendants(pid), pid]:
        with suppress(OSError):
            os.kill(member, signal.SIGKILL)


def _is_at_rest(pid: int) -> bool:
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/stat", "rb", buffering=0) as file:
                if (file.read() or b"").rpartition(b") ")[2][:1] in (b"R", b"D", b"T"):
                    return False
    except OSError:
        return True
    return True


def resident_mb(pid: int) -> float:
    """Resident memory of one process in MB, 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
            return int((file.read() or b"").split()[1]) * _PAGE / _MB
    except (OSError, IndexError, ValueError):
        return 0.0


def proportional_mb(pid: int) -> float:
    """Its memory in MB, pages that several processes share counted in parts; the resident memory where the system does
    not tell, 0 if it is gone."""
    return _kilobytes(f"/proc/{pid}/smaps_rollup", b"Pss:") or resident_mb(pid)


def held_for(family: Sequence[int]) -> Held:
    """What the kernel holds for these processes, as long as they have it open, and counts as nobody's memory."""
    files: dict[tuple[int, int], int] = {}
    sockets: set[str] = set()
    for pid in family:
        with suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                path = f"/proc/{pid}/fd/{name}"
                with suppress(OSError):
                    link = os.readlink(path)
                    if link.startswith("socket:"):
                        sockets.add(link)
                    elif link.startswith("/memfd:"):
                        status = os.stat(path)
                        files[status.st_dev, status.st_ino] = status.st_blocks
    return Held(sum(files.values()) * 512 / _MB, max(0, len(sockets) - _FEW) * _SOCKET_MB)


def counted_once_mb(family: Sequence[int], held: Held) -> float:
    """The memory of processes with what is `held` for them, in MB, each page once."""
    used = sum(proportional_mb(pid) for pid in family) + held.sockets
    if held.files:
        mapped = sum(_kilobytes(f"/proc/{pid}/smaps_rollup", b"Pss_Shmem:") for pid in family)
        used += max(0.0, held.files - mapped)
    return used


def _peak(pid: int) -> float:
    return _kilobytes(f"/proc/{pid}/status", b"VmHWM:")


def _kilobytes(path: str, field: bytes) -> float:
    try:
        with open(path, "rb", buffering=0) as file:
            _, found, rest = (file.read() or b"").partition(field)
            return int(rest.split(None, 1)[0]) / 1024 if found else 0.0
    except (OSError, IndexError, ValueError):
        return 0.0


def children_of(pid: int) -> list[int]:
    """The children of a process, by the kernel's own lists: a look costs as much as there are. Linux only."""
    # A child belongs to the thread that started it. A thread that ends hands its children to another one.
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb", buffering=0) as file:
                found += [int(child) for child in (file.read() or b"").split()]
    except OSError:
        return found
    return found
