"""DynamoDB's Time to Live: items that expired are deleted a while later, on the cloud's clock.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html (2026-11): an item counts as
expired when a Number in its TTL attribute, in epoch seconds, has passed; it is deleted "within a few days", until
when it can still be read, and not at all if it expired more than five years ago.

`DELAY` is short, for nobody wants to wait for days, and long enough to be seen: who relies on an item being gone at
its moment is wrong here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple, Protocol

from course.cloud.engine.work import Work
from course.cloud.observe.ledger import Ledger
from course.cloud.virtual_clock import VirtualClock

DELAY = 60.0
"""Seconds from an item's expiry to its deletion."""
_FORGOTTEN = 5 * 365.25 * 86400


class Expiring(NamedTuple):
    """An item with a TTL: its table's ARN, its key in DynamoDB's JSON, and the moment in epoch seconds."""

    table: str
    key: dict[str, Any]
    moment: float


class Tables(Protocol):
    """The tables of the cloud."""

    def moment(self, table: str, key: dict[str, Any]) -> float | None:
        """When an item expires now; None if it does not, or is gone."""
        ...

    def delete(self, table: str, key: dict[str, Any]) -> bool:
        """Delete an item as DynamoDB itself does; False if it was gone."""
        ...


class TimeToLive:
    """Told of every item that is written with a TTL; it looks at the item again when that has passed."""

    def __init__(self, tables: Tables, clock: VirtualClock, work: Work, ledger: Ledger) -> None:
        self._tables = tables
        self._clock = clock
        self._work = work
        self._ledger = ledger

    def written(self, items: Iterable[Expiring]) -> None:
        """Items were written, or the table's TTL was turned on."""
        now = self._clock.now()
        for item in items:
            if item.moment > now - _FORGOTTEN:
                # Nobody waits for it, so a clock that skips waits by itself does not skip to it.
                due = max(item.moment, now) + DELAY
                self._work.at(due, partial(self._due, item), endless=True)

    def _due(self, item: Expiring) -> None:
        moment = self._tables.moment(item.table, item.key)
        if moment is None or moment > self._clock.now() - DELAY:
            return  # it was changed or deleted; a change has a timer of its own
        if self._tables.delete(item.table, item.key):
            self._ledger.note("item.expired", item.table, because="its time to live is over", key=item.key)
