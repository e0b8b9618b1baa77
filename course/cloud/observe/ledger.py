"""The record of what ran where and when, and of what was decided, from which grading and every plot are made.

`Record` is a phase of an environment; `Entry` is everything else that happened: an event accepted, an attempt
thrown back, a message dropped by a filter, a call of an API, a skip of the clock. All times are the cloud's. It
lives in the cloud's process only; a handler cannot reach it. Of the calls it keeps the last `CALLS`; of all else,
everything.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from course.cloud.clock import Clock

CALLS = 20_000
"""How many of the entries `call.answered` are kept. Who polls a queue for a day makes far more than anybody reads."""
CALL = "call.answered"
T = TypeVar("T")


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
        return dict(vars(self))


@dataclass(frozen=True, slots=True)
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
    number: int = field(default=0, compare=False, repr=False)
    """Its place in the order of writing."""

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON values."""
        return {
            "at": self.at,
            "what": self.what,
            "subject": self.subject,
            "id": self.id,
            "because": self.because,
            "details": dict(self.details),
        }


class Ledger:
    """Append-only until the cloud is reset."""

    def __init__(self, clock: Clock, calls: int = CALLS) -> None:
        """`calls`: how many calls of APIs are kept."""
        self._clock = clock
        self._records: list[Record] = []
        self._runs: dict[str, list[Record]] = {}
        """The records of each request id."""
        self._entries: list[Entry] = []
        self._named: dict[str, list[Entry]] = {}
        """The entries of each id. Long histories are asked about one event at a time."""
        self._nouns: dict[str, list[Entry]] = {}
        """The entries of each noun, the first part of their word."""
        self._calls: deque[Entry] = deque(maxlen=calls)
        self._called = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.catch_up: Callable[[], object] = bool
        """Called before it is read: waits until what was answered is written down too."""

    def add(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)
            if record.request_id is not None:
                self._runs.setdefault(record.request_id, []).append(record)

    def note(self, what: str, subject: str, id: str = "", because: str = "", **details: Any) -> None:
        """Write down that something happened now. `details` are JSON values."""
        with self._lock:
            entry = Entry(self._clock.now(), what, subject, id, because, details, next(self._numbers))
            self._entries.append(entry)
            self._nouns.setdefault(what.partition(".")[0], []).append(entry)
            if id:
                self._named.setdefault(id, []).append(entry)

    def call(self, service: str, id: str, because: str, details: Mapping[str, Any]) -> None:
        """Write down that a call of a service's API was answered just now. `id` is the request's."""
        with self._lock:
            now = self._clock.now()
            self._calls.append(Entry(now, CALL, service, id, because, details, next(self._numbers)))
            self._called += 1

    @property
    def forgotten(self) -> int:
        """Calls that are no longer kept, because so many came after them."""
        with self._lock:
            return self._called - len(self._calls)

    def skipped(self, before: float, after: float) -> None:
        """Write down a skip of the clock."""
        self.note("clock.skipped", "clock", seconds=round(after - before, 6))

    def records(
        self,
        function: str = "",
        request_id: str = "",
        *,
        phase: str = "",
        since: float = -math.inf,
        until: float = math.inf,
        limit: int | None = None,
    ) -> list[Record]:
        """The phases, by start. An empty argument stands for all; `phase` is "INIT" or "INVOKE".

        They began at `since` or later and before `until`, in epoch seconds; of those, the last `limit`.
        """
        self.catch_up()
        with self._lock:
            found = list(self._runs.get(request_id, ()) if request_id else self._records)
        chosen = [
            record
            for record in found
            if since <= record.start < until
            and (not function or record.function == function)
            and (not phase or record.phase == phase)
        ]
        chosen.sort(key=lambda record: (record.start, record.phase == "INVOKE"))
        return _last(chosen, limit)

    def entries(
        self,
        what: str = "",
        subject: str = "",
        id: str = "",
        *,
        since: float = -math.inf,
        until: float = math.inf,
        limit: int | None = None,
    ) -> list[Entry]:
        """The entries in the order in which they were written. `what` may be the first part of a word alone.

        An empty argument stands for all. They were written at `since` or later and before `until`, in epoch
        seconds; of those, the last `limit`.
        """
        self.catch_up()
        noun = f"{what}."

        def wanted(entry: Entry) -> bool:
            return (
                since <= entry.at < until
                and (not id or entry.id == id)
                and (not subject or entry.subject == subject)
                and (not what or entry.what == what or entry.what.startswith(noun))
            )

        with self._lock:
            calls = list(self._calls) if not what or what == CALL or CALL.startswith(noun) else []
            others = list(
                self._named.get(id, ())
                if id
                else self._nouns.get(what.partition(".")[0], ())
                if what
                else self._entries
            )
        chosen = [entry for entry in others if wanted(entry)]
        if called := [entry for entry in calls if wanted(entry)]:
            chosen = sorted([*chosen, *called], key=_number)  # two sorted runs: one merge
        return _last(chosen, limit)

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
            self._runs.clear()
            self._entries.clear()
            self._named.clear()
            self._nouns.clear()
            self._calls.clear()
            self._called = 0


def _number(entry: Entry) -> int:
    return entry.number


def _last(found: list[T], limit: int | None) -> list[T]:
    return found if limit is None else found[max(0, len(found) - limit) :]
