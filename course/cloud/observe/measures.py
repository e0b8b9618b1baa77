"""All that Lambda measures in one cloud, made of the ledger when somebody asks."""

from __future__ import annotations

from collections.abc import Callable

from course.cloud.observe.event_metrics import event_points
from course.cloud.observe.invocation_metrics import Shares, invocation_points, throttle_points
from course.cloud.observe.ledger import Ledger
from course.cloud.observe.points import Point


class Measures:
    """`shares` tells what is set aside of the account's concurrency."""

    def __init__(self, ledger: Ledger, shares: Callable[[], Shares]) -> None:
        self._ledger = ledger
        self._shares = shares

    def points(self) -> list[Point]:
        """Every measurement so far."""
        entries = self._ledger.entries()
        throttled = [entry for entry in entries if entry.what == "invocation.throttled"]
        return [
            *invocation_points(self._ledger.records(), self._shares()),
            *throttle_points(throttled),
            *event_points(entries),
        ]
