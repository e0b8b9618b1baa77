"""What a function's answer says about its batch, and how many batches a queue may have under way.

The table is AWS's: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (2026-11).
"""

from __future__ import annotations

import json

import pytest

from course.cloud import quotas
from course.cloud.sources.responses import failures
from course.cloud.sources.scaling import HERE, Scaling
from course.cloud.sources.sqs_records import chunks

KNOWN = {"one", "two", "three"}


@pytest.mark.parametrize(
    "response",
    ["", "null", "{}", '{"batchItemFailures": []}', '{"batchItemFailures": null}', '{"other": 1}'],
)
def test_a_batch_without_named_failures_went_well(response):
    assert failures(response.encode(), KNOWN) == set()


@pytest.mark.parametrize(
    "items",
    [
        [{"itemIdentifier": ""}],
        [{"itemIdentifier": None}],
        [{"itemIdentifier": "nobody"}],
        [{"itemIdentifier": 1}],
        [{"identifier": "one"}],
        [{}],
        ["one"],
        [{"itemIdentifier": "one"}, {"itemIdentifier": "nobody"}],
        "one",
        {"itemIdentifier": "one"},
    ],
)
def test_a_report_with_a_mistake_fails_the_whole_batch(items):
    assert failures(json.dumps({"batchItemFailures": items}).encode(), KNOWN) is None


@pytest.mark.parametrize("response", [b"no JSON", b'"done"', b"[]", b"\xff", b"1"])
def test_a_response_that_is_no_report_fails_the_whole_batch(response):
    assert failures(response, KNOWN) is None


def test_named_failures_are_the_ones_that_failed():
    items = [{"itemIdentifier": "two"}, {"itemIdentifier": "two"}, {"itemIdentifier": "one", "more": 1}]
    assert failures(json.dumps({"batchItemFailures": items}).encode(), KNOWN) == {"one", "two"}


def test_a_standard_queue_gains_five_batches_a_second_up_to_what_a_machine_runs():
    scaling = Scaling(fifo=False, maximum=None)
    assert [scaling.limit(100 + second) for second in (0, 0.9, 1, 2, 5)] == [5, 5, 10, 15, 30]
    assert scaling.next_growth(105.25) == pytest.approx(0.75)
    assert scaling.limit(1000) == HERE
    assert scaling.next_growth(1000) is None
    scaling.idle()
    assert scaling.limit(1001) == 5


def test_the_maximum_concurrency_holds_from_the_start():
    scaling = Scaling(fifo=False, maximum=3)
    assert [scaling.limit(second) for second in (0, 10)] == [3, 3]
    assert scaling.next_growth(10) is None


def test_a_fifo_queue_is_held_back_by_its_groups_alone():
    scaling = Scaling(fifo=True, maximum=None)
    assert scaling.limit(0) == HERE
    assert scaling.next_growth(0) is None


def test_failures_cost_a_batch_each_and_successes_give_them_back():
    scaling = Scaling(fifo=False, maximum=None)
    assert scaling.limit(0) == 5
    scaling.failed()
    assert scaling.limit(0) == 4
    for _ in range(10):
        scaling.failed()
    assert scaling.limit(0) == 2
    for _ in range(11):
        scaling.succeeded()
    assert scaling.limit(0) == 5


def test_a_batch_is_cut_so_that_each_part_fits_an_invocation():
    half = quotas.SYNC_PAYLOAD // 2
    assert chunks([]) == []
    assert chunks([10, 10, 10]) == [3]
    assert chunks([half - 10, half - 10, 10]) == [2, 1]
    assert chunks([half, half, half]) == [1, 1, 1]
    assert chunks([quotas.SYNC_PAYLOAD + 1, 1]) == [1, 1]
