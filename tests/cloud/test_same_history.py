"""The same seed gives the same history; a closed cloud leaves nothing running."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from course.cloud import Cloud

SOURCE = """
import boto3
def handler(event, context):
    if event["n"] % 3 == 0:
        raise ValueError(f"no {event['n']}")
    if event["n"] % 3 == 1 and event["n"] < 6:
        boto3.client("lambda").invoke(
            FunctionName="g", InvocationType="Event", Payload='{"n": %d}' % (event["n"] + 6))
    return event
"""
VARYING = ("age_ms", "seconds")


@pytest.fixture
def place(own_cloud, pack) -> Any:
    """Puts f and g into a cloud, and a queue for what f cannot do."""

    def placed(cloud: Cloud, source: str = SOURCE) -> None:
        trust = {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ]
        }
        role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
        cloud.client("sqs").create_queue(QueueName="lost")
        api = cloud.client("lambda")
        for name in ("f", "g"):
            api.create_function(
                FunctionName=name,
                Runtime="python3.12",
                Handler="app.handler",
                Role=role["Role"]["Arn"],
                Code={"ZipFile": pack(app=source)},
            )
        api.put_function_event_invoke_config(
            FunctionName="f",
            DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:lost"}},
        )

    return placed


def history(cloud: Cloud) -> dict[str, list[Any]]:
    """What happened to each event and each environment, without what depends on how fast this machine is."""
    for number in range(6):
        cloud.client("lambda").invoke(
            FunctionName="f", InvocationType="Event", Payload=json.dumps({"n": number})
        )
        cloud.clock.advance(30 * number)
    cloud.clock.advance(86400)
    told: dict[str, list[Any]] = {}
    for entry in cloud.ledger.entries("event"):
        details = {key: value for key, value in entry.details.items() if key not in VARYING}
        told.setdefault(entry.id, []).append((entry.what, entry.because, details))
    for record in cloud.ledger.records():
        told.setdefault(record.environment, []).append((record.phase, record.request_id, record.outcome))
    return told


def test_the_same_seed_gives_the_same_history(place):
    told = []
    for seed in (5, 5, 6):
        with Cloud(seed=seed, launcher="zygote") as cloud:
            place(cloud)
            told.append(history(cloud))
    assert told[0] == told[1]
    assert told[0] != told[2]
    accepted = [happened for happened in told[0].values() if happened[0][0] == "event.accepted"]
    assert len(accepted) == 8


def test_a_cloud_that_is_closed_with_events_under_way_leaves_nothing_running(place):
    before = set(threading.enumerate())
    cloud = Cloud(seed=5, launcher="zygote")
    place(cloud, "import time\ndef handler(event, context): time.sleep(event['n'])")
    api = cloud.client("lambda")
    for number in (0, 2, 2):
        api.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"n": number}))
    cloud.close()
    assert not [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert cloud.clock.waiting() == 0
