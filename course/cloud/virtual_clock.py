"""A clock that can skip: time passes as it does, and `advance` jumps over waits in which nothing happens.

Every wait of the cloud is a timer in one heap. Skipping to a moment runs the timers on the way in their order, each
at its own moment and only when what the one before began has come to rest; so six hours of retries take
milliseconds and happen in the order in which they would have happened. With `automatic` the clock skips by itself
whenever nothing is at work and something finite waits.

The wall clock of the whole process follows, so that moto's visibility time-outs and expiries do. Skips count in
`monotonic` too: an invocation that slept for a minute lasted a minute, however soon it was woken.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from course.cloud.clock import SystemClock

PAUSE = 0.02
"""Real seconds of rest before an automatic skip: who sends three messages in a row is not between two waits."""


class Timer:
    """Something that will be done at a moment. `endless` marks what repeats for ever, like a schedule."""

    def __init__(self, when: float, do: Callable[[], None], endless: bool) -> None:
        self.when = when
        self.do: Callable[[], None] | None = do
        self.endless = endless

    def cancel(self) -> None:
        """Do it no more. May be called at any time."""
        self.do = None


class VirtualClock(SystemClock):
    """Moments are epoch seconds."""

    def __init__(self, *, automatic: bool = False) -> None:
        self.skipped: Callable[[float, float], None] = _nothing
        """Told of every skip: the moment before it and the moment after."""
        self.fell_asleep: Callable[[], None] = _nobody
        """Told when something that was at work begins to sleep; called on its thread."""
        self.offset = 0.0
        """Seconds that the wall clock is ahead of the machine's."""
        self._skipped = 0.0
        self._automatic = self._began_automatic = automatic
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._stepping = threading.RLock()
        self._busy = 0
        self._own = threading.local()
        self._asleep = 0
        self._rested = 0.0
        self._advancing = 0
        self._thread: threading.Thread | None = None
        self._closed = False
        self._travel: Any = None
        self._coordinates: Any = None

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    @property
    def automatic(self) -> bool:
        """Whether the clock skips by itself when nothing is at work."""
        return self._automatic

    @automatic.setter
    def automatic(self, wanted: bool) -> None:
        with self._changed:
            self._automatic = wanted
            self._changed.notify_all()

    def call_at(self, when: float, do: Callable[[], None], *, endless: bool = False) -> Timer:
        """Do something at a moment, on the clock's thread: it must be quick, or give its work to another one."""
        timer = Timer(when, do, endless)
        with self._changed:
            heapq.heappush(self._heap, (when, next(self._count), timer))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return timer

    def advance(self, seconds: float, patience: float = 60.0) -> None:
        """Skip `seconds`. Returns when all that became due is done.

        Raises ValueError for a negative number and TimeoutError if what runs has not come to rest after
        `patience` real seconds.
        """
        if not seconds >= 0:
            raise ValueError(f"time cannot go back: advance by 0 seconds or more, not {seconds}")
        target = self.now() + seconds
        with self._changed:
            self._advancing += 1
        try:
            while True:
                self._rest(patience)
                with self._stepping:
                    if not self._step(target):
                        break
            with self._stepping:
                self._jump(target)
            self._rest(patience)
        finally:
            with self._changed:
                self._advancing -= 1
                self._changed.notify_all()

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until nothing is at work; False if that took longer than `seconds` of real time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy <= 0, timeout=seconds)

    @contextmanager
    def working(self) -> Iterator[None]:
        """While inside, this thread is at work and nothing is skipped. May be nested."""
        depth = getattr(self._own, "depth", 0)
        self._own.depth = depth + 1
        if depth == 0:
            self.begin()
        try:
            yield
        finally:
            self._own.depth = depth
            if depth == 0:
                self.end()

    @contextmanager
    def carrying(self) -> Iterator[None]:
        """As `working`, for work that another thread has already announced with `begin`."""
        self._own.depth = getattr(self._own, "depth", 0) + 1
        try:
            yield
        finally:
            self._own.depth -= 1
            self.end()

    def begin(self) -> None:
        """Something is at work from now on. `end` must follow."""
        with self._changed:
            self._busy += 1

    def end(self) -> None:
        """What was begun is done, or waits for a timer that begins it again."""
        with self._changed:
            self._busy -= 1
            if self._busy <= 0:
                self._rested = super().monotonic()
                self._changed.notify_all()

    @property
    def sleepers(self) -> int:
        """How much of what is under way sleeps."""
        return self._asleep

    def fall_asleep(self) -> None:
        """What this thread works at sleeps until one of its timers calls `wake`."""
        with self._changed:
            self._asleep += 1
        self.fell_asleep()
        self.end()

    def wake(self) -> None:
        """It is at work again."""
        with self._changed:
            self._asleep -= 1
        self.begin()

    def clear(self) -> None:
        """Forget every timer, and give the process its own time back: nothing is left that could notice. Whether the
        clock skips by itself is again as it was made."""
        with self._stepping, self._changed:
            self._automatic = self._began_automatic
            self._heap.clear()
            if self._travel is not None:
                self._travel.stop()
                self._travel = self._coordinates = None
                self.offset = 0.0

    def close(self) -> None:
        """Stop for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self.clear()

    def waiting(self) -> int:
        """How many timers are set."""
        with self._changed:
            return sum(timer.do is not None for _, _, timer in self._heap)

    def _rest(self, patience: float) -> None:
        if not self.settle(patience):
            raise TimeoutError(f"what runs did not come to rest in {patience:g} s of real time")

    def _step(self, target: float) -> bool:
        """Run the timers of the next moment, if it is not later than `target`."""
        with self._changed:
            self._drop_cancelled()
            if not self._heap or self._heap[0][0] > target:
                return False
            when = self._heap[0][0]
            due = []
            while self._heap and self._heap[0][0] <= when:
                due.append(heapq.heappop(self._heap)[2])
        self._jump(when)
        for timer in due:
            do = timer.do
            if do is not None:
                do()
        return True

    def _jump(self, moment: float) -> None:
        before = self.now()
        ahead = moment - before
        if ahead <= 0:
            return
        if self._travel is None:
            _time_machine()  # its import takes a moment, which is no skip
            ahead = moment - self.now()
            self._travel = _time_machine().travel(moment, tick=True)
            self._coordinates = self._travel.start()
        else:
            self._coordinates.shift(ahead)
        self.offset += ahead
        self._skipped += ahead
        self.skipped(before, moment)

    def _drop_cancelled(self) -> None:
        while self._heap and self._heap[0][2].do is None:
            heapq.heappop(self._heap)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                self._drop_cancelled()
                wait = self._patience()
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                first = self._heap[0][0]
            with self._stepping:
                self._step(first)

    def _patience(self) -> float | None:
        """Real seconds until the next step; None if there is none in sight."""
        if self._advancing or not self._heap:
            return None
        wait = self._heap[0][0] - self.now()
        if wait <= 0 or not self._automatic or self._busy > 0:
            return max(wait, 0.0)
        if all(timer.endless for _, _, timer in self._heap if timer.do is not None):
            return wait
        pause = 0.0 if self._asleep else self._rested + PAUSE - super().monotonic()
        return min(wait, max(pause, 0.0))


def _time_machine() -> Any:
    # It brings a fixture along when it finds pytest, whose import takes twenty times as long as its own.
    loaded = "pytest" in sys.modules
    if not loaded:
        sys.modules["pytest"] = None  # type: ignore[assignment]
    try:
        import time_machine
    finally:
        if not loaded:
            del sys.modules["pytest"]
    return time_machine


def _nothing(before: float, after: float) -> None:
    return


def _nobody() -> None:
    return
