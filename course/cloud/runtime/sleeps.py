"""The threads of one environment that sleep on the cloud's clock.

A handler's `time.sleep` is a request that is answered when its moment has come. While every thread sleeps, the
environment counts as asleep and the clock may skip, but never past the deadline of the invocation.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from course.cloud.runtime.runtime_api import Request
from course.cloud.virtual_clock import Timer, VirtualClock

PATIENCE = 5.0
"""Seconds that what a timer calls may take to be done, before the others' sleep is all that counts."""
LONGEST = 1e9
"""Seconds; what sleeps longer never wakes."""


class Sleeps:
    """Only the thread that drives the environment calls it, but for `waiting`; the clock's thread rouses the
    sleepers."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._timers: list[Timer] = []
        self._roused: list[Request] = []
        self._ringing: list[Request] = []
        self._rung = 0.0
        self._pending = self._asked = 0
        self._limit: Timer | None = None
        self._asleep = False
        self._computed = -1.0
        self._wake_write = self.descriptor = -1

    def add(self, request: Request, deadline: float) -> None:
        """A thread asks to sleep. `deadline` is the end of the phase, on the monotonic clock."""
        seconds, everyone, aside = (*request.body.decode("latin-1").split(" "), "", "")[:3]
        try:
            moment = self._clock.now() + min(max(float(seconds), 0.0), LONGEST)
        except ValueError:
            moment = self._clock.now()
        if self.descriptor < 0:
            self.descriptor, self._wake_write = os.pipe()
            os.set_blocking(self.descriptor, False)
        counts = int(not aside)  # a timer waits beside the work: that it waits says nothing about the others
        waits = int(aside != "perhaps-timer")
        with self._lock:
            self._pending += counts
            self._asked += waits
        self._timers = [timer for timer in self._timers if timer.do is not None]
        self._timers.append(self._clock.call_at(moment, lambda: self._rouse(request, counts, waits)))
        # Who says that all wait may be here before the others' requests are.
        if everyone.isdecimal() and 0 < int(everyone) <= self._asked:
            self._fall_asleep(deadline)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While inside, a thread waits for an answer of the cloud: where the others compute nothing the clock may skip,
        for that answer may come from a function that sleeps. Any thread may call it."""
        with self._lock:
            self._pending += 1
        try:
            yield
        finally:
            with self._lock:
                self._pending -= 1
                self._computed = -1.0
                self._stay_awake()

    def look(self, computed: Callable[[], float], at_rest: Callable[[], bool], deadline: float) -> None:
        """Some threads sleep: if the others have not computed since the last look, and are at rest, all of them wait.
        On a busy machine, or held to a share of it, who has work to do may not get to it for a while."""
        with self._lock:
            if not self._pending or self._asleep:
                return
            self._ringing = [one for one in self._ringing if one.connection.socket.fileno() >= 0]
            if self._ringing and self._clock.monotonic() < self._rung + PATIENCE:
                return
        before, self._computed = self._computed, computed()
        if self._computed == before and at_rest():
            self._fall_asleep(deadline)

    def roused(self) -> list[Request]:
        """The requests whose moment has come, to be answered."""
        with suppress(BlockingIOError):
            os.read(self.descriptor, 4096)
        with self._lock:
            roused, self._roused = self._roused, []
        return roused

    def wake(self) -> None:
        """The environment is not asleep, whatever its threads do: its phase is over."""
        with self._lock:
            self._stay_awake()

    def close(self) -> None:
        """Wake nobody any more. May be called twice."""
        self.wake()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self.descriptor >= 0:
            with self._lock:
                os.close(self.descriptor)
                os.close(self._wake_write)
                self.descriptor = self._wake_write = -1

    def _fall_asleep(self, deadline: float) -> None:
        left = deadline - self._clock.monotonic()
        with self._lock:
            if self._asleep or self._roused:
                return
            self._asleep = True
            if left < LONGEST:
                self._limit = self._clock.call_at(self._clock.now() + left, lambda: self._rouse(None, 0, 0))
        self._clock.fall_asleep()

    def _rouse(self, request: Request | None, counts: int, waits: int) -> None:
        with self._lock:
            self._stay_awake()
            self._computed = -1.0
            if request is not None:
                self._pending -= counts
                self._asked -= waits
                if not counts:
                    self._ringing.append(request)
                    self._rung = self._clock.monotonic()
                self._roused.append(request)
            if self._wake_write >= 0:
                os.write(self._wake_write, b".")

    def _stay_awake(self) -> None:
        if self._asleep:
            self._asleep = False
            self._clock.wake()
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
