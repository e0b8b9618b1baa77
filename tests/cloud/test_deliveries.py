"""What services push is never lost: it arrives, is tried again within its terms, or is given up with a word."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud.engine.outbox import Undeliverable
from course.cloud.engine.work import Work
from course.cloud.errors import AwsError, ResourceNotFound, ServiceError, TooManyRequests
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.delivery import Deliveries, Delivery, Failure, Terms
from course.cloud.virtual_clock import VirtualClock

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
SOURCE = "arn:aws:events:us-east-1:123456789012:rule/r"


class Bench:
    """Deliveries on a clock of their own, with a function and a queue whose answers are given."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.work = Work(self.clock)
        self.ledger = Ledger(self.clock)
        self.answers: list[Exception | None] = []
        self.arrived: list[tuple[float, str]] = []
        self.failures: list[Failure] = []
        self.deliveries = Deliveries(
            self.clock,
            self.work,
            self.ledger,
            random.Random(1),
            self._accept,
            self,  # type: ignore[arg-type]
        )

    def _accept(self, arn: str, payload: bytes, **more: object) -> str:
        self._answer(payload.decode())
        return "request"

    def send(self, target: str, body: str, attributes: Mapping[str, str | int], **more: object) -> None:
        self._answer(body)

    def _answer(self, body: str) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.arrived.append((self.clock.now(), body))

    def deliver(self, target: str = FUNCTION, terms: Terms | None = None, id: str = "1") -> None:
        self.deliveries.send(
            Delivery(
                id,
                target,
                "{}",
                "events.amazonaws.com",
                SOURCE,
                terms or Terms(),
                dead_letter=lambda delivery, failure: self.failures.append(failure),
            )
        )

    def fates(self, id: str = "1") -> list[str]:
        return [entry.what.partition(".")[2] for entry in self.ledger.entries("delivery", id=id)]

    def close(self) -> None:
        self.work.close()
        self.clock.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


@pytest.mark.parametrize("target", [FUNCTION, QUEUE])
def test_a_delivery_has_arrived_when_send_returns(bench: Bench, target: str) -> None:
    bench.deliver(target)
    assert len(bench.arrived) == 1
    assert bench.fates() == ["sent"]


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (ResourceNotFound("gone"), "missing", "ResourceNotFoundException"),
        (Undeliverable("gone"), "missing", ""),
    ],
)
def test_what_is_refused_for_good_is_not_tried_again(
    bench: Bench, error: Exception, kind: str, code: str
) -> None:
    bench.answers = [error]
    bench.deliver()
    assert bench.failures == [Failure(kind, code, "gone", 0, "")]
    assert bench.fates() == ["failed"]
    bench.clock.advance(86400)
    assert bench.arrived == []


@pytest.mark.parametrize("error", [TooManyRequests("slow down"), ServiceError("oops"), KeyError("a bug")])
def test_what_failed_for_now_is_tried_again(bench: Bench, error: Exception) -> None:
    start = bench.clock.now()
    bench.answers = [error, error, error]
    bench.deliver()
    bench.clock.advance(60)
    ((moment, _),) = bench.arrived
    assert 3.5 <= moment - start <= 7.1  # 1 + 2 + 4 seconds, each shortened by up to a half
    assert bench.fates()[-1] == "sent"
    assert bench.failures == []


def test_retries_end_with_their_number(bench: Bench) -> None:
    bench.answers = [TooManyRequests("slow down") for _ in range(3)]
    bench.deliver(terms=Terms(retries=2))
    bench.clock.advance(86400)
    assert [(failure.kind, failure.retries, failure.exhausted) for failure in bench.failures] == [
        ("throttled", 2, "MaximumRetryAttempts")
    ]


def test_retries_end_with_the_age_of_the_event(bench: Bench) -> None:
    bench.answers = [TooManyRequests("slow down") for _ in range(500)]
    start = bench.clock.now()
    bench.deliver(terms=Terms(age=60))
    bench.clock.advance(86400)
    assert [failure.exhausted for failure in bench.failures] == ["MaximumEventAgeInSeconds"]
    (failed,) = bench.ledger.entries("delivery.failed")
    assert failed.at - start <= 60


def test_a_dead_letter_queue_that_is_gone_is_written_down(bench: Bench) -> None:
    bench.answers = [Undeliverable("no such queue")]
    bench.deliveries.queue(QUEUE, Delivery("1", FUNCTION, "{}", "p", SOURCE), {})
    (entry,) = bench.ledger.entries("delivery.undeliverable")
    assert entry.because == "no such queue"


outcomes = st.sampled_from(
    [None, None, TooManyRequests("t"), ServiceError("s"), KeyError("k"), ResourceNotFound("n")]
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(outcomes, max_size=6), st.integers(0, 4), st.floats(0, 90)), min_size=1, max_size=5
    )
)
def test_no_delivery_is_lost_whatever_happens(plan: list[tuple[list[AwsError | None], int, float]]) -> None:
    bench = Bench()
    try:
        for number, (answers, retries, pause) in enumerate(plan):
            bench.answers = list(answers)
            bench.deliver(terms=Terms(retries=retries, age=300), id=str(number))
            bench.clock.advance(pause)
        bench.clock.advance(86400)
        for number in range(len(plan)):
            fates = bench.fates(str(number))
            assert fates[-1] in ("sent", "failed")
            assert sum(fate in ("sent", "failed") for fate in fates) == 1
        assert len(bench.arrived) + len(bench.failures) == len(plan)
        assert bench.clock.waiting() == 0
    finally:
        bench.close()
