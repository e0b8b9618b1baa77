"""The record of what ran where and when, and of what was decided, from which grading and every plot are made.

`Record` is a phase of an environment; `Entry` is everything else that happened: an event accepted, an attempt
thrown back, a message dropped by a filter, a skip of the clock. All times are the cloud's. It lives in the cloud's
process only; a handler cannot reach it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from course.cloud.clock import Clock


@dataclass(frozen=True)
class Record:
    """One INIT or INVOKE phase. `start` and `end` are epoch seconds, memory MB, billed time milliseconds."""

    phase: str
    function: str
    version: str
    environment: str
    request_id: str | None
    kind: str | None
    start: float
    end: float
    cold: bool
    outcome: str
    error_type: str | None
    log_stream: str
    memory_mb: int
    billed_ms: int
    resource: str = ""
    """What was called: the function's name, with `:` and the version or alias if one was named."""
    initialization: str = "on-demand"
    """How the environment came to be, as AWS_LAMBDA_INITIALIZATION_TYPE says."""
    provisioned_ready: int = 0
    """Provisioned environments of this version at that moment."""

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Entry:
    """Something that happened. `at` is epoch seconds; `because` is a clause for people where there was a choice.

    `what` is a word of two parts, the noun and its fate (`event.accepted`, `message.filtered`); `subject` is whose
    it is (a function's name, an ARN, a mapping's UUID); `id` names the thing (a request, message or event id).
    """

    at: float
    what: str
    subject: str
    id: str
    because: str
    details: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON values."""
        return {**asdict(self), "details": dict(self.details)}


class Ledger:
    """Append-only until the cloud is reset."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: list[Record] = []
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self.catch_up: Callable[[], object] = bool
        """Called before it is read: waits until what was answered is written down too."""

    def add(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)

    def note(self, what: str, subject: str, id: str = "", because: str = "", **details: Any) -> None:
        """Write down that something happened now. `details` are JSON values."""
        with self._lock:
            self._entries.append(Entry(self._clock.now(), what, subject, id, because, details))

    def skipped(self, before: float, after: float) -> None:
        """Write down a skip of the clock."""
        self.note("clock.skipped", "clock", seconds=round(after - before, 6))

    def records(self) -> list[Record]:
        """All records, by start."""
        self.catch_up()
        with self._lock:
            return sorted(self._records, key=lambda record: (record.start, record.phase == "INVOKE"))

    def entries(self, what: str = "", subject: str = "", id: str = "") -> list[Entry]:
        """The entries in the order in which they were written. `what` may be the first part of a word alone.

        An empty argument stands for all.
        """
        self.catch_up()
        with self._lock:
            return [
                entry
                for entry in self._entries
                if (not what or entry.what == what or entry.what.startswith(f"{what}."))
                and (not subject or entry.subject == subject)
                and (not id or entry.id == id)
            ]

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
            self._entries.clear()
