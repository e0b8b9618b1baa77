"""Runs a learner's file in a process of its own and brings back what came of it.

Three ways, one result: a copy of a nest's world, which takes some 10 ms; where namespaces cannot be had, a fork of the
cloud's zygote; or a new interpreter. What `call.py` is for the process, this is for us: it starts it, feeds it, keeps
time, bounds what it says, and ends it with all that it started.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from course.cloud.clock import SystemClock
from course.cloud.runtime.zygote import memory_file
from course.lab import nests, processes, wire
from course.lab.nests import Forks, Nests
from course.lab.pipes import Drain, Feed

SCRIPT = Path(__file__).with_name("call.py")
MEMORY_MB = 2048
"""What a call and all that it starts may occupy; beyond that it is killed, as a process that the system ends."""
LOOK = 0.1
"""Seconds between two looks at that."""
KILLED = -9
PARTING = 2.0


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
    """Which `function` of which of the `files` to call with which `arguments` (a mapping of `args` and `kwargs`), or
    None: run the file as a script. With which environment `variables`, and for how many `seconds` at most. Where the
    call has no world of its own, the files are laid out in `folder`."""

    files: Mapping[str, str]
    folder: Path
    file: str
    function: str | None
    arguments: Mapping[str, Any] | None
    variables: Mapping[str, str]
    seconds: float

    @property
    def own(self) -> list[str]:
        """The modules that the files are."""
        return sorted(PurePosixPath(name).stem for name in self.files if name.endswith(".py"))

    @property
    def request(self) -> bytes:
        """What goes to standard input. Raises TypeError for arguments that are no JSON."""
        return b"" if self.arguments is None else wire.dumps(self.arguments).encode()

    def lay_out(self) -> None:
        """Write the files, unless an earlier call did."""
        if not self.folder.is_dir():
            self.folder.mkdir()
            for name, text in self.files.items():
                (self.folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")


def run(order: Order, forks: Forks | Nests | None) -> Ended:
    """Run it. `forks` starts the process, None: a new interpreter does. Raises OSError when it cannot be started."""
    reading, writing = os.pipe()
    try:
        if forks is None:
            started: _Started = _Interpreter(order, writing)
        elif isinstance(forks, Nests):
            started = _Copy(order, forks, writing)
        else:
            started = _Fork(order, forks, writing)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    drain = Drain((*started.outputs, reading))
    ended = False
    try:
        ended = started.wait(order.seconds)
    finally:
        code = started.end(ended)
    drain.join(1)  # a process that left the group may hold a pipe open; it does not hold us
    out, errors, reply = (bytes(kept) for kept in drain.kept.values())
    return Ended(
        reply, Completed(code, *(text.decode(errors="replace") for text in (out, errors))), not ended
    )


class _Started(Protocol):
    outputs: tuple[int, int]

    def wait(self, seconds: float) -> bool:
        """Whether it ended in that time."""

    def end(self, ended: bool) -> int:
        """Its exit code, with all that it started ended."""


class _Interpreter:
    """`python -I call.py`."""

    def __init__(self, order: Order, channel: int) -> None:
        given = order.request
        order.lay_out()
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
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        stdin, *outputs = (os.dup(stream.fileno()) for stream in streams if stream)
        self.outputs = (outputs[0], outputs[1])
        for stream in streams:
            if stream:
                stream.close()
        Feed(stdin, given)

    def wait(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self, ended: bool) -> int:
        processes.kill_group(self._process.pid)
        return self._process.wait()


class _Fork:
    """A fork of the zygote."""

    def __init__(self, order: Order, forks: Forks, channel: int) -> None:
        given = order.request
        order.lay_out()
        stdin, feeding = os.pipe()
        self._end = _End()
        self.outputs = self._end.outputs
        request = {
            "entry": str(SCRIPT),
            "own": order.own,
            "file": order.file,
            "function": order.function,
            "folder": str(order.folder),
            "variables": dict(order.variables),
        }
        with self._end.given(stdin, feeding) as (stdout, stderr, status):
            self._pid = forks.fork(request, [stdin, stdout, stderr, channel, status])
        Feed(feeding, given)

    def wait(self, seconds: float) -> bool:
        return self._end.wait(seconds, lambda: self._pid)

    def end(self, ended: bool) -> int:
        processes.kill_group(self._pid)
        processes.await_end(self._pid, PARTING)
        return self._end.code()


class _Copy:
    """A copy of a nest."""

    def __init__(self, order: Order, made: Nests, channel: int) -> None:
        told = {
            "files": dict(order.files),
            "file": order.file,
            "function": order.function,
            "request": order.arguments,
            "variables": dict(order.variables),
            "own": order.own,
        }
        asked = memory_file(wire.dumps(told).encode())
        self._end = _End()
        self.outputs = self._end.outputs
        with self._end.given(asked) as (stdout, stderr, status):
            self._watch = made.start(
                nests.kind(order.files, order.file), [stdout, stderr, channel, status, asked]
            )

    def wait(self, seconds: float) -> bool:
        return self._end.wait(seconds, lambda: nests.process_id(self._watch))

    def end(self, ended: bool) -> int:
        if not ended or self._end.greedy or not processes.readable(self._watch, PARTING):
            nests.kill(self._watch)
            processes.readable(self._watch, PARTING)
        os.close(self._watch)
        return self._end.code()


class _End:
    """How a process below a keeper ends, which the keeper tells on a descriptor."""

    def __init__(self) -> None:
        out, self._stdout = os.pipe()
        errors, self._stderr = os.pipe()
        self.outputs = (out, errors)
        self._status, self._telling = os.pipe()
        self._said = b""
        self.greedy = False
        """Whether it took more memory than it may."""

    @contextlib.contextmanager
    def given(self, other: int, *ours: int) -> Iterator[tuple[int, int, int]]:
        """The ends for the process: standard output and error, and the one to tell on. They and `other` are closed
        here afterwards, and all of it, `ours` too, when the process cannot be started."""
        given = (self._stdout, self._stderr, self._telling)
        try:
            yield given
        except BaseException:
            for descriptor in (*self.outputs, self._status, *ours):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (*given, other):
                os.close(descriptor)

    def wait(self, seconds: float, pid: Callable[[], int]) -> bool:
        """Whether it ends in that time, or takes too much memory with all below `pid`."""
        clock = SystemClock()
        over = clock.monotonic() + seconds
        while (left := over - clock.monotonic()) > 0:
            if processes.readable(self._status, min(LOOK, left)):
                self._said = os.read(self._status, 256)
                return True
            if processes.memory_below(pid(), MEMORY_MB) > MEMORY_MB:
                self._said = str(KILLED).encode()
                self.greedy = True
                return True
        return False

    def code(self) -> int:
        """The exit code, negative for a signal. Raises OSError with what the keeper could not do."""
        os.close(self._status)
        try:
            return int(self._said) if self._said else KILLED
        except ValueError:
            raise OSError(self._said.decode(errors="replace")) from None
