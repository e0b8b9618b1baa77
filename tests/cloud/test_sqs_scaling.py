"""How many batches of a queue are under way at once, and in which order."""

from __future__ import annotations

import itertools
from typing import Any

SOURCE = """
import json, time
def handler(event, context):
    print("GOT", json.dumps(event))
    if event["Records"][0]["body"] == "sleep":
        time.sleep(20)
    if event["Records"][0]["body"] == "fail":
        raise ValueError("no")
"""


def test_a_throttled_batch_is_tried_until_its_time_is_over(cloud, api, queue, deploy, mapped, send, batches):
    _, dead = queue("dead")
    url, arn = queue(RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 2})
    deploy(SOURCE)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    uuid = mapped(arn)
    (first,) = send(url, "a")
    cloud.clock.advance(16)
    tried = cloud.ledger.entries("mapping.batch", uuid)
    assert [entry.details["outcome"] for entry in tried] == ["throttled"] * 5  # at 0, 1, 3, 7 and 15 s
    api.delete_function_concurrency(FunctionName="f")
    cloud.clock.advance(20)
    assert batches() == [["a"]]
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    (second,) = send(url, "b")
    cloud.clock.advance(70)
    assert [entry.id for entry in cloud.ledger.entries("message.dead-lettered")] == [second]
    assert [entry.id for entry in cloud.ledger.entries("message.deleted")] == [first]


def test_a_queue_never_has_more_invocations_than_its_maximum_concurrency(cloud, queue, deploy, mapped, send):
    url, arn = queue(VisibilityTimeout="60")
    deploy(SOURCE, Timeout=30)
    mapped(arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    send(url, *["sleep"] * 6, rest=False)
    cloud.clock.advance(65)
    assert _most_at_once(cloud) == 2
    assert len(cloud.ledger.entries("message.deleted", arn)) == 6


def test_a_standard_queue_starts_with_five_and_gains_five_a_second(cloud, queue, deploy, mapped, send):
    url, arn = queue(VisibilityTimeout="60")
    deploy(SOURCE, Timeout=30)
    send(url, *["sleep"] * 10)
    send(url, *["sleep"] * 2)
    mapped(arn, BatchSize=1)
    cloud.clock.advance(25)
    polled = [entry.at for entry in cloud.ledger.entries("mapping.polled")]
    assert sum(at - polled[0] < 0.9 for at in polled) == 5
    assert sum(at - polled[0] < 1.9 for at in polled) == 10
    assert len(polled) == 12


def test_two_mappings_share_a_queue(cloud, queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(SOURCE)
    deploy(SOURCE, "g")
    mapped(arn, BatchSize=1)
    mapped(arn, "g", BatchSize=1)
    send(url, *"abcdefgh")
    assert sorted(flat(batches("f") + batches("g"))) == list("abcdefgh")


def test_a_fifo_queue_keeps_the_order_of_each_group(cloud, queue, deploy, mapped, batches):
    url, arn = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    deploy(SOURCE)
    client = cloud.client("sqs")
    for number in range(12):
        client.send_message(QueueUrl=url, MessageBody=f"{number}", MessageGroupId="ab"[number % 2])
    mapped(arn, BatchSize=4)
    got = [int(body) for batch in batches() for body in batch]
    assert sorted(got) == list(range(12))
    for group in (0, 1):
        own = [number for number in got if number % 2 == group]
        assert own == sorted(own)


def test_a_failed_message_holds_back_its_group_and_no_other(cloud, queue, deploy, mapped, batches):
    url, arn = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    deploy(SOURCE)
    mapped(arn, BatchSize=1)
    client = cloud.client("sqs")
    for body, group in (("fail", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b")):
        client.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    assert cloud.settle()
    assert sorted(flat(batches())) == ["b1", "b2", "fail"]
    cloud.clock.advance(31)
    assert sorted(flat(batches())) == ["b1", "b2", "fail", "fail"]


def test_groups_are_processed_in_parallel(cloud, queue, deploy, mapped):
    url, arn = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="60")
    deploy(SOURCE, Timeout=30)
    client = cloud.client("sqs")
    for group in range(8):
        for body in ("sleep", "then"):
            client.send_message(
                QueueUrl=url,
                MessageBody=body,
                MessageGroupId=f"{group}",
                MessageDeduplicationId=f"{group} {body}",
            )
    mapped(arn, BatchSize=1)
    cloud.clock.advance(25)
    assert _most_at_once(cloud) == 8
    assert len(cloud.ledger.entries("message.deleted", arn)) == 16


def flat(batches: list[list[str]]) -> list[str]:
    return list(itertools.chain.from_iterable(batches))


def _runs(cloud) -> list[Any]:
    return [record for record in cloud.ledger.records() if record.phase == "INVOKE"]


def _most_at_once(cloud) -> int:
    runs = _runs(cloud)
    return max(sum(one.start <= at.start < one.end for one in runs) for at in runs)
