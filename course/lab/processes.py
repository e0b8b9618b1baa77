"""Ends processes that learners' code started, whatever they did to get away.

On Linux a checking child adopts its orphans, so everything it started is below it in the process tree however
often it forked; a mark in the environment finds the rest. Elsewhere only process groups are ended.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable

from course.cloud.runtime.child.bootstrap import descendants
from course.cloud.runtime.process import children_of, counted_once_mb, held_for, resident_mb

MARK = "LAMBDALAB_RUN"
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make this process the parent of every orphan below it (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def limit_data(count: int) -> None:
    """Let this process, and what it starts from now on, hold at most so many bytes of data (RLIMIT_DATA)."""
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (count if hard < 0 else min(count, hard), hard))


def raise_descriptors() -> None:
    """Let this process, and what it starts from now on, have as many descriptors as the system gives who asks.

    Those that are sent and not yet received are counted by user, and whoever's limit they pass can send none: learners'
    code, which is the same user outside, has a lower limit.
    """
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def size(pid: int) -> tuple[float, int]:
    """MB in memory and open descriptors of a process; zeros where that cannot be told."""
    try:
        return resident_mb(pid), len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:  # gone, or of another user whose descriptors are none of ours
        return resident_mb(pid), 0


def memory_below(root: int, bound: float) -> float:
    """MB that a process and everything below it occupy, 0 where it cannot be told. Up to `bound` it is only known to be
    no more than what is said; beyond that, what several share is counted once."""
    family, queue = [root], [root]
    while queue:
        children = children_of(queue.pop())
        family += children
        queue += children
    held = held_for(family)
    most = sum(resident_mb(pid) for pid in family) + sum(held)
    return most if most <= bound else counted_once_mb(family, held)


def kill_group(group: int) -> None:
    """Kill a process group; it may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def collect_orphans(spare: Iterable[int] = ()) -> None:
    """Collect what was adopted and has ended (see `adopt_orphans`), but none of those that somebody waits for."""
    kept = frozenset(spare)
    for pid in children_of(os.getpid()):
        if pid not in kept and _state(pid) == "Z":
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def await_end(pid: int, seconds: float) -> None:
    """Wait until a process that somebody else collects is gone; kill it with all below it when that takes longer."""
    try:
        watch = os.pidfd_open(pid)
    except (OSError, AttributeError):
        kill_tree(pid)
        return
    try:
        if not readable(watch, seconds):
            kill_tree(pid)
    finally:
        os.close(watch)


def readable(descriptor: int, seconds: float) -> bool:
    """Whether a descriptor becomes readable in time. Its number may be large, which `select` does not take."""
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], seconds)[0])
    watch = select.poll()
    watch.register(descriptor, select.POLLIN)
    return bool(watch.poll(seconds * 1000))


def kill_tree(root: int) -> None:
    """Kill `root` and everything below it. `root` is stopped first, so that it starts nothing new."""
    _signal(root, signal.SIGSTOP)
    kill_below(root)
    _signal(root, signal.SIGKILL)


def kill_below(root: int, spare: Iterable[int] = ()) -> None:
    """Kill everything below `root`, and what that started meanwhile. Of those to `spare` only what they started."""
    kept = frozenset(spare)
    _exhaust(lambda: [pid for pid in descendants(root) if pid not in kept])


def kill_marked(mark: str) -> None:
    """Kill every process whose environment holds the mark, this one excepted."""
    entry = f"{MARK}={mark}".encode()
    _exhaust(lambda: [pid for pid in _pids() if pid != os.getpid() and entry in _environment(pid)])


def _exhaust(find: Callable[[], list[int]]) -> None:
    """Kill what `find` gives until it gives nothing alive; a bound keeps a fork bomb from holding us."""
    for _ in range(200):
        found = [pid for pid in find() if _state(pid) not in ("Z", "X", "")]
        if not found:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                _signal(pid, number)


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _state(pid: int) -> str:
    return (_stat(pid) or [""])[0]


def _stat(pid: int) -> list[str]:
    """State, parent and further fields of /proc/PID/stat; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().decode(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _environment(pid: int) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _prctl(option: int, value: int) -> None:
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
