"""Loops through other services: Lambda stops those that it can see, and tells where the last event went."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

ACCOUNT = "us-east-1:123456789012"
SOURCE = """
import json, os
import boto3
def handler(event, context):
    print("HOP", os.environ["_X_AMZN_TRACE_ID"])
    if os.environ["THROUGH"] == "sqs":
        sqs = boto3.client("sqs")
        for record in event["Records"]:
            url = sqs.get_queue_url(QueueName="around")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=record["body"])
    elif os.environ["THROUGH"] == "sns":
        boto3.client("sns").publish(TopicArn="arn:aws:sns:us-east-1:123456789012:around", Message="x")
    elif os.environ["THROUGH"] == "s3":
        boto3.client("s3").put_object(Bucket="around", Key="k", Body=b"x")
    elif event["detail"]["n"] < 30:
        entry = {"Source": "loop", "DetailType": "x", "Detail": json.dumps({"n": event["detail"]["n"] + 1})}
        boto3.client("events").put_events(Entries=[entry])
"""


@pytest.fixture
def loop(cloud, api, deploy) -> Callable[..., None]:
    """Deploy f so that it goes around in a way, and set it going; an hour passes."""

    function = f"arn:aws:lambda:{ACCOUNT}:function:f"

    def mapped(redrive: dict[str, str]) -> str:
        url = cloud.client("sqs").create_queue(QueueName="around", Attributes=redrive)["QueueUrl"]
        api.create_event_source_mapping(FunctionName="f", EventSourceArn=f"arn:aws:sqs:{ACCOUNT}:around")
        cloud.clock.advance(60)
        return str(url)

    def by_queue(times: int = 1) -> None:
        cloud.client("sqs").create_queue(QueueName="lost")
        policy = {"deadLetterTargetArn": f"arn:aws:sqs:{ACCOUNT}:lost", "maxReceiveCount": times}
        url = mapped({"RedrivePolicy": json.dumps(policy)})
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody="x")

    def by_topic_and_queue() -> None:
        mapped({})
        sns = cloud.client("sns")
        topic = sns.create_topic(Name="around")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{ACCOUNT}:around")
        sns.publish(TopicArn=topic, Message="x")

    def by_topic() -> None:
        sns = cloud.client("sns")
        topic = sns.create_topic(Name="around")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
        sns.publish(TopicArn=topic, Message="x")

    def by_bucket() -> None:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="around")
        told = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket="around", NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
        )
        s3.put_object(Bucket="around", Key="k", Body=b"x")

    def by_bus() -> None:
        events = cloud.client("events")
        events.put_rule(Name="all", EventPattern=json.dumps({"source": ["loop"]}))
        events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": function}])
        entry = {"Source": "loop", "DetailType": "x", "Detail": json.dumps({"n": 1})}
        events.put_events(Entries=[entry])

    ways = {
        "sqs": by_queue,
        "sqs thrice": lambda: by_queue(3),
        "sns": by_topic,
        "sns sqs": by_topic_and_queue,
        "s3": by_bucket,
        "events": by_bus,
    }

    def made(way: str) -> None:
        through = way.partition(" ")[0]
        deploy(SOURCE, Environment={"Variables": {"THROUGH": through}}, Timeout=10)
        ways[way]()
        cloud.clock.advance(3600)

    return made


def runs(cloud: Any) -> int:
    return sum(record.phase == "INVOKE" for record in cloud.ledger.records())


@pytest.mark.parametrize("through", ["sns", "s3"])
def test_a_loop_of_events_is_stopped_after_sixteen_runs(cloud, loop, through):
    loop(through)
    assert runs(cloud) == 16
    (stopped,) = cloud.ledger.entries("recursion.stopped", "f")
    (dropped,) = cloud.ledger.entries("event.dropped", "f")
    assert (dropped.id, dropped.details["condition"]) == (stopped.id, "RecursiveLoop")


def test_a_loop_through_a_queue_is_stopped_and_the_message_is_left_to_its_dead_letter_queue(cloud, loop):
    loop("sqs")
    assert runs(cloud) == 16
    assert len(cloud.ledger.entries("recursion.stopped", "f")) == 1
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="lost")["QueueUrl"]
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=url)["Messages"]] == ["x"]


def test_a_message_of_a_stopped_loop_is_refused_each_time_its_queue_offers_it_again(cloud, loop):
    """AWS goes on so until the queue's own count is full; without a dead-letter queue, as long as it is kept."""
    loop("sqs thrice")
    assert runs(cloud) == 16
    stopped = cloud.ledger.entries("recursion.stopped", "f")
    assert [entry.details["hops"] for entry in stopped] == [16, 16, 16]
    assert len(cloud.ledger.entries("message.dead-lettered")) == 1


def test_a_topic_passes_the_count_on_to_its_queues(cloud, loop):
    loop("sns sqs")
    assert runs(cloud) == 16


def test_a_loop_through_a_bus_is_not_seen_but_stays_one_trace(cloud, loop):
    loop("events")
    assert runs(cloud) == 30
    assert cloud.ledger.entries("recursion") == []
    lines = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
    headers = [line["message"].split()[1] for line in lines if line["message"].startswith("HOP")]
    assert len({header.partition(";")[0] for header in headers}) == 1
    assert all(header.endswith(":0") for header in headers)
