"""Changes of moto's streams and tables: one at a time, and then whoever reads the stream is told.

moto changes them from several threads without a lock. What is told about is told when the lock is free again and
the request is finished, so that one request is one batch, and never in the middle of a change that may be undone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from course.cloud.moto_bridge.afterwards import afterwards
from course.cloud.moto_bridge.patches import Current

LOCK = threading.RLock()
"""Held while a stream or a table is changed, or read by a mapping."""
current: Current[Callable[[str], None]] = Current()
"""Told the ARN of a stream that has a new record or shard."""


class _Own(threading.local):
    depth = 0

    def __init__(self) -> None:
        self.told: dict[str, None] = {}


_own = _Own()


@contextmanager
def changing() -> Iterator[None]:
    """While inside, nobody else changes a stream or a table. May be nested: what is told is told at the very end."""
    told: list[str] = []
    try:
        with LOCK:
            _own.depth += 1
            try:
                yield
            finally:
                _own.depth -= 1
                if not _own.depth:
                    told = list(_own.told)
                    _own.told.clear()
    finally:
        for arn in told:
            afterwards(lambda arn=arn: _tell(arn))  # type: ignore[misc]


def changed(arn: str) -> None:
    """A stream has something new. Called inside of `changing`."""
    _own.told[arn] = None


def _tell(arn: str) -> None:
    if current.it is not None:
        current.it(arn)
