"""The six fields of an AWS cron expression: minutes, hours, day of month, month, day of week, year.

Understands `,` `-` `*` `/`, names of months and days, `?`, and of days `L`, `W`, `LW`, `5L` and `3#2`.
Days of the week count from 1, Sunday.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (2026-11)
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6}
_MONTHS |= {"JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_PART = re.compile(r"(\*|[A-Z0-9]+)(?:-([A-Z0-9]+))?(?:/(\d+))?")
_NEAREST = re.compile(r"(\d{1,2})W")
_LAST = re.compile(r"([A-Z0-9]+)L")
_NTH = re.compile(r"([A-Z0-9]+)#([1-5])")


@dataclass(frozen=True)
class Cron:
    """The values of each field. A day matches by its number or by its weekday; the other field is `?`."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    years: range | frozenset[int]
    days: frozenset[int] | str | None
    """Days of the month, "L", "LW" or "15W"; None where the weekday decides."""
    weekdays: frozenset[int] | tuple[int, int] | None
    """Days of the week; (6, 0) is the last Friday of the month, (6, 2) its second; None where the day decides."""

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read the six fields. Raises ValueError if they are not."""
        fields = text.split(" ")
        if len(fields) != 6:
            raise ValueError(text)
        minutes, hours, day, month, weekday, year = (field.upper() for field in fields)
        if (day == "?") == (weekday == "?"):
            raise ValueError(text)
        return cls(
            tuple(sorted(_values(minutes, 0, 59))),
            tuple(sorted(_values(hours, 0, 23))),
            tuple(sorted(_values(month, 1, 12, _MONTHS))),
            range(1970, 2200) if year == "*" else _values(year, 1970, 2199),
            None if day == "?" else _day_of_month(day),
            None if weekday == "?" else _day_of_week(weekday),
        )

    def has_day(self, day: date) -> bool:
        """Whether a day of a matching month and year is one of the expression."""
        length = calendar.monthrange(day.year, day.month)[1]
        if isinstance(self.days, frozenset):
            return day.day in self.days
        if isinstance(self.days, str):
            return day.day == _special(self.days, day, length)
        number = day.isoweekday() % 7 + 1
        if isinstance(self.weekdays, tuple):
            weekday, which = self.weekdays
            nth = day.day + 7 > length if which == 0 else (day.day - 1) // 7 + 1 == which
            return number == weekday and nth
        return self.weekdays is not None and number in self.weekdays


def _special(kind: str, day: date, length: int) -> int:
    """The day of the month that L, LW or 15W stands for, 0 for none."""
    if kind == "L":
        return length
    wanted = length if kind == "LW" else int(kind[:-1])
    if wanted > length:
        return 0
    weekday = date(day.year, day.month, wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < length else wanted - 2
    return wanted


def _day_of_month(text: str) -> frozenset[int] | str:
    if text in ("L", "LW"):
        return text
    if found := _NEAREST.fullmatch(text):
        _number(found[1], 1, 31, {})
        return text
    return _values(text, 1, 31)


def _day_of_week(text: str) -> frozenset[int] | tuple[int, int]:
    if text == "L":
        return frozenset({7})
    if found := _LAST.fullmatch(text):
        return _number(found[1], 1, 7, _DAYS), 0
    if found := _NTH.fullmatch(text):
        return _number(found[1], 1, 7, _DAYS), int(found[2])
    return _values(text, 1, 7, _DAYS)


def _values(text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(text)
        first, last, step = found.groups()
        if first == "*":
            start, stop = low, high
        else:
            start = stop = _number(first, low, high, names or {})
            if step is not None:
                stop = high
        if last is not None:
            stop = _number(last, low, high, names or {})
        if step == "0" or (first == "*" and last is not None):
            raise ValueError(text)
        wrapped = stop if stop >= start else stop + high - low + 1  # FRI-MON, 22-2
        values.update(
            (value - low) % (high - low + 1) + low for value in range(start, wrapped + 1, int(step or 1))
        )
    return frozenset(values)


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    number = names.get(text) or (int(text) if text.isdecimal() else -1)
    if not low <= number <= high:
        raise ValueError(text)
    return number
