"""A handler that waits for a function that sleeps: time is skipped for both, or no test here would end in its time."""

from __future__ import annotations

import json

import pytest

from course.cloud import Cloud

NESTED = """
import json
import time
from concurrent.futures import ThreadPoolExecutor

import boto3

client = boto3.client("lambda")


def call(event):
    answer = client.invoke(FunctionName=event["call"], Payload=json.dumps(event["with"]))
    return json.load(answer["Payload"])


def handler(event, context):
    if "sleep" in event:
        time.sleep(event["sleep"])
        return event["sleep"]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(call, event["calls"]))
"""


@pytest.fixture
def nested(cloud: Cloud, deploy) -> Cloud:
    deploy(NESTED, Timeout=900)
    return cloud


def later(cloud: Cloud, event: object) -> None:
    """Begin an invocation that nobody waits for."""
    cloud.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event))


def minutes(cloud: Cloud) -> list[float]:
    """How long the invocations took, in whole minutes, shortest first."""
    return sorted((one.end - one.start) // 60 for one in cloud.ledger.records("f", phase="INVOKE"))


def test_time_is_skipped_for_a_handler_that_waits_for_a_function_that_sleeps(nested):
    later(nested, {"calls": [{"call": "f", "with": {"sleep": 300}}]})
    nested.clock.advance(600)
    assert minutes(nested) == [5, 5]


def test_so_it_is_two_deep_and_for_several_at_once(nested):
    naps = [{"call": "f", "with": {"sleep": length}} for length in (60, 120)]
    later(nested, {"calls": [{"call": "f", "with": {"calls": naps}}, *naps]})
    nested.clock.advance(600)
    assert minutes(nested) == [1, 1, 2, 2, 2, 2]


def test_the_deadline_of_who_waits_ends_it_in_the_clouds_time(nested):
    nested.client("lambda").update_function_configuration(FunctionName="f", Timeout=130)
    later(nested, {"calls": [{"call": "f", "with": {"sleep": 300}}]})
    nested.clock.advance(100)
    assert minutes(nested) == []
    nested.clock.advance(60)
    assert minutes(nested)[0] == 2
