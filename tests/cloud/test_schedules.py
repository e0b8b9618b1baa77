"""Schedule expressions are due when AWS says, in any place and over every change of its clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud.sources import schedules
from course.cloud.sources.cron import Cron


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def due(expression: str, start: str, count: int, zone: str = "UTC") -> list[str]:
    moment = at(start, zone)
    parsed = schedules.parse(expression, moment, zone)
    seen = []
    for _ in range(count):
        following = parsed.after(moment)
        if following is None:
            break
        moment = following
        seen.append(datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"))
    return seen


@pytest.mark.parametrize(
    ("expression", "start", "expected"),
    [
        ("cron(0 10 * * ? *)", "2026-11-28T10:00", ["2026-11-29T10:00", "2026-11-30T10:00"]),
        ("cron(15 12 * * ? *)", "2026-11-28T10:00", ["2026-11-28T12:15", "2026-11-29T12:15"]),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-27T19:00", ["2026-11-30T18:00", "2026-12-01T18:00"]),
        ("cron(0 8 1 * ? *)", "2026-11-28T10:00", ["2026-12-01T08:00", "2027-01-01T08:00"]),
        ("cron(0/15 * * * ? *)", "2026-11-28T10:07", ["2026-11-28T10:15", "2026-11-28T10:30"]),
        ("cron(*/15 * * * ? *)", "2026-11-28T10:46", ["2026-11-28T11:00", "2026-11-28T11:15"]),
        ("cron(0-15/5 8-8 ? * 2,3 *)", "2026-11-28T10:00", ["2026-11-30T08:00", "2026-11-30T08:05"]),
        ("cron(30 22-1 * * ? *)", "2026-11-28T22:31", ["2026-11-28T23:30", "2026-11-29T00:30"]),
        ("cron(15 10 ? * 6L *)", "2026-11-28T10:00", ["2026-12-25T10:15", "2027-01-29T10:15"]),
        ("cron(0 2 ? * SAT#3 *)", "2026-11-28T10:00", ["2026-12-19T02:00", "2027-01-16T02:00"]),
        ("cron(0 2 ? * 3#5 *)", "2026-11-28T10:00", ["2026-12-29T02:00", "2027-03-30T02:00"]),
        ("cron(0 9 L * ? *)", "2027-01-31T10:00", ["2027-02-28T09:00", "2027-03-31T09:00"]),
        ("cron(0 9 LW * ? *)", "2027-01-01T10:00", ["2027-01-29T09:00", "2027-02-26T09:00"]),
        ("cron(0 9 15W * ? *)", "2027-04-01T10:00", ["2027-04-15T09:00", "2027-05-14T09:00"]),
        ("cron(0 9 1W * ? *)", "2027-04-28T10:00", ["2027-05-03T09:00", "2027-06-01T09:00"]),
        ("cron(0 9 31W * ? *)", "2027-01-30T10:00", ["2027-03-31T09:00", "2027-05-31T09:00"]),
        ("cron(0 0 29 FEB ? *)", "2026-11-28T10:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("cron(0/5 5 ? JAN 1-5 2027)", "2027-01-28T06:00", ["2027-01-31T05:00", "2027-01-31T05:05"]),
        ("cron(0 0 31 2 ? *)", "2026-11-28T10:00", []),
        ("cron(15 10 ? * 6L 2002-2005)", "2026-11-28T10:00", []),
        ("at(2026-12-24T18:00:00)", "2026-11-28T10:00", ["2026-12-24T18:00"]),
        ("at(2026-12-24T18:00:00)", "2026-12-24T18:00", []),
        ("rate(2 hours)", "2026-11-28T10:00", ["2026-11-28T12:00", "2026-11-28T14:00"]),
        ("rate(1 days)", "2026-11-28T10:00", ["2026-11-29T10:00", "2026-11-30T10:00"]),
    ],
)
def test_an_expression_is_due_when_it_says(expression: str, start: str, expected: list[str]) -> None:
    assert due(expression, start, 2) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 1 * * * *)",
        "cron(0 1 ? * ? *)",
        "cron(7 20 * * NOT *)",
        "cron(INVALID)",
        "cron(0 dummy ? * MON-FRI *)",
        "cron(71 8 1 * ? *)",
        "cron(0 8 32 * ? *)",
        "cron(0 8 ? * 3#6 *)",
        "cron(0 8 ? * 8L *)",
        "cron(0/0 8 1 * ? *)",
        "cron(0 8 1 13 ? *)",
        "cron(0 8 1 * ? 2200)",
        "cron()",
        "rate(10 seconds)",
        "rate(10 years)",
        "rate()",
        "rate(0 minutes)",
        "rate(10)",
        "rate(10 minutess)",
        "rate(foo minutes)",
        "rate(-10 minutes)",
        "rate( 10 minutes )",
        " rate(10 minutes)",
        "at(2021-12-31T23:59:59Z)",
        "at(2021-12-31)",
        "at(2021-13-31T00:00:00)",
        "tomorrow",
    ],
)
def test_what_aws_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        schedules.parse(expression, 0.0)


@pytest.mark.parametrize("expression", ["rate(1 minutes)", "rate(5 minute)", "at(2026-12-24T18:00:00)"])
def test_a_rule_is_stricter_than_the_scheduler(expression: str) -> None:
    schedules.parse(expression, 0.0)
    with pytest.raises(ValueError, match=r"."):
        schedules.parse_rule(expression, 0.0)


def test_a_rate_is_due_at_once_in_the_scheduler_and_after_an_interval_in_a_rule() -> None:
    assert schedules.parse("rate(5 minutes)", 1000.0).after(999.0) == 1000.0
    rule = schedules.parse_rule("rate(5 minutes)", 1000.0)
    assert rule.after(1000.0) == 1300.0
    assert rule.after(1300.0) == 1600.0
    assert rule.after(5000.0) == 5200.0


def test_an_unknown_time_zone_is_refused() -> None:
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="no such time zone"):
            schedules.parse("rate(1 day)", 0.0, name)


def test_a_time_of_day_stays_where_the_clocks_change() -> None:
    seen = due("cron(0 9 * * ? *)", "2026-10-23T12:00", 3, "Europe/Berlin")
    assert seen == ["2026-10-24T09:00", "2026-10-25T09:00", "2026-10-26T09:00"]


def test_a_time_that_the_clocks_skip_does_not_happen() -> None:
    # 2027-03-28: 02:00 becomes 03:00.
    seen = due("cron(30 2 * * ? *)", "2027-03-26T12:00", 3, "Europe/Berlin")
    assert seen == ["2027-03-27T02:30", "2027-03-29T02:30", "2027-03-30T02:30"]


def test_a_time_that_the_clocks_repeat_happens_once() -> None:
    # 2026-10-25: 03:00 becomes 02:00.
    seen = due("cron(30 2 * * ? *)", "2026-10-24T12:00", 3, "Europe/Berlin")
    assert seen == ["2026-10-25T02:30", "2026-10-26T02:30", "2026-10-27T02:30"]
    zone = ZoneInfo("Europe/Berlin")
    between = datetime(2026, 10, 25, 2, 10, tzinfo=zone, fold=1).timestamp()
    following = schedules.parse("cron(30 2 * * ? *)", 0.0, "Europe/Berlin").after(between)
    assert following == at("2026-10-26T02:30", "Europe/Berlin")


def test_a_day_of_a_rate_has_24_hours_whatever_the_clocks_do() -> None:
    seen = due("rate(1 day)", "2026-10-24T12:00", 2, "Europe/Berlin")
    assert seen == ["2026-10-25T11:00", "2026-10-26T11:00"]


def test_moments_are_written_as_aws_writes_them() -> None:
    assert schedules.stamp(0.9) == "1970-01-01T00:00:00Z"
    assert schedules.stamp_ms(1.2345) == "1970-01-01T00:00:01.234Z"


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
minutes = st.sampled_from(["0", "*/20", "5,50", "15-45/10", "59", "0/30"])
hours = st.sampled_from(["*", "0", "1-3", "2", "22-1", "*/6"])
days = st.sampled_from(
    [("*", "?"), ("?", "*"), ("?", "MON-FRI"), ("?", "SUN"), ("L", "?"), ("28-31", "?"), ("?", "1L")]
)


@settings(max_examples=60, deadline=None)
@given(minutes, hours, days, st.sampled_from(ZONES), st.integers(0, 370 * 24 * 60), st.data())
def test_a_cron_is_due_at_the_first_minute_that_shows_it(
    minute: str, hour: str, day: tuple[str, str], zone: str, offset: int, data: st.DataObject
) -> None:
    cron = Cron.parse(f"{minute} {hour} {day[0]} * {day[1]} *")
    start = at("2026-01-01T00:00") + offset * 60 + data.draw(st.integers(0, 59))
    due = schedules.Calendar(cron, ZoneInfo(zone)).after(start)
    first = (int(start) // 60 + 1) * 60
    for moment in range(first, first + 2 * 86400, 60):
        shown = datetime.fromtimestamp(moment, ZoneInfo(zone))
        if (
            shown.hour in cron.hours
            and shown.minute in cron.minutes
            and cron.has_day(shown.date())
            and not shown.fold
        ):
            assert due == moment
            return
    assert due is None or due >= first + 2 * 86400
