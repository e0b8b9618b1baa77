"""Where a checking process works, and as whom.

To the kernel, learners' code is the user who grades. For root's own sake, and for that of neighbours, each checking
process that root starts has a user of its own, who owns nothing; as long as that user may run this interpreter and
build worlds here.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.lab import processes

PACKAGES = Path(__file__).resolve().parents[2]
DROPPED = ("AWS_", "PYTHON", "LAMBDA_", "_HANDLER")
FIRST, EACH = 2_001_000_000, 32
"""Numbers of users that nobody gives out, and how many a process takes of them: https://systemd.io/UIDS-GIDS/"""
_count = itertools.count()


@dataclass(frozen=True)
class Quarters:
    """A `folder` of a child's own, and the `user` who works there; None: whoever we are."""

    folder: Path
    user: int | None = None

    def environment(self, ours: Mapping[str, str], mark: str) -> dict[str, str]:
        """Ours without what would lead the child elsewhere: AWS settings and Python's switches."""
        kept = {name: value for name, value in ours.items() if not name.startswith(DROPPED)}
        return {
            **kept,
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "PYTHONPATH": str(PACKAGES),
            "PYTHONUTF8": "1",
            "DOCKER_HOST": "tcp://127.0.0.1:9",  # moto has services that would start what a learner names
            processes.MARK: mark,
        }

    @property
    def rights(self) -> dict[str, Any]:
        """What `subprocess.Popen` is told of the user."""
        return {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": ()}


def spare(process: int, number: int) -> int:
    """The number of a user for the `number`th of the examiners of a process; one of more than EACH at a time shares it
    with another, from whom namespaces alone keep it apart."""
    return FIRST + process * EACH + number % EACH


def choose(folder: Path) -> Quarters:
    """Quarters in an empty folder of ours: with a user of its own for root, where one can be had."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return Quarters(folder)
    found = Quarters(folder, spare(os.getpid(), next(_count)))
    try:
        os.chown(folder, found.rights["user"], found.rights["group"])
        # Whoever starts a process goes to its folder as root; whether its user gets there is another matter.
        step = "import os, sys; os.chdir(sys.argv[1])"
        command = [sys.executable, "-I", "-S", "-c", step, str(folder)]
        nothing = subprocess.DEVNULL
        subprocess.run(command, check=True, stdin=nothing, stderr=nothing, **found.rights)
    except (OSError, subprocess.SubprocessError):
        return taken_back(found)
    return found


def taken_back(given: Quarters) -> Quarters:
    """The same, empty, for whoever we are."""
    with suppress(OSError):
        # Up to here its user might have put a link in its place.
        os.chown(given.folder, os.geteuid(), os.getegid(), follow_symlinks=False)
        for entry in () if given.folder.is_symlink() else given.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()
    return Quarters(given.folder)
