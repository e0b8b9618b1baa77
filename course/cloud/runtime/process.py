"""The operating-system side of an execution environment: its processes, their memory, their end.

`Process` is the keeper that `child/bootstrap.py` describes. The runtime below it leads its own process group,
which is what freezing stops; ending goes through the keeper's whole tree.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from course.cloud import quotas
from course.cloud.runtime.child.bootstrap import descendants

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_MB = 1024 * 1024


class Process:
    """One started environment. `output` is the read end of the pipe that carries everything it writes."""

    def __init__(self, command: list[str], variables: Mapping[str, str], folder: Path) -> None:
        """Start it. Raises OSError if the system cannot start another process."""
        death_read, self._death_write = os.pipe()
        self.output, output_write = os.pipe()
        os.set_blocking(self.output, False)
        try:
            self._popen = subprocess.Popen(
                [*command, str(death_read)],
                env={**variables, "_LAMBDA_TELEMETRY_LOG_FD": str(output_write)},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output_write,
                stderr=output_write,
                pass_fds=(death_read, output_write),
                start_new_session=True,
                close_fds=True,
            )
        except BaseException:
            os.close(self._death_write)
            os.close(self.output)
            raise
        finally:
            os.close(death_read)
            os.close(output_write)
        self.pid = self._popen.pid
        self._frozen = False
        self._runtime = 0
        self._ended = False
        try:
            self.exit_descriptor: int | None = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            self.exit_descriptor = None

    def exit_status(self) -> int | None:
        """None while it runs; else its exit status, negative for the signal that ended it."""
        return self._popen.poll()

    def memory_mb(self, limit: float) -> float:
        """Resident memory of the runtime and all that it started, in MB.

        Forked processes share pages, so when their sum passes `limit` it is counted again, each page once.
        """
        family = self._family()
        if len(family) > quotas.PROCESSES:
            return math.inf
        used = sum(_resident(pid) for pid in family)
        if used > limit and len(family) > 1:
            used = sum(_proportional(pid) for pid in family)
        return used

    def peak_mb(self) -> float:
        """The most resident memory the runtime itself ever had, in MB; 0 where the system does not tell."""
        try:
            with open(f"/proc/{self._runtime_pid()}/status", "rb") as file:
                for line in file:
                    if line.startswith(b"VmHWM:"):
                        return int(line.split()[1]) / 1024
        except (OSError, IndexError, ValueError):
            pass
        return 0.0

    def freeze(self) -> None:
        """Stop every thread between two invocations, as Lambda does."""
        runtime = self._runtime_pid()
        if runtime and not self._frozen:
            self._frozen = True
            _signal_group(runtime, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen environment go on."""
        if self._frozen:
            self._frozen = False
            _signal_group(self._runtime, signal.SIGCONT)

    def kill(self) -> None:
        """End the runtime and all that it started, now. The keeper reports how it ended."""
        runtime = self._runtime_pid()
        if runtime:
            _signal_group(runtime, signal.SIGKILL)

    def end(self) -> None:
        """End everything and give back every descriptor. May be called twice."""
        if self._ended:
            return
        self._ended = True
        self.kill()
        os.close(self._death_write)  # the keeper sees this and ends its tree
        try:
            self._popen.wait(timeout=2)
        except subprocess.TimeoutExpired:
            # The keeper itself was stopped or is held up; nothing below it may survive it.
            _end_tree(self.pid)
            self._popen.kill()
            self._popen.wait()
        os.close(self.output)
        if self.exit_descriptor is not None:
            os.close(self.exit_descriptor)

    def _runtime_pid(self) -> int:
        if not self._runtime:
            children = _children(self.pid)
            if children:
                self._runtime = children[0]
        return self._runtime

    def _family(self) -> list[int]:
        # /proc/PID/task/TID/children costs a few microseconds; scanning all of /proc would cost milliseconds.
        found: list[int] = []
        queue = [self.pid]
        while queue and len(found) <= quotas.PROCESSES:
            children = _children(queue.pop())
            found += children
            queue += children
        return found


def _end_tree(pid: int) -> None:
    for member in descendants(pid):
        try:
            os.kill(member, signal.SIGKILL)
        except OSError:
            continue


def _resident(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE / _MB
    except (OSError, IndexError, ValueError):
        return 0.0


def _proportional(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) / 1024
    except (OSError, IndexError, ValueError):
        pass
    return _resident(pid)


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def _signal_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except OSError:
        # The group is gone, or the runtime has not called setsid yet.
        try:
            os.kill(leader, number)
        except OSError:
            return
