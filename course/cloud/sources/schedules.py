"""Schedule expressions, `rate(5 minutes)`, `cron(0 18 ? * MON-FRI *)`, `at(2026-12-01T09:00:00)`: when they are due.

All moments are epoch seconds. A cron time that a change of the clocks skips does not happen; one that it repeats
happens once. A day of a rate is 24 hours.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (2026-11)
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from course.cloud.sources.cron import Cron

UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_YEARS = (1970, 2199)
_LONGEST_SHIFT = timedelta(hours=3)
"""More than clocks are ever put back at once."""


class Expression(Protocol):
    """When something is due."""

    def after(self, moment: float) -> float | None:
        """The first time later than a moment, None if there is none."""
        ...


@dataclass(frozen=True)
class Rate:
    """Every `seconds`, counted from `anchor`, which is a due time itself."""

    seconds: int
    anchor: float

    def after(self, moment: float) -> float | None:
        if moment < self.anchor:
            return self.anchor
        return self.anchor + (math.floor((moment - self.anchor) / self.seconds) + 1) * self.seconds


@dataclass(frozen=True)
class At:
    """Once."""

    moment: float

    def after(self, moment: float) -> float | None:
        return self.moment if self.moment > moment else None


@dataclass(frozen=True)
class Calendar:
    """Whenever the clocks of a place show a time of a cron expression."""

    cron: Cron
    zone: ZoneInfo

    def after(self, moment: float) -> float | None:
        now = datetime.fromtimestamp(moment, self.zone)
        earlier = datetime.fromtimestamp(moment - _LONGEST_SHIFT.total_seconds(), self.zone)
        start = now.replace(tzinfo=None)
        if now.utcoffset() != earlier.utcoffset():
            start -= _LONGEST_SHIFT  # the clocks ran back: what they showed before may still be to come
        first = start.date()
        while (day := self._day(first)) is not None:
            for hour in self.cron.hours:
                if day == start.date() and hour < start.hour:
                    continue
                for minute in self.cron.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute)
                    if local < start:
                        continue
                    due = self._moment(local)
                    if due is not None and due > moment:
                        return due
            first = day + timedelta(days=1)
        return None

    def _day(self, first: date) -> date | None:
        """The first day of the expression that is not before `first`."""
        for year in range(first.year, min(_YEARS[1], first.year + 400) + 1):
            if year not in self.cron.years:
                continue
            for month in self.cron.months:
                if (year, month) < (first.year, first.month):
                    continue
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self.cron.has_day(day):
                        return day
        return None

    def _moment(self, local: datetime) -> float | None:
        there = local.replace(tzinfo=self.zone)
        moment = there.timestamp()
        shown = datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None)
        return moment if shown == local else None


def parse(expression: str, now: float, zone: str = "UTC") -> Expression:
    """Read an expression of the Scheduler. A rate is due first at `now`. Raises ValueError if it is none."""
    place = find_zone(zone)
    if found := _RATE.fullmatch(expression):
        return Rate(int(found[1]) * UNITS[found[2]], now)
    if found := _AT.fullmatch(expression):
        return At(datetime.fromisoformat(found[1]).replace(tzinfo=place).timestamp())
    return _calendar(expression, place)


def parse_rule(expression: str, now: float) -> Expression:
    """Read an expression of a rule: always UTC, due first one interval after `now`, 1 minute and 2 minutes.

    Raises ValueError if it is none.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html (2026-11)
    """
    if found := _RATE.fullmatch(expression):
        if (found[1] == "1") == bool(found[3]):
            raise ValueError(expression)
        seconds = int(found[1]) * UNITS[found[2]]
        return Rate(seconds, now + seconds)
    return _calendar(expression, ZoneInfo("UTC"))


def find_zone(name: str) -> ZoneInfo:
    """A time zone of the IANA database. Raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no such time zone: {name}") from None


def stamp(moment: float) -> str:
    """A moment as `2026-11-28T22:48:34Z`."""
    return datetime.fromtimestamp(math.floor(moment), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_ms(moment: float) -> str:
    """A moment as `2026-11-28T22:48:34.123Z`."""
    whole = math.floor(moment * 1000)
    return f"{stamp(whole // 1000)[:-1]}.{whole % 1000:03d}Z"


def _calendar(expression: str, place: ZoneInfo) -> Calendar:
    found = _CRON.fullmatch(expression)
    if found is None:
        raise ValueError(expression)
    return Calendar(Cron.parse(found[1]), place)
