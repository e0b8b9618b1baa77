"""Lambda's managed runtimes: until when AWS looks after them, and from when it refuses them.

Reads the snapshot `data/runtimes.txt` at the first question. Days are judged as of the snapshot's own, so that the
same files give the same findings on every day.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""

from __future__ import annotations

import os
from functools import lru_cache

from lint_rules.engine.typed import NamedTuple

_SNAPSHOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "runtimes.txt")
_SOON = 60
"""Days; AWS begins to tell of an end so long before."""


class Runtime(NamedTuple):
    """A runtime and days of its life as `2026-10-31`, empty where none is set. `stage` is "current", "ending" (within
    60 days), "deprecated" (no more patches) or "blocked" (no more functions)."""

    name: str
    deprecated: str
    create_block: str
    update_block: str
    stage: str


def runtime_named(name: str) -> Runtime | None:
    """The runtime of this name, or None."""
    return _runtimes().get(name)


def oldest_python() -> str:
    """The oldest Python runtime that is neither deprecated nor about to be."""
    return min(
        (found.name for found in _runtimes().values() if found.stage == "current" and "python" in found.name),
        key=lambda name: int(name.rpartition(".")[2]),
    )


@lru_cache(maxsize=1)
def _runtimes() -> dict[str, Runtime]:
    with open(_SNAPSHOT, encoding="ascii") as file:
        lines = file.read().splitlines()
    today = lines[0].rpartition(" ")[2]
    rows = [line.replace(" -", " ").split(" ") for line in lines if not line.startswith("#")]
    return {
        name: Runtime(name, end, create, update, _stage(end, create, update, today))
        for name, end, create, update in rows
    }


def _stage(deprecated: str, create_block: str, update_block: str, today: str) -> str:
    if any(day and day <= today for day in (create_block, update_block)):
        return "blocked"
    if not deprecated:
        return "current"
    if deprecated <= today:
        return "deprecated"
    return "ending" if _days(deprecated) - _days(today) <= _SOON else "current"


def _days(day: str) -> int:
    from datetime import date

    return date.fromisoformat(day).toordinal()
