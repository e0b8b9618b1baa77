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
FAULTY = """
import os, signal, sys, time
def handler(event, context):
    failed = []
    for record in event["Records"]:
        kind, _, times = record["body"].partition(":")
        if int(record["attributes"]["ApproximateReceiveCount"]) > int(times):
            continue
        if kind == "raise":
            raise ValueError(record["body"])
        if kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "exit":
            sys.exit(1)
        if kind == "late":
            time.sleep(60)
        failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def furnish(cloud: Cloud, pack: Any, source: str = SOURCE, most: int = 2, **settings: Any) -> tuple[str, str]:
    """A queue with a dead-letter queue, mapped to a function: the queue's URL and the mapping's UUID.

    A message is received `most` times; `settings` are the mapping's.
    """
    base = "arn:aws:sqs:us-east-1:123456789012:"
    sqs, api = cloud.client("sqs"), cloud.client("lambda")
    sqs.create_queue(QueueName="dead")
    redrive = json.dumps({"deadLetterTargetArn": f"{base}dead", "maxReceiveCount": most})
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
        Code={"ZipFile": pack(app=source)},
    )
    mapping = api.create_event_source_mapping(
        EventSourceArn=f"{base}q", FunctionName="f", **REPORTS, **settings
    )
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


def test_faults_of_every_kind_cost_no_message(cloud, pack, left):
    url, _ = furnish(cloud, pack, FAULTY, most=3, BatchSize=1)
    sqs = cloud.client("sqs")
    bodies = [f"{kind}:{times}" for kind in ("raise", "kill", "exit", "late", "part") for times in range(5)]
    ids = {sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"]: body for body in bodies}
    cloud.clock.advance(200)
    assert left(url) == (0, 0)
    done = {ids[entry.id] for entry in cloud.ledger.entries("message.deleted")}
    dead = {ids[entry.id] for entry in cloud.ledger.entries("message.dead-lettered")}
    assert done == {body for body in bodies if int(body[-1]) < 3}
    assert dead == {body for body in bodies if int(body[-1]) >= 3}
    assert left(url.replace("/q", "/dead")) == (10, 0)
