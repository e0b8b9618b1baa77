"""`ZygoteLauncher`: environments are forked from a process that has imported boto3 already.

Behaviour is that of `ExecLauncher`; only the time of a cold start differs. If the zygote dies it is started anew.
"""

from __future__ import annotations

import array
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from course.cloud.runtime.process import Ends, Process, end_tree, resident_mb

_BARE = 14.0
"""MB that an interpreter with the runtime alone occupies: what a plain function would have used without a zygote."""
_MANY = 100
"""Python files; who brings more imports for longer than a fork takes."""
_SDK = (b"boto", b"aws_lambda_powertools")
_PARTING = 2000
"""Milliseconds."""
_SCRIPT = Path(__file__).parent / "child" / "zygote.py"


class ZygoteLauncher:
    """A fork for each environment: of a process with boto3 if the function's files speak of it, else of a small one."""

    def __init__(self, holders: Mapping[str, socket.socket] | None = None) -> None:
        """`holders` are the ends of forks that wait to become zygotes, by kind; see `child/family.py`."""
        ready = holders or {}
        self._zygotes = {kind: _Zygote(kind, ready.get(kind)) for kind in ("plain", "boto3")}
        self._kinds: dict[tuple[str, str], str] = {}

    def start(self, variables: Mapping[str, str], folder: Path, world: dict[str, Any] | None) -> Process:
        places = _places(world, variables)
        kind = self._kinds.get(places)
        if kind is None:
            kind = self._kinds[places] = "boto3" if _speaks_of_boto3(places) else "plain"
        return self._zygotes[kind].start(variables, folder, world)

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int], kind: str = "boto3") -> int:
        """The process id of a fork in which the script `request["entry"]` runs: its `become` is called with the request
        and the descriptors (eight at most). `request["own"]` are modules that it brings itself; `kind` is "boto3", or
        "plain" for one that has not imported that.

        Raises OSError if the system cannot start another process.
        """
        return self._zygotes[kind].fork(request, descriptors)

    def begin(self) -> list[int]:
        """Have those that wait to be zygotes be some now, and give the process ids of those that are."""
        found = [zygote.join() for zygote in self._zygotes.values() if zygote.waits]
        return [pid for pid in found if pid is not None]

    def pids(self) -> list[int]:
        """The process ids of those that are forked."""
        return [zygote.pid for zygote in self._zygotes.values() if zygote.pid is not None]

    def close(self) -> None:
        for zygote in self._zygotes.values():
            zygote.close()


class _Zygote:
    """One process to fork, started when it is first needed."""

    def __init__(self, kind: str, holder: socket.socket | None = None) -> None:
        self._kind, self._holder = kind, holder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | _Held | None = None
        self._channel: socket.socket | None = None
        self._ready = False
        self._closed = False
        self._inherited = 0.0

    def start(self, variables: Mapping[str, str], folder: Path, world: dict[str, Any] | None) -> Process:
        watch: list[int] = []

        with self._lock, suppress(OSError):
            self._connected()

        def start(ends: Ends) -> int:
            request = {
                "variables": dict(variables),
                "folder": str(folder),
                "world": world,
                "own": _own_modules(world, variables),
            }
            pid = self.fork(request, ends)
            with suppress(OSError, AttributeError):
                watch.append(os.pidfd_open(pid))
            return pid

        def wait(pid: int) -> None:
            if not watch:
                end_tree(pid)
                return
            gone = select.poll()
            gone.register(watch[0], select.POLLIN)
            if not gone.poll(2000):
                end_tree(pid)
                gone.poll(2000)
            os.close(watch.pop())

        return Process(start, wait, sandboxed=world is not None, inherited_mb=self._inherited)

    @property
    def waits(self) -> bool:
        """Whether a fork waits to become this one."""
        return self._holder is not None

    def join(self) -> int | None:
        """Begin, and give the process id; None where the system refuses: a new interpreter is then left to do it."""
        with self._lock:
            try:
                self._connected()
            except OSError:
                self._drop()
        return self.pid

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> int:
        asked = memory_file(json.dumps(request).encode())
        try:
            return self._request([*descriptors, asked])
        finally:
            os.close(asked)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._drop()

    def _request(self, ends: Sequence[int]) -> int:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ends))]
        with self._lock:
            for attempt in (1, 2):
                try:
                    channel = self._connected()
                    channel.sendmsg([b"\n"], rights)
                    return int(_line(channel))
                except (OSError, ValueError):
                    self._drop()
                    if attempt == 2 or self._closed:
                        raise OSError("the zygote cannot be started") from None
        raise AssertionError("unreachable")

    def _connected(self) -> socket.socket:
        if self._closed:
            raise OSError("the launcher is closed")
        if self._channel is None:
            self._begin()
        channel = self._channel
        if channel is None:
            raise OSError("the zygote cannot be started")
        if not self._ready:
            said, _, number = _line(channel).partition(" ")
            if said != "ready":
                raise OSError("the zygote did not start")
            self._ready = True
            if self._process is None:
                self._process = _Held(int(number))
            if self._process is not None:
                self._inherited = max(0.0, resident_mb(self._process.pid) - _BARE)
        return channel

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        self._ready = False
        if self._holder is not None:
            # Asked once: in the place of one that died comes a new interpreter.
            holder, self._holder, self._channel = self._holder, None, ours
            with holder, theirs:
                _ask(holder, theirs)
            return
        with theirs:
            self._process = interpreter(_SCRIPT, theirs, self._kind)
        self._channel = ours

    def _drop(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._channel = self._process = None


class _Held:
    """A zygote that is somebody else's child, as long as it needs to be known."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._watch = os.pidfd_open(pid)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._watch, signal.SIGKILL)

    def wait(self) -> None:
        gone = select.poll()
        gone.register(self._watch, select.POLLIN)
        gone.poll(_PARTING)
        os.close(self._watch)


def _ask(holder: socket.socket, channel: socket.socket) -> None:
    """Have a zygote made for this process, in its namespaces, that serves a channel."""
    watch = os.pidfd_open(os.getpid())
    try:
        socket.send_fds(holder, [b"\n"], [channel.fileno(), watch])
    finally:
        os.close(watch)


def memory_file(data: bytes) -> int:
    """A descriptor of a file that exists in memory alone, where the system has that, and has no name."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("order")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)
    return descriptor


def _places(world: dict[str, Any] | None, variables: Mapping[str, str]) -> tuple[str, str]:
    """The folders of the function's code and of its layers, "" for none."""
    code = world["code"] if world else variables["LAMBDA_TASK_ROOT"]
    layers = world["layers"] if world else variables.get("_LAMBDALAB_OPT")
    return code, layers or ""


def _folders(places: tuple[str, str]) -> list[Path]:
    code, layers = places
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if not layers:
        return [Path(code)]
    return [Path(code), Path(layers, "python"), Path(layers, "python", "lib", version, "site-packages")]


def _own_modules(world: dict[str, Any] | None, variables: Mapping[str, str]) -> list[str]:
    """Top-level modules that the function or its layers bring themselves."""
    folders = _folders(_places(world, variables))
    names = {
        entry.name.partition(".")[0] for folder in folders if folder.is_dir() for entry in folder.iterdir()
    }
    return sorted(name for name in names if name.isidentifier())


def _speaks_of_boto3(places: tuple[str, str]) -> bool:
    """Whether some Python file names an AWS SDK. A large package counts as if one did."""
    looked = 0
    for folder in _folders(places):
        for path in folder.rglob("*.py"):
            looked += 1
            with suppress(OSError):
                text = path.read_bytes()
                if looked > _MANY or any(word in text for word in _SDK):
                    return True
    return False


def _line(channel: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\n"):
        part = channel.recv(64)
        if not part:
            raise OSError("the zygote is gone")
        data += part
    return data.decode().strip()


def interpreter(script: Path, channel: socket.socket, *arguments: str) -> subprocess.Popen[bytes]:
    """A new Python that runs a script with the number of a channel and arguments, and has nothing else of ours."""
    return subprocess.Popen(
        [sys.executable, "-B", "-s", str(script), str(channel.fileno()), *arguments],
        env={"PATH": os.defpath, "TZ": ":UTC", "LANG": "en_US.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[channel.fileno()],
        start_new_session=True,
        cwd="/",
    )
