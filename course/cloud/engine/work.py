"""Threads for what happens by itself: events, polls, deliveries. What is started here counts as at work at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from course.cloud import quotas
from course.cloud.virtual_clock import VirtualClock

THREADS = 32
"""How much of it runs at once, here. On Lambda it would be more; a laptop has two cores."""


class Work:
    """A pool of threads that the clock waits for.

    What sleeps takes up no place: otherwise the clock would wait for work that waits for a sleeper, which waits for
    the clock.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(quotas.ACCOUNT_CONCURRENCY + THREADS, thread_name_prefix="work")
        self._era = 0
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self._running = 0
        self._changed = threading.Condition()
        self._own = threading.local()
        clock.fell_asleep = self._go_on

    def start(self, do: Callable[[], None]) -> None:
        """Do it on another thread, as soon as there is a place. It must see to its own errors."""
        self._clock.begin()
        with self._changed:
            self._waiting.append((self._current(), do))
        self._go_on()

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
            return self._changed.wait_for(lambda: not self._running and not self._waiting, timeout=seconds)

    def drop(self) -> None:
        """Start nothing any more of what was to be started until now, and nothing that follows from what runs."""
        self._era += 1

    def close(self) -> None:
        """Wait for what runs and start nothing any more."""
        self.drop()
        self._threads.shutdown(wait=True)

    def _go_on(self) -> None:
        while True:
            with self._changed:
                if not self._waiting or self._running - self._clock.sleepers >= THREADS:
                    return
                era, do = self._waiting.popleft()
                self._running += 1
            try:
                self._threads.submit(self._carry, era, do)
            except RuntimeError:  # the cloud is closed
                self._clock.end()
                self._leave()

    def _carry(self, era: int, do: Callable[[], None]) -> None:
        try:
            with self._clock.carrying():
                if era == self._era:
                    self._own.era = era
                    do()
        finally:
            self._leave()
            self._go_on()

    def _leave(self) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def _current(self) -> int:
        # What outlives a reset must not bring anything into the time after it: a thread of ours knows its own.
        return int(getattr(self._own, "era", self._era))


def _nothing() -> None:
    return
