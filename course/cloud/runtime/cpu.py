"""The share of the CPU that a function's memory buys, for clouds that are asked to keep to it.

1,769 MB are one vCPU (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). As with the quota of
a Linux control group, which needs privileges that we do not have: in each period a function may compute for its
share of it, then it is stopped until the period ends. Who waits uses nothing up and is never stopped.
"""

from __future__ import annotations

import os
from typing import Protocol

from course.cloud import quotas

PERIOD = 0.02
"""Seconds."""
_LEAST = 0.0005
_CORES = os.cpu_count() or 1


class Stoppable(Protocol):
    """What is held to its share."""

    def cpu_seconds(self) -> float: ...

    def freeze(self) -> None: ...

    def thaw(self) -> None: ...


class Allowance:
    """Stops and lets go a process, so that it gets `share` CPUs. Whoever drives the process calls `look`."""

    def __init__(self, process: Stoppable, share: float) -> None:
        self._process = process
        self._share = share
        # What it may use in one go: a period's share, less what it gains while it does.
        self._full = share * PERIOD * (1 - share if share < 1 else 1)
        self._used = 0.0
        self._over = 0.0
        self._at = 0.0
        self._again: float | None = None

    def begin(self, now: float) -> None:
        """Count from now on, with a full period's share in hand."""
        self._used = self._process.cpu_seconds()
        self._over = -self._full
        self._at = now

    def look(self, now: float) -> float:
        """Stop it if its share is used up, let it go when the next is due; when to look again."""
        if self._again is not None and now < self._again:
            return self._again
        used = self._process.cpu_seconds()
        spent = max(0.0, used - self._used) - self._share * (now - self._at)
        self._over = max(self._over + spent, -self._full)
        self._used, self._at = used, now
        if self._again is not None:
            self.release()
        elif self._over >= 0:
            self._process.freeze()
            self._again = now + (self._over + self._full) / self._share
            return self._again
        return now + max(_LEAST, min(PERIOD, -self._over / _CORES))

    def release(self) -> None:
        """Let it go, whatever it used."""
        if self._again is not None:
            self._again = None
            self._process.thaw()


def share(memory: int) -> float:
    """The CPUs of a function with that much memory in MB."""
    return memory / quotas.VCPU_MEMORY
