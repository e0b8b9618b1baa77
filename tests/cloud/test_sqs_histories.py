"""Whole histories of queues and functions: skipped by themselves, repeated by a seed, ended with the cloud."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from course.cloud import Cloud

SOURCE = """
def handler(event, context):
    failed = [r["messageId"] for r in event["Records"] if r["body"] == "fail"]
    if any(r["body"] == "raise" for r in event["Records"]):
        raise ValueError("no")
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
"""
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def furnish(cloud: Cloud, pack: Any) -> tuple[str, str]:
    """A queue with a dead-letter queue, mapped to a function: the queue's URL and the mapping's UUID."""
    base = "arn:aws:sqs:us-east-1:123456789012:"
    sqs, api = cloud.client("sqs"), cloud.client("lambda")
    sqs.create_queue(QueueName="dead")
    redrive = json.dumps({"deadLetterTargetArn": f"{base}dead", "maxReceiveCount": 2})
    url = sqs.create_queue(QueueName="q", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = cloud.client("iam").create_role(
        RoleName="runner", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )
    api.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": pack(app=SOURCE)},
    )
    mapping = api.create_event_source_mapping(EventSourceArn=f"{base}q", FunctionName="f", **REPORTS)
    cloud.clock.advance(1)
    return str(url), str(mapping["UUID"])


def live(cloud: Cloud, url: str) -> list[tuple[Any, ...]]:
    """What happens to some messages, without the moments."""
    for body in ("fine", "fail", "fine", "raise"):
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
        assert cloud.settle()
    cloud.clock.advance(100)
    return [
        (entry.what, entry.subject, entry.id, entry.because, entry.details.get("outcome"))
        for word in ("mapping", "message")
        for entry in cloud.ledger.entries(word)
    ]


def test_the_same_seed_gives_the_same_history(pack):
    histories = []
    for seed in (11, 11, 12):
        with Cloud(seed=seed, launcher="zygote") as cloud:
            histories.append(live(cloud, furnish(cloud, pack)[0]))
    assert histories[0] == histories[1]
    assert histories[0] != histories[2]
    whats = [entry[0] for entry in histories[0]]
    assert (whats.count("message.deleted"), whats.count("message.dead-lettered")) == (2, 2)


def test_waits_are_skipped_by_themselves_until_nothing_waits(cloud, pack, left):
    url, _ = furnish(cloud, pack)
    cloud.clock.automatic = True
    try:
        begun, now = time.monotonic(), cloud.clock.now()
        for body in ("fail", "fine"):
            cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
        while cloud.clock.waiting() or left(url) != (0, 0):
            assert time.monotonic() - begun < 20
            time.sleep(0.01)
        assert cloud.clock.now() - now > 59
        assert len(cloud.ledger.entries("message.dead-lettered")) == 1
    finally:
        cloud.clock.automatic = False


def test_a_closed_cloud_polls_no_more(pack):
    before = {thread.name for thread in threading.enumerate()}
    with Cloud(seed=3, launcher="zygote") as cloud:
        url, _ = furnish(cloud, pack)
        sqs = cloud.client("sqs")
        for _ in range(10):
            sqs.send_message(QueueUrl=url, MessageBody="raise")
    assert {thread.name for thread in threading.enumerate()} <= before
    assert cloud.clock.waiting() == 0
