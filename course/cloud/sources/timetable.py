"""What is due again and again, on the cloud's clock: each key has an expression and something to do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from course.cloud.observe.ledger import Ledger
from course.cloud.sources.schedules import At, Expression
from course.cloud.virtual_clock import Timer, VirtualClock


@dataclass
class Entry:
    """`do` is called with the moment that was due, at most `spread` seconds later; `done` once nothing is due."""

    key: str
    expression: Expression
    do: Callable[[float], None]
    until: float | None = None
    spread: Callable[[], float] = float
    done: Callable[[], object] = bool
    timer: Timer | None = None


class Timetable:
    """Runs on the clock's thread, in the order of moments, so that a history is the same each time."""

    def __init__(self, clock: VirtualClock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._lock = threading.RLock()
        self._entries: dict[str, Entry] = {}

    def set(self, entry: Entry, since: float) -> None:
        """Begin with what is due after `since`. Whatever the key stood for before is dropped."""
        with self._lock:
            self.drop(entry.key)
            self._entries[entry.key] = entry
            self._wait(entry, since)

    def drop(self, key: str) -> None:
        """Forget a key, if it is there."""
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is not None and entry.timer is not None:
                entry.timer.cancel()

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            for key in list(self._entries):
                self.drop(key)

    def _wait(self, entry: Entry, after: float) -> None:
        due = entry.expression.after(after)
        if due is None or (entry.until is not None and due > entry.until):
            entry.timer = None
            self._guarded(entry, entry.done)
            return
        moment = due
        endless = entry.until is None and not isinstance(entry.expression, At)
        entry.timer = self._clock.call_at(
            due + entry.spread(), lambda: self._arrive(entry, moment), endless=endless
        )

    def _arrive(self, entry: Entry, due: float) -> None:
        if self._entries.get(entry.key) is not entry:
            return
        self._guarded(entry, lambda: entry.do(due))
        with self._lock:
            if self._entries.get(entry.key) is entry:
                self._wait(entry, due)

    def _guarded(self, entry: Entry, do: Callable[[], object]) -> None:
        try:
            do()
        except Exception as error:  # a bug of ours must not stop the clock
            self._ledger.note("schedule.failure", entry.key, because=f"InternalFailure: {error!r}")
