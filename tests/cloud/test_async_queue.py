"""The queue of accepted events, on a clock of its own: when it tries again, when it gives up, what it sends then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.cloud.engine.async_queue import AsyncQueue
from course.cloud.engine.endings import Endings
from course.cloud.engine.event import Addressee, Terms
from course.cloud.engine.outbox import Undeliverable
from course.cloud.engine.recursion import Recursion
from course.cloud.engine.trace import Traces
from course.cloud.engine.work import Work
from course.cloud.errors import ResourceNotFound, TooManyRequests
from course.cloud.model import Function, FunctionError, Invocation, Outcome
from course.cloud.observe.ledger import Ledger
from course.cloud.virtual_clock import VirtualClock

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:lost"
DAY = 86400


class Chance:
    """Numbers in a row, so that ids repeat."""

    def __init__(self) -> None:
        self._next = 0

    def getrandbits(self, bits: int) -> int:
        self._next += 1
        return self._next


class Bench:
    """A queue whose function answers as `answers` says, one after the other, and then well.

    What `scripts` holds for an event's payload goes before.
    """

    def __init__(self, terms: Terms | None = None) -> None:
        self.clock = VirtualClock()
        self.work = Work(self.clock)
        self.ledger = Ledger(self.clock)
        self.given: Terms | None = terms or Terms()
        self.answers: list[str] = []
        self.scripts: dict[bytes, list[str]] = {}
        self.runs: list[tuple[float, Invocation]] = []
        self.sent: list[tuple[str, str, Mapping[str, str | int]]] = []
        self.refusals: list[Exception] = []
        self.is_closed = self.recursive = False
        chance: Any = Chance()
        endings = Endings(self.work, self.clock, self.ledger, lambda: f"id-{chance.getrandbits(8)}")
        endings.outbox = self
        self.queue = AsyncQueue(
            self.work,
            self.clock,
            self.ledger,
            self,
            self.run,
            Recursion(self.ledger, self.may_recurse),
            Traces(self.clock, chance),
            lambda: f"request-{chance.getrandbits(8)}",
            endings,
        )
        self.begun = self.clock.now()

    def run(self, invocation: Invocation) -> Outcome:
        self.runs.append((self.clock.now(), invocation))
        answers = self.scripts.get(invocation.payload, self.answers)
        answer = answers.pop(0) if answers else "ok"
        if answer == "throttle":
            raise TooManyRequests("Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded")
        if answer == "bug":
            raise KeyError("a bug")
        if answer == "machine":
            raise OSError("no process left")
        if answer == "gone":
            self.given = None
        failed = answer in ("error", "gone")
        error = FunctionError("ValueError", f"no {len(self.runs)}") if failed else None
        payload = {"errorMessage": error.message, "errorType": error.type} if error else {"good": True}
        return Outcome(
            json.dumps(payload).encode(),
            "error" if error else "ok",
            error,
            b"",
            1,
            1,
            None,
            1,
            "e",
            "s",
            False,
        )

    def send(self, target: str, body: str, attributes: Mapping[str, str | int], **more: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.append((target, body, attributes))

    def addressee(self, function_arn: str) -> Addressee:
        self.terms(None)
        return Addressee("f", ARN, f"{ARN}:$LATEST")

    def target(self, to: Addressee) -> Function:
        return Function("f", ARN, "$LATEST", "h", "python3.13", Path(), 128, 3, "", (), "", "")

    def terms(self, to: Any) -> Terms:
        if self.given is None:
            raise ResourceNotFound(f"Function not found: {ARN}")
        return self.given

    def may_recurse(self, name: str) -> bool:
        return self.recursive

    def closed(self, name: str) -> bool:
        return self.is_closed

    def moments(self) -> list[int]:
        """When it was tried, in seconds since the beginning."""
        return [round(moment - self.begun) for moment, _ in self.runs]

    def fates(self, id: str = "") -> list[str]:
        return [entry.what.partition(".")[2] for entry in self.ledger.entries("event", id=id)]

    def last(self) -> tuple[str, float]:
        """How the last event that was given up ended, and how many seconds after the beginning."""
        dropped = self.ledger.entries("event.dropped")[-1]
        return dropped.details["condition"], dropped.at - self.begun

    def close(self) -> None:
        self.work.close()
        self.clock.close()


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*answers: str, **terms: Any) -> Bench:
        made.append(Bench(Terms(**terms)))
        made[-1].answers = list(answers)
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_throttles_are_tried_again_ever_more_slowly_until_the_event_is_too_old(bench):
    one = bench(*["throttle"] * 1000, on_failure=QUEUE, dead_letter=QUEUE)
    one.queue.accept(ARN, b"{}")
    one.clock.advance(2 * DAY)
    waits = [later - before for before, later in zip(one.moments(), one.moments()[1:], strict=False)]
    assert waits[:9] == pytest.approx([1, 2, 4, 8, 16, 32, 64, 128, 256], abs=3)
    assert waits[9:-1] == pytest.approx([300] * len(waits[9:-1]), abs=3)
    condition, moment = one.last()
    assert condition == "EventAgeExceeded"
    assert moment == pytest.approx(6 * 3600, abs=10)
    record = json.loads(one.sent[0][1])
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in record
    assert "responsePayload" not in record
    assert one.sent[1][2] == {
        "RequestID": one.runs[0][1].id,
        "ErrorCode": 429,
        "ErrorMessage": "Rate Exceeded.",
    }


def test_a_throttle_uses_up_no_retry(bench):
    one = bench("error", "throttle", "throttle", "error", "throttle", "error")
    one.queue.accept(ARN, b"{}")
    one.clock.advance(DAY)
    assert len(one.ledger.entries("event.attempt")) == 3
    assert one.moments() == pytest.approx([0, 60, 61, 63, 183, 184], abs=10)


@pytest.mark.parametrize("fault", ["bug", "machine"])
def test_what_fails_on_our_side_is_written_down_and_tried_again(bench, fault):
    one = bench(fault, fault)
    one.queue.accept(ARN, b"{}")
    one.clock.advance(DAY)
    assert one.moments() == pytest.approx([0, 1, 3], abs=5)
    assert one.fates()[-1] == "processed"
    assert "InternalFailure" in one.ledger.entries("event.failure")[0].because


def test_a_delivery_that_fails_on_our_side_is_begun_again(bench):
    one = bench(on_success=QUEUE)
    one.refusals = [KeyError("a bug"), KeyError("a bug")]
    one.queue.accept(ARN, b"{}")
    one.clock.advance(DAY)
    assert one.fates() == ["accepted", "attempt", "processed", "failure", "failure", "destination"]
    assert len(one.runs) == 1


def test_what_was_under_way_at_a_reset_is_never_seen_again(bench):
    one = bench(*["error"] * 3)
    one.queue.accept(ARN, b"{}")
    assert one.work.settle(5)
    one.work.drop()
    one.ledger.clear()
    one.clock.advance(DAY)
    assert len(one.runs) == 1
    assert one.fates() == []


def test_a_run_that_outlives_a_reset_sets_off_nothing(bench):
    one = bench("error")
    run, one.queue._run = one.queue._run, lambda invocation: (one.work.drop(), run(invocation))[1]
    one.queue.accept(ARN, b"{}")
    assert one.work.settle(5)
    assert one.clock.waiting() == 0


STEP = st.sampled_from(["ok", "error", "error", "throttle", "throttle", "bug", "machine", "gone"])
HISTORY = st.lists(
    st.tuples(st.sampled_from([0, 1, 59, 60, 61, 300, 3600]), st.lists(STEP, max_size=8)),
    min_size=1,
    max_size=6,
)
ENDS = {"processed", "dropped"}
SLOW = [HealthCheck.too_slow]  # a busy machine is no reason to fail


def live(history: list[tuple[int, list[str]]], terms: Terms, refusals: int) -> Bench:
    """Events that come at their times while the function answers as it likes."""
    one = Bench(terms)
    try:
        one.refusals = [Undeliverable("no"), KeyError("bug")][:refusals] * 3
        for number, (pause, answers) in enumerate(history):
            one.clock.advance(pause)
            payload = json.dumps(number).encode()
            one.scripts[payload] = list(answers)
            if one.given is not None:
                one.queue.accept(ARN, payload)
        one.clock.advance(2 * DAY)
        assert one.clock.waiting() == 0
    finally:
        one.close()
    return one


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(
    HISTORY,
    st.integers(0, 2),
    st.sampled_from([60.0, 600.0, 21600.0]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2),
)
def test_no_accepted_event_is_lost_and_the_ledger_accounts_for_all(
    history, retries, age, sink, queue, refusals
):
    terms = Terms(retries, age, QUEUE if sink else "", QUEUE if sink else "", QUEUE if queue else "")
    one = live(history, terms, refusals)
    for id in {entry.id for entry in one.ledger.entries("event.accepted")}:
        fates = one.fates(id)
        assert fates.count("accepted") == 1
        assert len([fate for fate in fates if fate in ENDS]) == 1
        ran = [invocation for _, invocation in one.runs if invocation.id == id]
        attempts = one.ledger.entries("event.attempt", id=id)
        assert len(attempts) <= retries + 1
        assert len(ran) == len(attempts) + fates.count("throttled") + sum(
            "target" not in entry.details for entry in one.ledger.entries("event.failure", id=id)
        )
        arrived = fates.count("destination") + fates.count("dead-lettered") + fates.count("undelivered")
        condition = one.ledger.entries("event.dropped", id=id)
        if "processed" in fates:
            assert arrived == sink
        elif condition[0].details["condition"] != "FunctionDeleted":
            assert arrived == sink + queue
            assert condition[0].at - one.ledger.entries("event.accepted", id=id)[0].at <= age + 30


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(
    HISTORY.map(lambda history: [(pause, [a for a in answers if a != "gone"]) for pause, answers in history])
)
def test_the_same_history_happens_again(history):
    def told() -> list[tuple[Any, ...]]:
        entries = live(history, Terms(on_failure=QUEUE), 0).ledger.entries("event")
        return [
            (e.what, e.id, e.because, {k: v for k, v in e.details.items() if k not in ("age_ms", "seconds")})
            for e in entries
        ]

    # Events that meet at one moment may do so in either order, and each one's own history is the same.
    assert sorted(map(repr, told())) == sorted(map(repr, told()))
