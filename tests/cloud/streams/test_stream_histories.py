"""Random histories: failures, reports, throttles, our own bugs, pauses, other settings, split and merged shards.

Whatever happens, each record has one fate in the end, and the records of a key are processed in their order.
"""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud.errors import ResourceNotFound, TooManyRequests

FATES = ("ok", "ok", "error", "throttle", "partial", "nonsense", "gone")
SETTINGS = st.fixed_dictionaries(
    {
        "BatchSize": st.sampled_from([1, 3, 10]),
        "MaximumBatchingWindowInSeconds": st.sampled_from([0, 0, 5]),
        "ParallelizationFactor": st.sampled_from([1, 3, 10]),
        "BisectBatchOnFunctionError": st.booleans(),
        "MaximumRetryAttempts": st.sampled_from([-1, 0, 2]),
        "MaximumRecordAgeInSeconds": st.sampled_from([-1, 60]),
        "FunctionResponseTypes": st.sampled_from([[], ["ReportBatchItemFailures"]]),
        "TumblingWindowInSeconds": st.sampled_from([0, 0, 30]),
    }
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5)),
        st.tuples(st.just("advance"), st.sampled_from([0.3, 2, 20, 70])),
        st.tuples(st.just("stop"), st.none()),
        st.tuples(st.just("start"), st.none()),
        st.tuples(st.just("change"), SETTINGS),
        st.tuples(st.just("split"), st.integers(0, 5)),
        st.tuples(st.just("merge"), st.integers(0, 5)),
    ),
    min_size=3,
    max_size=14,
)


class Chaos:
    """A function that does what `chance` says, and a bug of ours now and then, until `calm` is set."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.calm = False
        self._calls = 0

    def __call__(self, data, event):
        self._calls += 1
        fate = "ok" if self.calm else self._chance.choice(FATES)
        if fate == "throttle":
            raise TooManyRequests("Rate Exceeded.")
        if fate == "gone":
            raise ResourceNotFound("Function not found")
        if fate == "error":
            raise ValueError("no")
        if fate == "nonsense":
            return {"batchItemFailures": [{"itemIdentifier": ""}]}
        failed = []
        if fate == "partial" and data:
            failed = [self._chance.choice(event["Records"])["kinesis"]["sequenceNumber"]]
        return {"state": self._calls, "batchItemFailures": [{"itemIdentifier": one} for one in failed]}

    def disturb(self, deliver):
        """`deliver`, which sometimes falls over instead."""

        def disturbed(*given):
            if not self.calm and self._chance.random() < 0.05:
                raise KeyError("a bug of ours")
            return deliver(*given)

        return disturbed


def reshard(made, kind: str, which: int) -> None:
    """Split one of the open shards, or merge it with the next."""
    every = made.stream.shards
    shards = sorted((one for one in every.values() if one.is_open), key=lambda shard: shard.starting_hash)
    number = which % len(shards)
    one = shards[number]
    if kind == "split" and len(every) < 12:
        made.stream.split_shard(one.shard_id, str((one.starting_hash + one.ending_hash) // 2))
    elif kind == "merge" and one is not shards[-1]:
        made.stream.merge_shards(one.shard_id, shards[number + 1].shard_id)
    assert made.clock.settle()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), members=SETTINGS, steps=STEPS)
def test_no_record_is_lost_and_those_of_a_key_keep_their_order(bench_type, seed, members, steps):
    chaos = Chaos(seed)
    made = bench_type(chaos, 2, **members)
    made.poller.delivery.deliver = chaos.disturb(made.poller.delivery.deliver)
    try:
        sent: list[str] = []
        made.start()
        for step, argument in steps:
            if step == "put":
                for key in argument:
                    sent.append(f"{key}-{len(sent)}")
                    made.put(sent[-1], key=key)
            elif step == "advance":
                made.clock.advance(argument)
            elif step == "stop":
                made.poller.stop()
            elif step == "start":
                made.start()
            elif step == "change":
                settings_ = {**made.mapping.members, **argument}
                made.poller.change(dataclasses.replace(made.mapping, members=settings_))
            else:
                reshard(made, step, argument)
        chaos.calm = True
        made.start()
        made.clock.advance(400)
        assert Counter(made.fates("processed") + made.fates("discarded")) == Counter(sent)
        ordered(made.fates("processed"))
        first_seen(made.batches)
    finally:
        made.close()


def ordered(processed: list[str]) -> None:
    """Of each key, in the order in which they were put."""
    for key in "abcdef":
        numbers = [int(one[2:]) for one in processed if one[0] == key]
        assert numbers == sorted(numbers)


def first_seen(batches: list[list[str]]) -> None:
    """A function never sees a record of a key before the one that was put before it."""
    seen: dict[str, list[int]] = {}
    for batch in batches:
        for one in batch:
            numbers = seen.setdefault(one[0], [])
            if int(one[2:]) not in numbers:
                numbers.append(int(one[2:]))
    for numbers in seen.values():
        assert all(one < two for one, two in pairwise(numbers))
