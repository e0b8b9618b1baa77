"""How messages of a queue are gathered into the events of a function."""

from __future__ import annotations

import base64
import itertools
import json
import re
from typing import Any

import pytest

SOURCE = "import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))"


MOVING = {
    "messageId": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "receiptHandle": r"[A-Za-z0-9+/]{100,}=*",
    "SentTimestamp": r"\d{13}",
    "ApproximateFirstReceiveTimestamp": r"\d{13}",
    "SenderId": r"AIDA\w+",
    "SequenceNumber": r"\d{20}",
}
ATTRIBUTES = {
    "WeeksOn": {"StringValue": "6", "DataType": "Number"},
    "Author": {"StringValue": "John Grisham", "DataType": "String"},
    "Title": {"StringValue": "The Whistler", "DataType": "String"},
}


def same(got: Any, wanted: Any, at: str = "") -> None:
    """Fails unless both have the same members, types and constants; what moves must look alike."""
    assert type(got) is type(wanted), at
    if isinstance(wanted, dict):
        assert sorted(got) == sorted(wanted), at
        for key, part in wanted.items():
            same(got[key], part, key)
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), at
        for one, other in zip(got, wanted, strict=True):
            same(one, other, at)
    elif at in MOVING:
        assert re.fullmatch(MOVING[at], got), (at, got)
        assert re.fullmatch(MOVING[at].replace("100", "30"), wanted), (at, wanted)
    else:
        assert got == wanted, at


def flat(batches: list[list[str]]) -> list[str]:
    return list(itertools.chain.from_iterable(batches))


def test_messages_sent_together_come_in_one_batch(queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn)
    send(url, *"abcdefghij")
    assert batches() == [list("abcdefghij")]


def test_a_batch_is_no_larger_than_asked_for(queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn, BatchSize=3)
    send(url, *"abcdefgh")
    assert sorted(len(batch) for batch in batches()) == [2, 3, 3]
    assert sorted(flat(batches())) == list("abcdefgh")


def test_what_was_sent_before_the_mapping_is_delivered_too(queue, deploy, mapped, send, batches):
    url, arn = queue()
    send(url, "early")
    deploy(SOURCE)
    mapped(arn)
    assert batches() == [["early"]]


def test_what_no_filter_lets_through_is_deleted(cloud, queue, deploy, mapped, send, batches, left):
    url, arn = queue()
    deploy(SOURCE)
    pattern = json.dumps({"body": {"n": [{"numeric": [">", 1]}]}})
    mapped(arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    ids = send(url, '{"n": 1}', '{"n": 2}', "no JSON")
    assert batches() == [['{"n": 2}']]
    assert left(url) == (0, 0)
    dropped = cloud.ledger.entries("message.filtered", arn)
    assert [entry.id for entry in dropped] == [ids[0], ids[2]]


def test_a_window_gathers_until_it_is_over(cloud, queue, deploy, mapped, send, batches, left):
    url, arn = queue(VisibilityTimeout="120")
    deploy(SOURCE)
    mapped(arn, BatchSize=100, MaximumBatchingWindowInSeconds=60)
    send(url, "a", "b")
    assert (batches(), left(url)) == ([], (0, 2))
    cloud.clock.advance(40)
    send(url, "c")
    assert batches() == []
    cloud.clock.advance(21)
    assert batches() == [["a", "b", "c"]]
    send(url, "d")
    cloud.clock.advance(40)
    assert len(batches()) == 1
    cloud.clock.advance(21)
    assert batches()[1:] == [["d"]]


def test_a_full_batch_does_not_wait_for_its_window(queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn, BatchSize=12, MaximumBatchingWindowInSeconds=300)
    send(url, *"abcdefgh")
    assert batches() == []
    send(url, *"ijklmnop")
    assert batches() == [list("abcdefghijkl")]


def test_a_batch_is_cut_where_it_would_be_too_large_for_an_invocation(queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(
        "def handler(event, context):\n    print('GOT', '{\"Records\": [' + ','.join("
        "'{\"body\": %d}' % len(r['body']) for r in event['Records']) + ']}')"
    )
    megabyte = "x" * 1_000_000
    for _ in range(8):
        send(url, megabyte, rest=False)
    mapped(arn)
    assert sorted(len(batch) for batch in batches()) == [2, 6]


def test_a_delayed_message_comes_when_its_delay_is_over(cloud, queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn)
    send(url, "late", DelaySeconds=60)
    cloud.clock.advance(40)
    assert batches() == []
    cloud.clock.advance(21)
    assert batches() == [["late"]]


def test_binary_attributes_and_the_trace_header_come_along(cloud, queue, deploy, mapped, events):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn)
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    cloud.client("sqs").send_message(
        QueueUrl=url,
        MessageBody="x",
        MessageAttributes={"blob": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"}},
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": header}},
    )
    assert cloud.settle()
    (record,) = events()[0]["Records"]
    assert record["attributes"]["AWSTraceHeader"] == header
    assert record["messageAttributes"] == {
        "blob": {
            "binaryValue": base64.b64encode(b"\x00\xff").decode(),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Binary.png",
        }
    }


def test_the_event_of_a_standard_queue_is_what_aws_sends(cloud, queue, deploy, mapped, events, recorded):
    url, arn = queue()
    client = cloud.client("sqs")
    client.send_message(QueueUrl=url, MessageBody="Test message.", MessageAttributes=ATTRIBUTES)
    client.send_message(QueueUrl=url, MessageBody="Test message.")
    deploy(SOURCE)
    mapped(arn)
    (event,) = events()
    same(event, recorded("events/sqs")["standard"])


def test_the_event_after_a_window_is_what_aws_sends(cloud, queue, deploy, mapped, send, events, recorded):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn, MaximumBatchingWindowInSeconds=1)
    send(url, '{"foo": "bar"}')
    cloud.clock.advance(1)
    (event,) = events()
    same(event, recorded("events/sqs")["windowed"])


@pytest.mark.parametrize("by_content", [True, False])
def test_the_event_of_a_fifo_queue_is_what_aws_sends(
    by_content, cloud, queue, deploy, mapped, events, recorded
):
    url, arn = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication=json.dumps(by_content))
    identity = {} if by_content else {"MessageDeduplicationId": "1"}
    cloud.client("sqs").send_message(
        QueueUrl=url, MessageBody="Test message.", MessageGroupId="1", **identity
    )
    deploy(SOURCE)
    mapped(arn)
    (event,) = events()
    if by_content:
        event["Records"][0]["attributes"]["MessageDeduplicationId"] = "1"
    same(event, recorded("events/sqs")["fifo"])
