"""What is pushed is not lost, not repeated and not carried into another life; the same seed pushes the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from course.cloud import Cloud
from course.cloud.errors import TooManyRequests

ACCOUNT = "us-east-1:123456789012"
FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:f"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:q"
SOURCE = "def handler(event, context):\n    return 1"


@pytest.fixture
def everything(pack) -> Callable[[Cloud], None]:
    """Make a function f that a bucket, a topic, a rule, a schedule and a log group push to."""

    def made(cloud: Cloud) -> None:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = cloud.client("iam").create_role(
            RoleName="r", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )
        cloud.client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": pack(app=SOURCE)},
        )
        s3, sns, events = cloud.client("s3"), cloud.client("sns"), cloud.client("events")
        s3.create_bucket(Bucket="shelf")
        wanted = [{"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}]
        s3.put_bucket_notification_configuration(
            Bucket="shelf",
            NotificationConfiguration={
                "LambdaFunctionConfigurations": wanted,
                "EventBridgeConfiguration": {},
            },
        )
        topic = sns.create_topic(Name="news")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)
        events.put_rule(Name="watch", EventPattern=json.dumps({"source": ["me", "aws.s3"]}))
        events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": FUNCTION}])
        begin = datetime.fromtimestamp(cloud.clock.now(), timezone.utc)
        cloud.client("scheduler").create_schedule(
            Name="tick",
            ScheduleExpression="rate(1 hour)",
            StartDate=begin + timedelta(hours=1),
            FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10},
            Target={"Arn": FUNCTION, "RoleArn": "arn:aws:iam::123456789012:role/s", "Input": "{}"},
        )

    return made


def act(cloud: Cloud) -> None:
    # One after the other: what happens at the same time takes moto's ids in any order.
    cloud.client("s3").put_object(Bucket="shelf", Key="k", Body=b"x")
    assert cloud.settle(30)
    cloud.client("sns").publish(TopicArn=f"arn:aws:sns:{ACCOUNT}:news", Message="m")
    assert cloud.settle(30)
    entry = {"Source": "me", "DetailType": "d", "Detail": "{}"}
    cloud.client("events").put_events(Entries=[entry])
    assert cloud.settle(30)
    cloud.clock.advance(3 * 3600)


def history(cloud: Cloud) -> list[Any]:
    kinds = ("delivery", "rule", "schedule")
    return [
        (entry.what, entry.subject, entry.id, entry.details.get("target"))
        for kind in kinds
        for entry in cloud.ledger.entries(kind)
    ]


def test_the_same_seed_pushes_the_same(own_cloud, everything):
    seen = []
    for seed in (11, 11, 12):
        with Cloud(seed=seed, launcher="zygote") as cloud:
            everything(cloud)
            act(cloud)
            seen.append(history(cloud))
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]
    assert Counter(what for what, *_ in seen[0])["delivery.sent"] >= 6


def test_a_cloud_that_was_open_before_is_spoken_to_again(own_cloud, everything):
    with Cloud(seed=1, launcher="zygote") as other:
        everything(other)
    own_cloud.reset()
    everything(own_cloud)
    act(own_cloud)
    assert len(own_cloud.ledger.entries("schedule.fired")) >= 2
    assert len(own_cloud.ledger.entries("delivery.sent")) >= 6


def test_nothing_is_pushed_by_a_closed_cloud(own_cloud, everything):
    with Cloud(seed=1, launcher="zygote") as cloud:
        everything(cloud)
        cloud.client("events").put_rule(Name="r", ScheduleExpression="rate(1 minute)")
    assert cloud.clock.waiting() == 0
    before = len(cloud.ledger.entries())
    own_cloud.reset()
    own_cloud.clock.advance(3600)
    assert len(cloud.ledger.entries()) == before


def test_nothing_of_before_is_seen_in_an_emptied_cloud(cloud, everything):
    everything(cloud)
    cloud.client("s3").put_object(Bucket="shelf", Key="k", Body=b"x")
    cloud.reset()
    cloud.clock.advance(86400)
    kinds = {entry.what.partition(".")[0] for entry in cloud.ledger.entries()}
    assert kinds <= {"clock", "environment", "api"}
    assert cloud.clock.waiting() == 0


def test_what_is_pushed_from_many_threads_arrives_each_once(cloud, everything):
    everything(cloud)

    def put(number: int) -> None:
        cloud.client("s3").put_object(Bucket="shelf", Key=f"k{number}", Body=b"x")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(40)))
    assert cloud.settle(60)
    sent = Counter(entry.subject for entry in cloud.ledger.entries("delivery.sent"))
    assert sent == {"arn:aws:s3:::shelf": 40, f"arn:aws:events:{ACCOUNT}:rule/watch": 40}
    accepted = cloud.ledger.entries("event.accepted")
    processed = {entry.id for entry in cloud.ledger.entries("event.processed")}
    assert len(accepted) == 80
    assert {entry.id for entry in accepted} == processed


@pytest.mark.parametrize("error", [TooManyRequests("slow down"), KeyError("a bug of ours")])
def test_a_door_that_fails_for_a_while_loses_nothing(cloud, everything, monkeypatch, error):
    everything(cloud)
    deliveries = cloud._pushes._push.deliveries
    accept, refusals = deliveries._accept, [0]

    def refusing(*args: Any, **more: Any) -> str:
        refusals[0] += 1
        if refusals[0] <= 12:
            raise error
        return str(accept(*args, **more))

    monkeypatch.setattr(deliveries, "_accept", refusing)
    act(cloud)
    fates = Counter(entry.what for entry in cloud.ledger.entries("delivery"))
    assert refusals[0] == 12 + fates["delivery.sent"]
    assert fates["delivery.retried"] == 12
    assert fates["delivery.failed"] == 0
    assert len(cloud.ledger.entries("event.accepted")) == fates["delivery.sent"]


def test_a_bug_on_the_way_costs_nobody_the_request(cloud, everything, monkeypatch):
    everything(cloud)
    push = cloud._pushes._push

    def broken(*args: Any, **more: Any) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(push.buckets, "happened", broken)
    monkeypatch.setattr(push.buses, "put", broken)
    cloud.client("s3").put_object(Bucket="shelf", Key="k", Body=b"x")
    entry = {"Source": "me", "DetailType": "d", "Detail": "{}"}
    assert cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    failures = cloud.ledger.entries("delivery.failure")
    assert [failure.because for failure in failures] == ["InternalFailure: KeyError('oops')"] * 2
