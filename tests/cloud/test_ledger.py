"""The ledger by itself: what it keeps, in which order, what it finds and how fast."""

from __future__ import annotations

import threading
import time

import pytest

from course.cloud.observe.ledger import Entry, Ledger, Record


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = 100.0

    def now(self) -> float:
        return self.moment

    monotonic = now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def ledger(clock: Hand) -> Ledger:
    return Ledger(clock, calls=3)


def record(function: str, start: float, request: str | None = None, phase: str = "INVOKE") -> Record:
    return Record(
        phase,
        function,
        "$LATEST",
        "E1",
        request,
        "RequestResponse",
        start,
        start + 1,
        False,
        "ok",
        None,
        "s",
        128,
        5,
    )


def words(entries: list[Entry]) -> list[str]:
    return [entry.what for entry in entries]


def test_entries_come_in_the_order_of_their_writing_calls_among_them(ledger):
    ledger.note("event.accepted", "f", "1")
    ledger.call("sqs", "r", "", {})
    ledger.note("event.attempt", "f", "1")
    assert words(ledger.entries()) == ["event.accepted", "call.answered", "event.attempt"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "abcde"),
        ({"what": "event"}, "abd"),
        ({"what": "event.accepted"}, "ad"),
        ({"what": "even"}, ""),
        ({"what": "call"}, "e"),
        ({"what": "call.answered"}, "e"),
        ({"subject": "g"}, "cd"),
        ({"id": "1"}, "abe"),
        ({"id": "1", "what": "event"}, "ab"),
        ({"id": "1", "subject": "g"}, ""),
        ({"id": "none"}, ""),
        ({"since": 102.0}, "cde"),
        ({"until": 102.0}, "ab"),
        ({"since": 101.0, "until": 103.0}, "bc"),
        ({"limit": 2}, "de"),
        ({"limit": 0}, ""),
        ({"limit": 9}, "abcde"),
        ({"what": "event", "limit": 2}, "bd"),
    ],
)
def test_a_filter_finds_what_it_names_and_nothing_else(ledger, clock, asked, found):
    ledger.note("event.accepted", "f", "1", mark="a")
    clock.moment += 1
    ledger.note("event.attempt", "f", "1", mark="b")
    clock.moment += 1
    ledger.note("message.deleted", "g", "2", mark="c")
    clock.moment += 1
    ledger.note("event.accepted", "g", "2", mark="d")
    clock.moment += 1
    ledger.call("sqs", "1", "", {"mark": "e"})
    assert "".join(entry.details["mark"] for entry in ledger.entries(**asked)) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["i", "r1", "r2", "r3"]),
        ({"function": "f"}, ["i", "r1", "r3"]),
        ({"request_id": "r1"}, ["r1"]),
        ({"request_id": "r1", "function": "g"}, []),
        ({"phase": "INIT"}, ["i"]),
        ({"phase": "INVOKE", "limit": 1}, ["r3"]),
        ({"since": 2.0, "until": 3.0}, ["r2"]),
    ],
)
def test_records_are_found_by_function_request_phase_and_start(ledger, asked, found):
    for one in (
        record("f", 3, "r3"),
        record("f", 1, "r1"),
        record("g", 2, "r2"),
        record("f", 1, None, "INIT"),
    ):
        ledger.add(one)
    assert [one.request_id or "i" for one in ledger.records(**asked)] == found


def test_of_the_calls_the_last_are_kept_and_of_all_else_everything(ledger):
    for number in range(5):
        ledger.note("event.accepted", "f", str(number))
        ledger.call("sqs", f"r{number}", "", {})
    assert [entry.id for entry in ledger.entries("call")] == ["r2", "r3", "r4"]
    assert ledger.forgotten == 2
    assert len(ledger.entries("event")) == 5
    ledger.clear()
    assert (ledger.entries(), ledger.records(), ledger.forgotten) == ([], [], 0)


def test_what_is_written_by_many_threads_is_all_there_in_the_order_of_time(ledger):
    def write(name: int) -> None:
        for number in range(200):
            ledger.note("event.accepted", str(name), str(number))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger.entries()) == 1600
    assert [entry.id for entry in ledger.entries(subject="3")] == [str(number) for number in range(200)]
    assert len(ledger.entries(id="7")) == 8


def test_an_entry_as_json_says_all_that_it_holds(ledger):
    ledger.note("event.retried", "f", "1", "the function failed", seconds=60)
    (entry,) = ledger.entries()
    assert entry.as_dict() == {
        "at": 100.0,
        "what": "event.retried",
        "subject": "f",
        "id": "1",
        "because": "the function failed",
        "details": {"seconds": 60},
    }
    with pytest.raises(AttributeError):
        entry.what = "event.lost"


def test_one_event_is_found_at_once_in_a_long_history(clock):
    ledger = Ledger(clock)
    for number in range(200_000):
        ledger.note("event.accepted", "f", f"e{number // 4}", size=number)
    for number in range(20_000):
        ledger.call("sqs", f"r{number}", "", {})
    begun = time.process_time()
    assert len(ledger.entries(id="e777")) == 4
    assert ledger.entries("call", id="r19999")
    assert ledger.entries("message", id="e777") == []
    assert time.process_time() - begun < 0.05
