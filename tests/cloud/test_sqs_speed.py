"""SQS for plain consumers, with the patches that keep moto fast: what it does, and that a backlog costs nothing."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sqs(cloud) -> Any:
    return cloud.client("sqs")


@pytest.fixture
def fifo(queue) -> str:
    """The URL of a FIFO queue."""
    return queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")[0]


def bodies(answer: Any) -> list[str]:
    return [message["Body"] for message in answer.get("Messages", [])]


class Walked(list[Any]):
    """A list that knows how often somebody walked over it."""

    times = 0

    def __iter__(self) -> Any:
        self.times += 1
        return super().__iter__()


def test_sending_to_a_long_queue_does_not_walk_over_it(cloud, sqs, queue):
    from moto.sqs.models import sqs_backends

    url, _ = queue()
    sqs.send_message(QueueUrl=url, MessageBody="0")
    inside = sqs_backends["123456789012"]["us-east-1"].queues["q"]
    inside._messages = walked = Walked(inside._messages)
    for number in range(20):
        sqs.send_message(QueueUrl=url, MessageBody=f"{number}")
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "VisibilityTimeout"])
    assert walked.times == 0
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    assert walked.times == 1


def test_all_attributes_of_a_queue_are_shown_as_before(cloud, sqs, queue):
    _, dead = queue("dead")
    url, arn = queue(DelaySeconds="0", RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": "3"})
    for delay in (0, 0, 600):
        sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=url)
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert {name: value for name, value in found.items() if not name.endswith("Timestamp")} == {
        "ApproximateNumberOfMessages": "1",
        "ApproximateNumberOfMessagesDelayed": "1",
        "ApproximateNumberOfMessagesNotVisible": "1",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "QueueArn": arn,
        "ReceiveMessageWaitTimeSeconds": "0",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3}),
        "VisibilityTimeout": "30",
        "SqsManagedSseEnabled": "true",
    }


def test_a_fifo_queue_shows_its_own_attributes_too(cloud, sqs, fifo):
    found = sqs.get_queue_attributes(QueueUrl=fifo, AttributeNames=["All"])["Attributes"]
    assert (found["FifoQueue"], found["ContentBasedDeduplication"]) == ("true", "true")
    assert sqs.create_queue(
        QueueName="q.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    )
    with pytest.raises(ClientError, match="already exists"):
        sqs.create_queue(
            QueueName="q.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "false"}
        )


def test_a_repeated_message_is_dropped_for_five_minutes_even_when_the_first_is_gone(cloud, sqs, fifo):
    def send_and_take() -> list[str]:
        sqs.send_message(QueueUrl=fifo, MessageBody="same", MessageGroupId="g")
        answer = sqs.receive_message(QueueUrl=fifo)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
        return bodies(answer)

    assert send_and_take() == ["same"]
    cloud.clock.advance(240)
    assert send_and_take() == []
    cloud.clock.advance(61)
    assert send_and_take() == ["same"]


def test_repetitions_may_count_for_each_group(cloud, sqs, queue):
    url, _ = queue(
        "q.fifo",
        FifoQueue="true",
        ContentBasedDeduplication="true",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
    )
    for group in ("a", "b", "a"):
        sqs.send_message(QueueUrl=url, MessageBody="same", MessageGroupId=group)
    assert bodies(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)) == ["same", "same"]


def test_a_group_waits_for_its_messages_in_flight(cloud, sqs, fifo):
    for body, group in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId=group)
    first = sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=1)
    assert bodies(first) == ["a1"]
    assert bodies(sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10)) == ["b1"]
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["Messages"][0]["ReceiptHandle"])
    assert bodies(sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=10)) == ["a2"]


def test_a_fifo_queue_gives_one_group_first(cloud, sqs, fifo):
    for body, group in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b"), ("a3", "a")):
        sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId=group)
    got = sqs.receive_message(QueueUrl=fifo, MaxNumberOfMessages=4, AttributeNames=["SequenceNumber"])
    assert bodies(got) == ["a1", "a2", "a3", "b1"]
    numbers = [int(message["Attributes"]["SequenceNumber"]) for message in got["Messages"]]
    assert numbers[:3] == sorted(numbers[:3])


def test_a_message_is_deleted_by_any_of_its_receipts_and_once(cloud, sqs, queue):
    url, _ = queue()
    sqs.send_message(QueueUrl=url, MessageBody="x")
    first = sqs.receive_message(QueueUrl=url, VisibilityTimeout=5)["Messages"][0]
    cloud.clock.advance(6)
    second = sqs.receive_message(QueueUrl=url)["Messages"][0]
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    for message in (first, second, first):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    cloud.clock.advance(31)
    assert bodies(sqs.receive_message(QueueUrl=url)) == []
    with pytest.raises(ClientError) as caught:
        sqs.delete_message(QueueUrl=url, ReceiptHandle="none")
    assert "ReceiptHandleIsInvalid" in caught.value.response["Error"]["Code"]


def test_a_purged_queue_is_empty_and_old_receipts_do_no_harm(cloud, sqs, queue):
    url, _ = queue()
    sqs.send_message(QueueUrl=url, MessageBody="old")
    receipt = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    sqs.purge_queue(QueueUrl=url)
    sqs.send_message(QueueUrl=url, MessageBody="new")
    with pytest.raises(ClientError):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=receipt)
    assert bodies(sqs.receive_message(QueueUrl=url)) == ["new"]


def test_a_long_poll_ends_when_a_message_comes(cloud, sqs, queue):
    url, _ = queue()
    got: list[str] = []
    other = cloud.client("sqs")
    poll = threading.Thread(
        target=lambda: got.extend(bodies(other.receive_message(QueueUrl=url, WaitTimeSeconds=20)))
    )
    poll.start()
    sqs.send_message(QueueUrl=url, MessageBody="here")
    poll.join(timeout=10)
    assert got == ["here"]


def test_a_long_poll_ends_when_its_time_is_skipped(cloud, sqs, queue):
    url, _ = queue()
    got: list[Any] = []
    other = cloud.client("sqs")
    poll = threading.Thread(
        target=lambda: got.append(other.receive_message(QueueUrl=url, WaitTimeSeconds=20))
    )
    poll.start()
    while poll.is_alive():
        cloud.clock.advance(5)
        poll.join(timeout=0.3)
    assert bodies(got[0]) == []


def test_message_attributes_are_given_as_asked_for(cloud, sqs, queue):
    url, _ = queue()
    value = {"DataType": "String", "StringValue": "x"}
    sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes={"one": value, "two": value})
    got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["one"], VisibilityTimeout=0)
    assert list(got["Messages"][0]["MessageAttributes"]) == ["one"]
    got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    assert sorted(got["Messages"][0]["MessageAttributes"]) == ["one", "two"]


def test_a_message_given_back_by_a_consumer_goes_to_the_mapping_at_once(
    cloud, sqs, queue, deploy, mapped, batches
):
    url, arn = queue()
    sqs.send_message(QueueUrl=url, MessageBody="x")
    receipt = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    deploy("import json\ndef handler(event, context): print('GOT', json.dumps(event))")
    mapped(arn)
    assert batches() == []
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
    assert cloud.settle()
    assert batches() == [["x"]]
