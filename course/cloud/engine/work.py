"""Threads for what happens by itself: events, polls, deliveries. What is started here counts as at work at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from course.cloud.virtual_clock import VirtualClock

THREADS = 32
"""How much of it runs at once, here. On Lambda it would be more; a laptop has two cores."""


class Work:
    """A pool of threads that the clock waits for."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="work")
        self._era = 0
        self._open = 0
        self._changed = threading.Condition()
        self._own = threading.local()

    def start(self, do: Callable[[], None]) -> None:
        """Do it on another thread, as soon as one is free. It must see to its own errors."""
        era = self._current()
        self._clock.begin()
        self._count(1)

        def carry() -> None:
            try:
                with self._clock.carrying():
                    if era == self._era:
                        self._own.era = era
                        do()
            finally:
                self._count(-1)

        try:
            self._threads.submit(carry)
        except RuntimeError:  # the cloud is closed
            self._count(-1)
            self._clock.end()

    def at(self, when: float, do: Callable[[], None], *, endless: bool = False) -> Callable[[], None]:
        """Start it at a moment, in epoch seconds. Returns what takes that back."""
        era = self._current()

        def due() -> None:
            if era == self._era:
                self.start(do)

        if era != self._era:
            return _nothing
        return self._clock.call_at(when, due, endless=endless).cancel

    def settle(self, seconds: float) -> bool:
        """Wait in real time until all that was started is done, what sleeps too; False if that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, timeout=seconds)

    def drop(self) -> None:
        """Start nothing any more of what was to be started until now, and nothing that follows from what runs."""
        self._era += 1

    def close(self) -> None:
        """Wait for what runs and start nothing any more."""
        self.drop()
        self._threads.shutdown(wait=True)

    def _count(self, more: int) -> None:
        with self._changed:
            self._open += more
            self._changed.notify_all()

    def _current(self) -> int:
        # What outlives a reset must not bring anything into the time after it: a thread of ours knows its own.
        return int(getattr(self._own, "era", self._era))


def _nothing() -> None:
    return
