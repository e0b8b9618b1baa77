"""What is to be done when moto has finished a request: an object is whole only then.

moto tells of a new object before it has its metadata, tags and access list.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_own = threading.local()


@contextmanager
def request() -> Iterator[None]:
    """While inside, what is to be done afterwards waits."""
    waiting: list[Callable[[], None]] = []
    outer = getattr(_own, "waiting", None)
    _own.waiting = waiting
    try:
        yield
    finally:
        _own.waiting = outer
        for do in waiting:
            do()


def afterwards(do: Callable[[], None]) -> None:
    """Do it when this thread's request is finished; now, if it serves none."""
    waiting = getattr(_own, "waiting", None)
    if waiting is None:
        do()
    else:
        waiting.append(do)
