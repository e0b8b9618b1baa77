"""The nests of a checking process: one for files that speak of an AWS SDK and one for others, each when it is needed.

A nest costs a fork with all its mounts once; a call then costs a copy of it. What a nest does is in `nest`.
"""

from __future__ import annotations

import signal
import socket
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

SCRIPT = Path(__file__).with_name("nest.py")
TMP_MB = 256
ANSWERS_WITHIN = 60.0
SDK = ("boto", "aws_lambda_powertools")


class Forks(Protocol):
    """What the cloud's zygote does for us."""

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int], kind: str = "boto3") -> int:
        """The process id of a fork in which a script goes on. Raises OSError."""


class Nests:
    """Makes copies of worlds. `readable` are the folders that learners' code may see in its sandbox."""

    def __init__(self, forks: Forks, readable: Sequence[str]) -> None:
        self._forks, self._readable = forks, list(readable)
        self._lock = threading.Lock()
        self._channels: dict[str, socket.socket] = {}

    def start(self, kind: str, ends: Sequence[int]) -> int:
        """A descriptor (see pidfd_open(2)) of a copy that goes on with these ends, as `nest` takes them.

        Raises OSError when none can be made.
        """
        with self._lock:
            for attempt in (1, 2):
                try:
                    channel = self._channels.get(kind) or self._begun(kind)
                    socket.send_fds(channel, [b"\n"], list(ends))
                    said, watches, _, _ = socket.recv_fds(channel, 256, 1)
                except OSError:
                    said, watches = b"", []
                    if attempt == 2:
                        raise
                if watches:
                    return watches[0]
                self._drop(kind)
                if said:
                    raise OSError(said.decode().strip())
        raise OSError("the nest is gone")

    def close(self) -> None:
        """End the nests with all that lives in them."""
        with self._lock:
            for kind in list(self._channels):
                self._drop(kind)

    def _begun(self, kind: str) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWERS_WITHIN)
        # The nest's root is made there and moved away from there.
        with tempfile.TemporaryDirectory(prefix="nest-") as place:
            request = {
                "entry": str(SCRIPT),
                "own": [],
                "place": place,
                "readable": self._readable,
                "tmp_mb": TMP_MB,
            }
            try:
                with theirs:
                    self._forks.fork(request, [theirs.fileno()], kind)
                said = ours.recv(256).decode()
            except OSError:
                ours.close()
                raise
        if said != "ready\n":
            ours.close()
            raise OSError(said.strip() or "the nest did not start")
        self._channels[kind] = ours
        return ours

    def _drop(self, kind: str) -> None:
        if kind in self._channels:
            self._channels.pop(kind).close()


def kind(files: Mapping[str, str], name: str) -> str:
    """The kind of nest for a file: "boto3" when it, or a file that it names, speaks of an SDK; else "plain"."""
    seen, queue = {name}, [name]
    while queue:
        text = files.get(queue.pop(), "")
        if any(word in text for word in SDK):
            return "boto3"
        found = {other for other in files if other not in seen and PurePosixPath(other).stem in text}
        seen |= found
        queue += found
    return "plain"


def kill(watch: int) -> None:
    """Kill a copy with all that it started."""
    try:
        signal.pidfd_send_signal(watch, signal.SIGKILL)
    except ProcessLookupError:
        return


def process_id(watch: int) -> int:
    """Its process id as it is here; 0 when it is gone."""
    with open(f"/proc/self/fdinfo/{watch}") as lines:
        found = next((line.split()[1] for line in lines if line.startswith("Pid:")), "0")
    return max(0, int(found))
