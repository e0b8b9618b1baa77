"""Tumbling windows: the state is handed on, the last call comes when the window is over, and is repeated."""

from __future__ import annotations

import pytest

from course.cloud.sources.tumbling import LARGEST_STATE, returned_state, window


def counting(data, event):
    return {"state": {"n": event["state"].get("n", 0) + len(data)}}


def shown(made):
    """Of each event: the data, the state that came, whether it was the last."""
    events = zip(made.batches, made.events, strict=True)
    return [(data, event["state"], event["isFinalInvokeForWindow"]) for data, event in events]


@pytest.fixture
def begun(bench):
    """A bench at the beginning of a window of a minute."""

    def make(answer=counting, **settings):
        made = bench(answer, TumblingWindowInSeconds=60, **settings)
        made.clock.advance(60 - made.clock.now() % 60)
        return made

    return make


def test_the_state_is_handed_on_until_the_window_is_over(begun):
    made = begun()
    made.put("a", "b")
    made.clock.advance(30)
    made.put("c")
    assert shown(made) == [(["a", "b"], {}, False), (["c"], {"n": 2}, False)]
    made.clock.advance(31)
    assert shown(made)[2:] == [([], {"n": 3}, True)]
    ages = ["iterator_age_ms" in entry.details for entry in made.ledger.entries("mapping.batch")]
    assert ages == [True, True, False]  # the last call has no records, and so no age
    made.put("d")
    assert shown(made)[3:] == [(["d"], {}, False)]


def test_an_event_of_a_window_says_which_one_it_is(begun):
    made = begun()
    made.put("a")
    (event,) = made.events
    assert event["shardId"] == "shardId-000000000000"
    assert event["eventSourceARN"] == made.arn
    assert event["isWindowTerminatedEarly"] is False
    start, end = event["window"]["start"], event["window"]["end"]
    assert start.endswith(":00Z")
    assert end.endswith(":00Z")
    assert start < end


def test_records_of_two_windows_are_not_in_one_batch(begun):
    made = begun(MaximumBatchingWindowInSeconds=300)
    made.poller.stop()
    made.put("a", "b")
    made.clock.advance(60)
    made.put("c")
    made.start()
    made.clock.advance(60)
    assert shown(made) == [
        (["a", "b"], {}, False),
        ([], {"n": 2}, True),
        (["c"], {}, False),
        ([], {"n": 1}, True),
    ]


def test_a_window_without_records_is_none(begun):
    made = begun()
    made.clock.advance(600)
    assert made.events == []


def test_a_response_without_state_is_a_failure(begun):
    made = begun(lambda data, event: {}, MaximumRetryAttempts=1)
    made.put("a")
    made.clock.advance(10)
    assert made.batches == [["a"]] * 2
    assert made.fates("discarded") == ["a"]


def test_a_failed_batch_keeps_the_state_as_it_was(begun):
    def answer(data, event):
        if len(made.calls) == 2:
            raise ValueError
        return counting(data, event)

    made = begun(answer)
    made.put("a")
    made.put("b")
    made.clock.advance(10)
    assert shown(made) == [(["a"], {}, False), (["b"], {"n": 1}, False), (["b"], {"n": 1}, False)]


def test_the_last_call_is_repeated_until_it_succeeds_and_holds_up_the_rest(begun):
    def answer(data, event):
        if event["isFinalInvokeForWindow"] and len(made.calls) < 5:
            raise ValueError
        return counting(data, event)

    made = begun(answer, MaximumRetryAttempts=0)
    made.put("a")
    made.clock.advance(61)
    made.put("b")
    assert made.fates("processed") == ["a"]
    made.clock.advance(50)
    finals = [event for event in made.events if event["isFinalInvokeForWindow"]]
    assert [event["state"] for event in finals] == [{"n": 1}] * 4
    assert made.fates("processed") == ["a", "b"]


def test_a_state_that_grows_too_large_ends_the_window_early(begun):
    def answer(data, event):
        return {"state": {"big": "x" * LARGEST_STATE} if data == ["big"] else {"small": data}}

    made = begun(answer)
    made.put("big")
    made.put("a")
    flags = [(event["isFinalInvokeForWindow"], event["isWindowTerminatedEarly"]) for event in made.events]
    assert flags == [(False, False), (True, True), (False, False)]
    assert made.events[2]["state"] == {}
    assert made.events[2]["window"] == made.events[0]["window"]
    made.clock.advance(61)
    assert shown(made)[3:] == [([], {"small": ["a"]}, True)]


def test_reported_failures_and_windows_go_together(begun):
    def answer(data, event):
        numbers = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
        failed = [{"itemIdentifier": numbers[1]}] if len(made.calls) == 1 else []
        return {**counting(data[:1] if failed else data, event), "batchItemFailures": failed}

    made = begun(answer, FunctionResponseTypes=["ReportBatchItemFailures"])
    made.put("a", "b", "c")
    made.clock.advance(61)
    assert shown(made) == [(["a", "b", "c"], {}, False), (["b", "c"], {"n": 1}, False), ([], {"n": 3}, True)]


def test_a_stopped_poller_goes_on_with_its_window(begun):
    made = begun()
    made.put("a")
    made.poller.stop()
    made.clock.advance(100)
    assert len(made.events) == 1
    made.start()
    assert shown(made)[1:] == [([], {"n": 1}, True)]


@pytest.mark.parametrize(
    ("moment", "length", "start"), [(0, 60, 0), (59.9, 60, 0), (60, 60, 60), (1607497475.0, 120, 1607497440)]
)
def test_windows_begin_at_multiples_of_their_length(moment, length, start):
    found = window(moment, length)
    assert (found.start, found.end) == (start, start + length)


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        (b'{"state": {}}', ({},)),
        (b'{"state": 0}', (0,)),
        (b"{}", None),
        (b"null", None),
        (b"x", None),
        (b"", None),
    ],
)
def test_a_state_is_found_in_a_response(payload, state):
    assert returned_state(payload) == state
