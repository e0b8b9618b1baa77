"""What an environment sees of the machine, and whether this system lets us decide that.

`full`: namespaces, as `child/sandbox.py` builds them. `basic`: an ordinary process in its own session, with the
real paths shown as /var/task in payloads and logs, and TMPDIR for /tmp.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.cloud import quotas
from course.cloud.model import Function


@dataclass(frozen=True)
class Isolation:
    """What was found out about this system. `reason` is a clause for people."""

    tier: str
    reason: str


def readable_folders() -> list[str]:
    """The folders that this interpreter and its packages need."""
    prefixes = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        str(Path(sys.executable).resolve().parent.parent),
    }
    packages = {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    return sorted(prefixes | packages)


def describe(function: Function, folder: Path, ports: list[int]) -> dict[str, Any]:
    """The world of an environment of `function`, as `child/bootstrap.py` takes it. `folder` is the environment's
    own on the host; `ports` are the only ones it may connect to, or none for no such limit."""
    place = folder / "root"
    place.mkdir(exist_ok=True)
    return {
        "place": str(place),
        "code": str(function.code),
        "layers": str(function.layers[0]) if function.layers else None,
        "tmp_mb": function.ephemeral_storage,
        "readable": readable_folders(),
        "ports": ports,
        # On Lambda a fork beyond this fails; with the first process of the namespace, which is ours.
        "processes": quotas.PROCESSES + 1,
    }


class Tier:
    """Finds out once whether the full isolation works here, by trying it."""

    def __init__(self, wanted: str = "auto") -> None:
        """`wanted` is "auto" or "basic"."""
        self._wanted = wanted
        self._found: Isolation | None = None
        self._lock = threading.Lock()

    def find(self) -> Isolation:
        """The tier of this system."""
        with self._lock:
            if self._found is None:
                self._found = self._probe()
            return self._found

    def _probe(self) -> Isolation:
        if self._wanted == "basic":
            return Isolation("basic", "asked for")
        if not sys.platform.startswith("linux"):
            return Isolation("basic", f"namespaces need Linux, and this is {sys.platform}")
        import subprocess
        import tempfile

        script = (
            "import os, sys; sys.path.insert(0, sys.argv[1]); import sandbox\n"
            "sandbox.enter()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    sandbox.build_root(sys.argv[2], sys.argv[2], None, 1, [sys.base_prefix])\n"
            "    os._exit(0)\n"
            "os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) and 1)\n"
        )
        with tempfile.TemporaryDirectory(prefix="lambdalab-probe-") as place:
            arguments = [
                sys.executable,
                "-I",
                "-S",
                "-c",
                script,
                str(Path(__file__).parent / "child"),
                place,
            ]
            done = subprocess.run(
                arguments, capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False
            )
        if done.returncode == 0:
            return Isolation("full", "user, PID, IPC and mount namespaces work here")
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Isolation(
            "basic", f"this system refuses namespaces ({last.rpartition(': ')[2] or 'no reason given'})"
        )


def in_container() -> bool:
    """A hint for people whose system refuses namespaces."""
    return os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")
