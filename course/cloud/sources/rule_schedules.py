"""Rules of EventBridge with a schedule: in UTC, on the default bus, with an event of their own.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule-legacy.html (2026-11)
"""

from __future__ import annotations

from collections.abc import Callable

from course.cloud.observe.ledger import Ledger
from course.cloud.sources.buses import Buses, Rule
from course.cloud.sources.schedules import parse_rule, stamp
from course.cloud.sources.timetable import Entry, Timetable
from course.cloud.virtual_clock import VirtualClock


class RuleSchedules:
    """`find` gives a rule by its ARN as it is now, None if it is gone."""

    def __init__(
        self,
        buses: Buses,
        clock: VirtualClock,
        ledger: Ledger,
        new_id: Callable[[], str],
        find: Callable[[str], Rule | None],
    ) -> None:
        self._buses = buses
        self._clock = clock
        self._ledger = ledger
        self._new_id = new_id
        self._find = find
        self._times = Timetable(clock, ledger)

    def changed(self, arn: str, expression: str, *, enabled: bool) -> None:
        """A rule was written, enabled or disabled; `expression` is empty if it has no schedule.

        Raises ValueError for an expression that is none.
        """
        now = self._clock.now()
        if expression and enabled:
            self._times.set(Entry(arn, parse_rule(expression, now), lambda due: self._fire(arn, due)), now)
        else:
            self._times.drop(arn)

    def gone(self, arn: str) -> None:
        """A rule was deleted."""
        self._times.drop(arn)

    def clear(self) -> None:
        self._times.clear()

    def _fire(self, arn: str, due: float) -> None:
        rule = self._find(arn)
        if rule is None:
            self._times.drop(arn)
            return
        _, _, _, region, account, _ = arn.split(":", 5)
        event = {
            "version": "0",
            "id": self._new_id(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": account,
            "time": stamp(due),
            "region": region,
            "resources": [arn],
            "detail": {},
        }
        self._ledger.note("schedule.fired", arn, str(event["id"]), due=due)
        self._buses.fire(rule, event)
