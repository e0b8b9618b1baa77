"""How records of a stream come to be batches: size, window, filters, positions, lanes, and nothing twice."""

from __future__ import annotations

import dataclasses
import json
import threading

import pytest

from course.cloud import quotas
from course.cloud.errors import TooManyRequests


def test_a_record_reaches_the_function_at_once(bench):
    made = bench()
    made.put("a")
    assert made.calls == [(0.0, ["a"])]
    assert made.fates("processed") == ["a"]


def test_records_of_one_request_are_one_batch_up_to_its_size(bench):
    made = bench(BatchSize=3)
    made.put(*"abcdefgh")
    assert made.batches == [["a", "b", "c"], ["d", "e", "f"], ["g", "h"]]


def test_a_window_waits_for_more_until_it_is_over(bench):
    made = bench(MaximumBatchingWindowInSeconds=5)
    made.put("a")
    made.clock.advance(4)
    made.put("b")
    assert made.batches == []
    made.clock.advance(1)
    assert made.batches == [["a", "b"]]
    assert 5.0 <= made.calls[0][0] < 5.5
    made.put("c")
    made.clock.advance(4.9)
    assert len(made.batches) == 1
    made.clock.advance(0.2)
    assert made.batches[1:] == [["c"]]


def test_a_full_batch_does_not_wait_for_the_end_of_its_window(bench):
    made = bench(BatchSize=2, MaximumBatchingWindowInSeconds=300)
    made.put("a")
    made.put("b")
    assert made.batches == [["a", "b"]]


def test_a_batch_is_never_larger_than_an_event_may_be(bench):
    made = bench(MaximumBatchingWindowInSeconds=300)
    made.put(*[letter * 900_000 for letter in "abcdef"])
    (first,) = made.batches  # six megabytes are there: the window is not waited for
    assert "".join(one[0] for one in first) == "abcde"
    made.clock.advance(300)
    assert [[one[0] for one in batch] for batch in made.batches[1:]] == [["f"]]
    assert all(len(json.dumps(event)) < quotas.SYNC_PAYLOAD for event in made.events)


def test_records_that_no_filter_wants_are_passed_over(bench):
    pattern = json.dumps({"data": {"kind": ["a"]}})
    made = bench(BatchSize=2, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    wanted = json.dumps({"kind": "a"})
    made.put(wanted, json.dumps({"kind": "b"}), "text", wanted, wanted)
    assert made.batches == [[wanted, wanted], [wanted]]
    assert made.fates("filtered") == [json.dumps({"kind": "b"}), "text"]


@pytest.mark.parametrize(
    "pattern",
    [{"partitionKey": ["k"]}, {"kinesis": {"partitionKey": [{"prefix": "k"}]}}, {"data": ["text"]}],
)
def test_filters_see_text_and_what_kinesis_adds(pattern, bench):
    made = bench(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    made.put("text")
    made.put('{"a": 1}', key="other")
    assert made.batches == [["text"]]


@pytest.mark.parametrize(("position", "seen"), [("TRIM_HORIZON", ["a", "b", "c"]), ("LATEST", ["c"])])
def test_reading_begins_at_the_starting_position(position, seen, bench):
    made = bench(StartingPosition=position)
    made.poller.stop()
    made.put("a", "b")
    again = type(made.poller)(made.mapping, made.poller.ground, made.poller.kind)
    made.poller = again
    made.start()
    made.put("c")
    assert [one for batch in made.batches for one in batch] == seen


def test_reading_begins_at_a_moment(bench):
    made = bench(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=0)
    made.poller.stop()
    made.put("a")
    made.clock.advance(10)
    moment = made.clock.now()
    made.put("b")
    members = {**made.mapping.members, "StartingPositionTimestamp": moment}
    mapping = dataclasses.replace(made.mapping, members=members)
    made.poller = type(made.poller)(mapping, made.poller.ground, made.poller.kind)
    made.start()
    assert made.batches == [["b"]]


def test_a_stopped_poller_keeps_its_place(bench):
    made = bench()
    made.put("a")
    made.poller.stop()
    made.put("b")
    made.clock.advance(3600)
    assert made.batches == [["a"]]
    made.start()
    assert made.batches == [["a"], ["b"]]


def test_a_stopped_poller_goes_on_with_a_retry_when_it_is_started(bench):
    def answer(data, event):
        if len(made.calls) < 3:
            raise ValueError

    made = bench(answer)
    made.put("a")
    made.poller.stop()
    made.clock.advance(600)
    assert len(made.calls) == 1
    made.start()
    made.clock.advance(600)
    assert len(made.calls) == 3
    assert made.fates("processed") == ["a"]


def test_new_settings_are_those_of_the_next_batch(bench):
    made = bench(MaximumBatchingWindowInSeconds=300)
    made.put("a", "b", "c")
    members = {**made.mapping.members, "MaximumBatchingWindowInSeconds": 0, "BatchSize": 2}
    made.poller.change(dataclasses.replace(made.mapping, members=members))
    assert made.clock.settle()
    made.put("d", "e", "f")
    assert made.batches == [["a", "b", "c"], ["d", "e"], ["f"]]


def test_lanes_run_at_once_and_each_key_has_one(bench):
    def answer(data, event):
        if data[0].startswith("stuck"):
            raise ValueError

    made = bench(answer, ParallelizationFactor=10)
    for key in "abcdefghij":
        made.put(f"stuck-{key}" if key == "c" else key, key=key)
        made.put(f"{key}-later", key=key)
    processed = made.fates("processed")
    assert "c-later" not in processed
    assert len(processed) > 10  # the lanes of other keys are not held up
    assert all(
        processed.index(key) < processed.index(f"{key}-later") for key in "abdefghij" if key in processed
    )


def test_the_number_of_lanes_changes_without_overtaking(bench):
    def answer(data, event):
        if "stuck" in data and len(made.calls) < 4:
            raise ValueError

    made = bench(answer, ParallelizationFactor=1, BatchSize=1)
    made.put("stuck", "a1", "a2", key="a")
    made.put("b1", key="b")
    members = {**made.mapping.members, "ParallelizationFactor": 10}
    made.poller.change(dataclasses.replace(made.mapping, members=members))
    assert made.clock.settle()
    made.clock.advance(10)
    made.put("a3", key="a")
    processed = made.fates("processed")
    assert sorted(processed) == ["a1", "a2", "a3", "b1", "stuck"]
    assert [one for one in processed if one != "b1"] == ["stuck", "a1", "a2", "a3"]


def test_lanes_that_run_are_waited_for_before_their_number_changes(bench):
    begun, go_on = threading.Event(), threading.Event()

    def answer(data, event):
        begun.set()
        assert go_on.wait(10)

    made = bench(answer, BatchSize=2)
    made.put_all([(f"{key}{number}", key) for number in range(3) for key in "ab"])
    assert begun.wait(10)
    members = {**made.mapping.members, "ParallelizationFactor": 10}
    made.poller.change(dataclasses.replace(made.mapping, members=members))
    assert len(made.calls) == 1
    go_on.set()
    assert made.clock.settle()
    processed = made.fates("processed")
    assert sorted(processed) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert [one for one in processed if one[0] == "a"] == ["a0", "a1", "a2"]
    assert ["a1", "a2"] in made.batches  # there is a lane for each key now


def test_a_throttled_batch_is_tried_again_without_end_and_without_counting(bench):
    def answer(data, event):
        if len(made.calls) <= 6:
            raise TooManyRequests("Rate Exceeded.")

    made = bench(answer, MaximumRetryAttempts=0)
    made.put("a")
    made.clock.advance(120)
    assert [at for at, _ in made.calls] == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert made.fates("processed") == ["a"]


def test_the_age_of_the_last_record_is_that_of_the_iterator(bench):
    made = bench(MaximumBatchingWindowInSeconds=30)
    made.put("a")
    made.clock.advance(20)
    made.put("b")
    made.clock.advance(10)
    (entry,) = made.ledger.entries("mapping.batch")
    assert 9_900 <= entry.details["iterator_age_ms"] < 10_500


def test_our_own_mistakes_lose_nothing(bench, monkeypatch):
    made = bench()
    whole = made.poller.delivery.deliver
    broken = [1, 2]

    def deliver(*given):
        if broken:
            broken.pop()
            raise KeyError("a bug of ours")
        return whole(*given)

    monkeypatch.setattr(made.poller.delivery, "deliver", deliver)
    made.put("a")
    made.put("b")
    made.clock.advance(5)
    assert made.fates("processed") == ["a", "b"]
    assert len(made.ledger.entries("InternalFailure")) == 2


def test_a_store_that_fails_is_asked_again_and_whoever_puts_a_record_does_not_notice(bench, monkeypatch):
    made = bench()
    whole = made.store.read
    broken = [1, 2]

    def read(*given):
        if broken:
            broken.pop()
            raise KeyError("a bug of ours")
        return whole(*given)

    monkeypatch.setattr(made.store, "read", read)
    made.put("a")
    assert made.batches == []
    made.clock.advance(3)
    assert made.batches == [["a"]]
    assert len(made.ledger.entries("InternalFailure")) == 2
