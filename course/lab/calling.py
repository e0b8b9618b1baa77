"""Runs a learner's file in a process of its own and brings back what came of it.

Two ways, one result: a fork of the cloud's zygote in a sandbox, which takes some 30 ms, or a new interpreter where
the system has neither. What `call.py` is for the process, this is for us: it starts it, feeds it, keeps time, bounds
what it says, and ends it with all that it started.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from course.cloud.clock import SystemClock
from course.lab import processes

SCRIPT = Path(__file__).with_name("call.py")
OUTPUT = 1024 * 1024
"""Bytes of each stream that are kept."""
TMP_MB = 256
MEMORY_MB = 2048
"""What a call and all that it starts may occupy; beyond that it is killed, as a process that the system ends."""
LOOK = 0.1
"""Seconds between two looks at that."""
KILLED = -9
PARTING = 2.0


class Forks(Protocol):
    """What the cloud's zygote does for us."""

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> int:
        """The process id of a fork in which a script goes on. Raises OSError."""


@dataclass(frozen=True)
class Completed:
    """A process that has ended. Output is decoded, and cut at 1 MB."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Ended:
    """What came of a call: the bytes that tell the value, the process's end, and whether it was cut off in time."""

    reply: bytes
    completed: Completed
    late: bool


@dataclass(frozen=True)
class Order:
    """Which `function` of which `file` to call (None: run the file as a script) in `folder`, with which environment
    `variables`, `request` on standard input, and for how many `seconds` at most."""

    folder: Path
    file: str
    function: str | None
    request: str
    variables: Mapping[str, str]
    seconds: float


def run(order: Order, forks: Forks | None, readable: Sequence[str] | None) -> Ended:
    """Run it. `forks` starts the process, None: a new interpreter does; `readable` are the folders that it may see in
    its sandbox, None for no sandbox."""
    reading, writing = os.pipe()
    if forks is None:
        started: _Started = _Interpreter(order, writing)
    else:
        started = _Fork(order, forks, readable, writing)
    os.close(writing)
    drains = [_Drain(descriptor) for descriptor in (*started.outputs, reading)]
    _Feed(started.input, order.request.encode())
    ended = False
    try:
        ended = started.wait(order.seconds)
    finally:
        code = started.end(ended)
    for drain in drains:
        drain.join(1)  # a process that left the group may hold the pipe open; it does not hold us
    out, errors = (bytes(drain.kept).decode(errors="replace") for drain in drains[:2])
    return Ended(bytes(drains[2].kept), Completed(code, out, errors), not ended)


class _Started(Protocol):
    pid: int
    input: int
    outputs: tuple[int, int]

    def wait(self, seconds: float) -> bool:
        """Whether it ended in that time."""

    def end(self, ended: bool) -> int:
        """Its exit code, with all that it started ended."""


class _Interpreter:
    """`python -I call.py`."""

    def __init__(self, order: Order, channel: int) -> None:
        asked = [] if order.function is None else [order.function, str(channel)]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(SCRIPT), order.file, *asked],
            cwd=order.folder,
            env=dict(order.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[channel],
            start_new_session=True,
        )
        self.pid = self._process.pid
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self.input, *outputs = (os.dup(stream.fileno()) for stream in streams if stream)
        self.outputs = (outputs[0], outputs[1])
        for stream in streams:
            if stream:
                stream.close()

    def wait(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self, ended: bool) -> int:
        processes.kill_group(self.pid)
        return self._process.wait()


class _Fork:
    """A fork of the zygote, whose child lives in a sandbox if there is one."""

    def __init__(self, order: Order, forks: Forks, readable: Sequence[str] | None, channel: int) -> None:
        self._readable = readable
        stdin, self.input = os.pipe()
        out, stdout = os.pipe()
        errors, stderr = os.pipe()
        self.outputs = (out, errors)
        self._status, status = os.pipe()
        self._root = tempfile.TemporaryDirectory(prefix="root-", dir=order.folder.parent)
        world = None
        if readable is not None:
            world = {
                "place": self._root.name,
                "code": str(order.folder),
                "layers": None,
                "tmp_mb": TMP_MB,
                "readable": list(readable),
            }
        request = {
            "entry": str(SCRIPT),
            "own": sorted(path.stem for path in order.folder.glob("*.py")),
            "file": order.file,
            "function": order.function,
            "folder": str(order.folder),
            "variables": dict(order.variables),
            "world": world,
        }
        given = [stdin, stdout, stderr, channel, status]
        try:
            self.pid = forks.fork(request, given)
        finally:
            for descriptor in (stdin, stdout, stderr, status):
                os.close(descriptor)
        self._said = b""
        self._greedy = False

    def wait(self, seconds: float) -> bool:
        clock = SystemClock()
        over = clock.monotonic() + seconds
        while clock.monotonic() < over:
            if processes.readable(self._status, LOOK):
                self._said = os.read(self._status, 256)
                return True
            if processes.memory_below(self.pid, MEMORY_MB) > MEMORY_MB:
                self._said = str(KILLED).encode()
                self._greedy = True
                return True
        return False

    def end(self, ended: bool) -> int:
        os.close(self._status)
        if not ended or self._greedy or self._readable is None:
            processes.kill_group(self.pid)
        # Who ended by itself takes its namespace along; killed before that, it would leave an orphan to be collected.
        processes.await_end(self.pid, PARTING)
        self._root.cleanup()
        try:
            return int(self._said) if self._said else KILLED
        except ValueError:
            raise OSError(self._said.decode(errors="replace")) from None


class _Drain(threading.Thread):
    """Reads a descriptor to its end and keeps the first megabyte, so that no amount of output holds or fills us."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self._descriptor = descriptor
        self.start()

    def run(self) -> None:
        try:
            while block := os.read(self._descriptor, 65536):
                self.kept += block[: max(0, OUTPUT + 1 - len(self.kept))]
        finally:
            os.close(self._descriptor)


class _Feed(threading.Thread):
    """Writes a request without waiting for a reader that may never come."""

    def __init__(self, descriptor: int, data: bytes) -> None:
        super().__init__(daemon=True)
        self._descriptor, self._data = descriptor, data
        self.start()

    def run(self) -> None:
        try:
            with os.fdopen(self._descriptor, "wb") as stream:
                stream.write(self._data)
        except OSError:
            return
