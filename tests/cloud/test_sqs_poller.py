"""The poller of a queue on a clock of its own, over moto's queues, with a function that fails in every way.

Whatever happens, each message ends in one place: processed, in the dead-letter queue, or still in its queue; and the
messages of a FIFO group are processed in their order.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud.api.mapping import Mapping
from course.cloud.engine.work import Work
from course.cloud.errors import ResourceNotFound, TooManyRequests
from course.cloud.model import FunctionError, Outcome
from course.cloud.moto_bridge.sqs_store import MotoQueues
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.ground import Ground
from course.cloud.sources.sqs import SqsPoller
from course.cloud.virtual_clock import VirtualClock

BASE = "arn:aws:sqs:us-east-1:123456789012:"
MOST = 3
"""How often a message is received before it counts as dead."""
FATES = ["ok", "error", "throttle", "partial", "nonsense", "gone", "bug"]
_numbers = count()


class Bench:
    """A queue with its dead-letter queue, a mapping, and a function whose answers `chance` draws from `fates`."""

    def __init__(self, *, fifo: bool = False, seed: int = 0, **members: Any) -> None:
        from moto.sqs.models import sqs_backends

        self.clock = VirtualClock()
        self.work = Work(self.clock)
        self.ledger = Ledger(self.clock)
        self.chance = random.Random(seed)
        self.fates = ["ok"]
        self.processed: list[str] = []
        self.batches: list[list[str]] = []
        self.reports = "FunctionResponseTypes" in members
        self._lock = threading.Lock()
        self._groups: dict[str, str] = {}
        end = ".fifo" if fifo else ""
        self.name, dead = f"line-{next(_numbers)}{end}", f"dead-{next(_numbers)}{end}"
        self.arn = BASE + self.name
        self.backend = sqs_backends["123456789012"]["us-east-1"]
        self.queues = queues = MotoQueues(self.ledger)
        queues.settings(self.arn)  # puts in the patches
        kind = {"FifoQueue": "true"} if fifo else {}
        self.dead = self.backend.create_queue(dead, **kind)
        redrive = json.dumps({"deadLetterTargetArn": BASE + dead, "maxReceiveCount": MOST})
        self.queue = self.backend.create_queue(
            self.name, RedrivePolicy=redrive, VisibilityTimeout="30", **kind
        )
        ground = Ground(self.clock, self.work, self.ledger, self.call, self, queues)  # type: ignore[arg-type]
        ground.board = self
        settings = {"BatchSize": 10, **members}
        mapping = Mapping("uuid", "", self.arn, "f", settings, "Enabled", "", 0.0, True)
        self.poller = SqsPoller(mapping, ground)
        queues.watch(lambda arn: self.poller.notify() if arn == self.arn else None)
        self.poller.start()

    def call(self, function_arn: str, payload: bytes, *, trace: str = "") -> Outcome:
        records = json.loads(payload)["Records"]
        ids = [record["messageId"] for record in records]
        with self._lock:
            self.batches.append([record["body"] for record in records])
            fate = self.chance.choice(self.fates)
            broken = self.chance.randrange(len(ids))
            if not self.reports and fate in ("partial", "nonsense"):
                fate = "ok"  # nobody reads the answer
            failed = set(ids[broken:]) if fate == "partial" else set()
            if fate == "throttle":
                raise TooManyRequests("Rate Exceeded.")
            if fate == "gone":
                raise ResourceNotFound("Function not found")
            if fate == "bug":
                raise KeyError("a bug of ours")
            if fate in ("ok", "partial"):
                self.processed += [one for one in ids if one not in failed]
        items = [{"itemIdentifier": one} for one in ids if one in failed]
        answer = {"batchItemFailures": [{"itemIdentifier": ""}] if fate == "nonsense" else items}
        error = FunctionError("ValueError", "no") if fate == "error" else None
        return Outcome(json.dumps(answer).encode(), "ok", error, b"", 1, 1, None, 1, "e", "s", False)

    def notify(self, source_arn: str, besides: object = None) -> None:
        """As the board of all mappings: there is no other."""

    def send(self, body: str, group: str = "", delay: int = 0) -> str:
        identity = {"group_id": group, "deduplication_id": f"{next(_numbers)}"} if group else {}
        sent = self.backend.send_message(self.name, body, delay_seconds=delay or None, **identity)
        self._groups[sent.id] = group
        return str(sent.id)

    def outsider(self, delete: bool) -> list[str]:
        """Another consumer receives, and deletes or lets go."""
        found = self.backend.receive_message(self.name, 2, 0, 30)
        for one in found if delete else ():
            self.backend.delete_message(self.name, one.receipt_handle)
        return [one.id for one in found] if delete else []

    def in_order(self) -> bool:
        """Whether the messages of every group were processed as they were sent."""
        sent = {id: number for number, id in enumerate(self._groups)}
        for group in set(self._groups.values()):
            own = [sent[id] for id in self.processed if self._groups[id] == group]
            if own != sorted(own):
                return False
        return True

    def close(self) -> None:
        self.queues.close()
        self.poller.stop()
        self.work.close()
        self.clock.close()


@pytest.fixture
def bench() -> Iterator[Any]:
    """Makes benches, and clears them away."""
    made: list[Bench] = []

    def make(**arguments: Any) -> Bench:
        made.append(Bench(**arguments))
        return made[-1]

    yield make
    for one in made:
        one.close()


STEP = st.one_of(
    st.tuples(st.just("send"), st.integers(1, 12), st.sampled_from("abc")),
    st.tuples(st.just("advance"), st.sampled_from([0.0, 1.0, 14.0, 29.0, 31.0, 200.0])),
    st.tuples(st.just("fates"), st.lists(st.sampled_from(FATES), min_size=1, max_size=4)),
    st.tuples(st.just("pause"), st.sampled_from([1.0, 40.0])),
    st.tuples(st.just("outsider"), st.booleans()),
)
KINDS = st.sampled_from(
    [
        {},
        {"BatchSize": 1},
        {"FunctionResponseTypes": ["ReportBatchItemFailures"]},
        {"BatchSize": 15, "MaximumBatchingWindowInSeconds": 20},
        {"BatchSize": 4, "ScalingConfig": {"MaximumConcurrency": 2}},
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=14), KINDS, st.booleans(), st.integers(0, 999))
def test_no_history_loses_a_message(steps, members, fifo, seed):
    if fifo:
        members = {name: value for name, value in members.items() if "Window" not in name}
        members["BatchSize"] = min(members.get("BatchSize", 10), 10)
    bench = Bench(fifo=fifo, seed=seed, **members)
    try:
        sent: list[str] = []
        taken: list[str] = []
        for step in steps:
            if step[0] == "send":
                sent += [
                    bench.send(f"{n}", step[2] if fifo else "", 0 if fifo else n % 3) for n in range(step[1])
                ]
            elif step[0] == "advance":
                bench.clock.advance(step[1])
            elif step[0] == "fates":
                bench.fates = step[1]
            elif step[0] == "outsider":
                taken += bench.outsider(step[1])
            else:
                bench.poller.stop()
                bench.clock.advance(step[1])
                bench.poller.start()
        bench.clock.advance(0)
        in_queue = [one.id for one in bench.queue._messages]
        dead = [one.id for one in bench.dead._messages]
        everywhere = Counter([*bench.processed, *taken, *in_queue, *dead])
        assert everywhere == Counter(sent)
        gone = {entry.id for entry in bench.ledger.entries("message.deleted")}
        assert gone == set(bench.processed)
        assert {entry.id for entry in bench.ledger.entries("message.dead-lettered")} == set(dead)
        assert not fifo or bench.in_order()

        bench.fates = ["ok"]
        bench.clock.advance(500)
        assert [one.id for one in bench.queue._messages] == []
        dead = [one.id for one in bench.dead._messages]
        assert Counter([*bench.processed, *taken, *dead]) == Counter(sent)
        assert not fifo or bench.in_order()
        assert bench.clock.waiting() == 0  # nothing is left to be looked at
    finally:
        bench.close()


def test_a_bug_of_ours_costs_a_second_and_no_message(bench):
    here = bench()
    here.fates = ["bug"]
    id = here.send("x")
    assert here.clock.settle()
    (entry,) = here.ledger.entries("InternalFailure")
    assert "a bug of ours" in entry.because
    here.fates = ["ok"]
    here.clock.advance(31)
    assert here.processed == [id]


def test_throttles_are_waited_for_longer_and_longer(bench):
    here = bench()
    here.fates = ["throttle"]
    here.send("x")
    here.clock.advance(29)
    begun = here.ledger.entries("mapping.polled")[0].at
    tries = [round(entry.at - begun) for entry in here.ledger.entries("mapping.batch")]
    assert tries == [0, 1, 3, 7, 15]


def test_nothing_is_fetched_while_the_mapping_is_stopped(bench):
    here = bench()
    here.poller.stop()
    here.send("x")
    here.clock.advance(100)
    assert here.batches == []
    here.poller.start()
    assert here.clock.settle()
    assert here.batches == [["x"]]


def test_failures_slow_a_poller_down_and_reported_ones_do_not(bench):
    def batches_at_once(**members: Any) -> int:
        here = bench(BatchSize=1, ScalingConfig={"MaximumConcurrency": 8}, **members)
        here.fates = ["error"]
        for _ in range(20):
            here.send("x")
            assert here.clock.settle()
        return int(here.poller._scaling.limit(here.clock.monotonic()))

    assert batches_at_once() == 2
    assert batches_at_once(FunctionResponseTypes=["ReportBatchItemFailures"]) == 5


def test_a_message_older_than_the_queue_keeps_them_expires(bench):
    here = bench()
    here.queue.message_retention_period = 60
    here.fates = ["gone"]
    here.poller.stop()
    id = here.send("x")
    here.clock.advance(61)
    here.poller.start()
    assert here.clock.settle()
    assert here.batches == []
    (entry,) = here.ledger.entries("message.expired", here.arn)
    assert entry.id == id


def test_a_queue_that_is_deleted_under_its_mapping_ends_nothing_else(bench):
    here = bench()
    here.send("x", delay=10)
    here.backend.delete_queue(here.name)
    here.clock.advance(20)
    assert here.batches == []
    assert here.ledger.entries("InternalFailure") == []


def test_a_message_stays_when_its_dead_letter_queue_is_gone(bench):
    here = bench()
    here.fates = ["error"]
    id = here.send("x")
    here.clock.advance(0)
    here.backend.delete_queue(here.dead.name)
    here.clock.advance(200)
    assert [one.id for one in here.queue._messages] == [id]
    here.fates = ["ok"]
    here.clock.advance(31)
    assert here.processed == [id]


def test_a_queue_without_a_visibility_timeout_gives_a_failing_function_a_second(bench):
    here = bench()
    here.queue.visibility_timeout = 0
    here.fates = ["error"]
    here.send("x")
    here.clock.advance(10)
    assert len(here.batches) == MOST
    assert len(here.dead._messages) == 1
