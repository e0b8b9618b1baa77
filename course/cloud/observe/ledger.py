"""The record of what ran where and when, from which grading and every plot are made.

It lives in the cloud's process only; a handler cannot reach it.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any


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

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON values."""
        return asdict(self)


class Ledger:
    """Append-only until the cloud is reset."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._lock = threading.Lock()

    def add(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)

    def records(self) -> list[Record]:
        """All records, by start."""
        with self._lock:
            return sorted(self._records, key=lambda record: (record.start, record.phase == "INVOKE"))

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
