"""Temporary folders of this process, below one folder that is locked while the process lives.

A cloud that is killed cannot remove its folders. The next one finds theirs unlocked and removes them; the lock,
unlike a process id, is also right about clouds in other containers that share the place.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

_PREFIX = "lambdalab-"
_FRESH = ".lambdalab-"
"""What a folder is called until it is locked."""

_guard = threading.Lock()
_own: tuple[Path, int] | None = None


def _disown() -> None:
    global _own
    _own = None  # in a child that was forked, they are the parent's


os.register_at_fork(after_in_child=_disown)


def folder(kind: str) -> Path:
    """A new empty folder; who asked for it removes it. Raises OSError if the disk does not take it."""
    with _guard:
        return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=_root()))


def release() -> None:
    """Give back the common folder if it is empty. More folders may be asked for later."""
    global _own
    with _guard:
        if _own is None:
            return
        root, lock = _own
        with suppress(OSError):  # somebody may have removed it
            if any(entry.name != "lock" for entry in root.iterdir()):
                return  # another cloud of this process still has something in it
        shutil.rmtree(root, ignore_errors=True)
        os.close(lock)
        _own = None


def sweep() -> None:
    """Remove what clouds that were killed left behind."""
    for root in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(root / "lock", os.O_RDWR | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(root, ignore_errors=True)
            finally:
                os.close(lock)


def _root() -> Path:
    global _own
    if _own is None:
        fresh = Path(tempfile.mkdtemp(prefix=_FRESH))
        lock = os.open(fresh / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        _own = fresh.rename(fresh.with_name(fresh.name[1:])), lock
    return _own[0]
