"""The only file of the project that reads a clock or waits.

Everything else takes a `Clock` as an argument, so that time can be moved in a test. `now` is wall time and may
be shifted; `monotonic` measures durations and deadlines and is never shifted.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What the cloud needs of time. All values are seconds."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """A reading that only ever grows; for durations and deadlines."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def iso(moment: float, *, millis: bool = True) -> str:
    """An epoch time in seconds as AWS writes it in logs: `2026-11-28T18:55:00.123Z`."""
    whole, milliseconds = divmod(round(moment * 1000), 1000)
    parts = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    return f"{parts}.{milliseconds:03d}Z" if millis else f"{parts}Z"


def last_modified(moment: float) -> str:
    """An epoch time as Lambda writes `LastModified`: `2026-11-28T18:55:00.123+0000`."""
    return iso(moment)[:-1] + "+0000"


def day(moment: float) -> str:
    """The UTC day of an epoch time as log stream names begin: `2026/11/28`."""
    return time.strftime("%Y/%m/%d", time.gmtime(moment))


def cpu_time(pid: int) -> float:
    """Seconds that a process of this machine has computed, all its threads together; 0 if it is gone."""
    try:
        # The kernel's name of another process's clock (include/linux/posix-timers.h): what libc would compute.
        return time.clock_gettime(~pid << 3 | 2)
    except (OSError, AttributeError):
        return 0.0


class Signal:
    """A condition that one thread waits for and another announces."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def wait(self, seconds: float | None = None) -> bool:
        """True if it was announced within `seconds`."""
        return self._event.wait(seconds)
