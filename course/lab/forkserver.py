"""Starts checking children as forks of one process that has imported all they need (see `forked`).

A child then begins in a tenth of the time, and a further one takes the memory alone that it writes to. The process
forks what is asked for and collects what has ended; of checks and of learners' work it hears nothing.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from course.cloud.runtime.zygote import interpreter, memory_file
from course.lab import processes
from course.lab.quarters import PACKAGES, Quarters

FAMILY = Path(__file__).resolve().parents[1] / "cloud" / "runtime" / "child" / "family.py"
SCRIPT = Path(__file__).with_name("forked.py")
READY_WITHIN = 60.0
ENDS_WITHIN = 20.0


class Forked:
    """A process that was forked elsewhere: what of subprocess.Popen is needed of it."""

    def __init__(self, pid: int, status: int) -> None:
        """`status` is a descriptor on which is told how it ended."""
        self.pid = pid
        self.is_orphan = False
        """Whether it ended because the server did."""
        self._status, self._code = status, None

    _code: int | None

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float = ENDS_WITHIN) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        if self._code is None:
            if not processes.readable(self._status, timeout):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            said = os.read(self._status, 16)
            self.is_orphan = not said
            self._code = int(said) if said else -9  # the server is gone, and so is what it forked
        return self._code

    def close(self) -> None:
        """Know of it no more: its process id may be another's from now on."""
        os.close(self._status)


class ForkServer:
    """A context manager; the process starts with the first child that is asked for. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._failed = not hasattr(os, "pidfd_open")

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process that is forked; None while there is none."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process when all that it forked has ended."""
        with self._lock:
            self._give_up()
            if self._process is not None:
                try:
                    self._process.wait(ENDS_WITHIN)
                except subprocess.TimeoutExpired:
                    processes.kill_tree(self._process.pid)
                    self._process.wait()
                self._process = None

    def start(self, place: Quarters, variables: Mapping[str, str], ends: Sequence[int]) -> Forked | None:
        """A checking child in its quarters, with these environment variables. `ends`: its standard input, the
        descriptor for results, and where it prints. None where there is none to be had."""
        reading, writing = os.pipe()
        told = {"folder": str(place.folder), "user": place.user, "variables": dict(variables)}
        order = memory_file(json.dumps(told).encode())
        try:
            with self._lock:
                pid = self._asked([*ends, writing, order])
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
            os.close(order)
        if pid is None:
            os.close(reading)
            return None
        return Forked(pid, reading)

    def _asked(self, ends: Sequence[int]) -> int | None:
        """The id of a fork that was asked for; None where there is none to be had."""
        try:
            if self._channel is None and not self._failed:
                self._begin()
            if self._channel is not None:
                socket.send_fds(self._channel, [b"\n"], ends)
                return int(self._line())
        except BaseException as error:
            # Before anybody else asks: whatever comes from there now would be the answer to another question.
            self._give_up()
            if not isinstance(error, (OSError, ValueError)):
                raise
        return None

    def _give_up(self) -> None:
        self._failed = True
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel = ours
        with theirs:
            self._process = interpreter(FAMILY, theirs)
        ours.settimeout(READY_WITHIN)
        # Not before: what a fork knows that waits to be a zygote, learners' code may find.
        request = memory_file(json.dumps({"entry": str(SCRIPT), "path": _path()}).encode())
        try:
            socket.send_fds(ours, [b"\n"], [request])
        finally:
            os.close(request)
        if self._line() != "ready":
            raise OSError("the fork server did not start")

    def _line(self) -> str:
        assert self._channel is not None
        said = b""
        while not said.endswith(b"\n"):
            part = self._channel.recv(64)
            if not part:
                raise OSError("the fork server is gone")
            said += part
        return said.decode().strip()


def _path() -> list[str]:
    """Where modules are found: as here, but never in the folder in which we are, which may be one of hand-ins."""
    here = os.getcwd()
    return [str(PACKAGES), *(entry for entry in sys.path if os.path.isabs(entry) and entry != here)]
