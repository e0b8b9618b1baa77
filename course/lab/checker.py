"""One checking child (see `child`) as its parent has it: a process, the pipe of requests and that of results."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import Any

from course.lab import processes
from course.lab.forkserver import Forked, ForkServer
from course.lab.quarters import Quarters

GRACE = 2.0
ENDING = 10.0
LOG = 4000
TIDIES_WITHIN = 15.0
"""Seconds in which a child must have emptied its cloud after a check."""
MEMORY, DESCRIPTORS = 400, 512
"""MB and open descriptors with which a child is done: one learner's files and connections are no other's burden."""


class Checker:
    """A checking child. A `server` forks it where it can; else it is a new interpreter."""

    def __init__(self, place: Quarters, mark: str, server: ForkServer | None = None) -> None:
        # Without a name: what lies in the child's folder is in the hands of its user.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `kill`
        reading, writing = os.pipe()
        asked, asking = os.pipe()
        variables = place.environment(os.environ, mark)
        try:
            forked = server and server.start(place, variables, (asked, writing, self._said.fileno()))
            self._process: Forked | subprocess.Popen[bytes] = forked or subprocess.Popen(
                [sys.executable, "-B", "-m", "course.lab.child", str(writing)],
                cwd=place.folder,
                env=variables,
                stdin=asked,
                stdout=self._said,
                stderr=self._said,
                pass_fds=(writing,),
                start_new_session=True,
                **place.rights,
            )
        except BaseException:
            self._said.close()
            for descriptor in (reading, asking):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (writing, asked):
                os.close(descriptor)
        self._requests = os.fdopen(asking, "w", encoding="utf-8")
        self._replies: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.ready = False
        """Whether it has said that its cloud runs."""
        self._zygotes: list[tuple[int, int]] = []
        """Processes of its own that are not below it, each with its id and a descriptor (pidfd_open(2))."""
        self._untidy = False
        self._silent = False
        self._reader = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        try:
            # One that closed its pipe is on its way out, however long a busy machine takes for that.
            self._process.wait(ENDING if self._silent else 0.5)
        except subprocess.TimeoutExpired:
            return True
        return False

    @property
    def is_orphan(self) -> bool:
        """Whether it ended because what it was forked from did."""
        return not self.is_alive and isinstance(self._process, Forked) and self._process.is_orphan

    def is_fresh(self) -> bool:
        """Whether it is fit for another check: it has done away with what the last one left, and is not large."""
        if not self.ready or not self._untidy:
            return self.exit_code is None
        self._untidy = False
        if self.receive(TIDIES_WITHIN) is None or self.exit_code is not None:
            return False
        memory, descriptors = processes.size(self.pid)
        return memory <= MEMORY and descriptors <= DESCRIPTORS

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def adopt(self, zygotes: Sequence[int]) -> None:
        """Have these processes end with it, which are not below it."""
        for pid in zygotes:
            with contextlib.suppress(OSError):
                self._zygotes.append((pid, os.pidfd_open(pid)))

    def send(self, request: dict[str, object]) -> None:
        """Give it a check to run; a child that is gone is noticed by `receive`."""
        self._untidy = True
        with contextlib.suppress(OSError):
            self._requests.write(json.dumps(request) + "\n")
            self._requests.flush()

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """Its next result; None when it says nothing in time, or nothing more."""
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            return None
        self._silent = line is None
        try:
            found = json.loads(line or "")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def kill(self) -> None:
        """End it and everything below it and its zygotes."""
        for pid, watch in self._zygotes:
            if not processes.readable(watch, 0):
                processes.kill_tree(pid)
        if self._process.poll() is None:
            processes.kill_tree(self.pid)
        processes.kill_group(self.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait()
        for _, watch in self._zygotes:
            processes.readable(watch, GRACE)
            os.close(watch)
        if isinstance(self._process, Forked):
            self._process.close()
        with contextlib.suppress(OSError):
            self._requests.close()
        self._reader.join(GRACE)
        self._said.close()

    def log(self) -> str:
        """The end of what it printed."""
        descriptor = self._said.fileno()
        end = os.fstat(descriptor).st_size
        return os.pread(descriptor, LOG, max(0, end - LOG)).decode(errors="replace")

    def _read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as results:
            for line in results:
                self._replies.put(line)
        self._replies.put(None)
