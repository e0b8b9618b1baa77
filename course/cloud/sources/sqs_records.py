"""The event that a function receives from an SQS queue, and how a batch is cut to what one invocation takes.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event (2026-11)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from course.cloud import quotas
from course.cloud.engine.recursion import lineage
from course.cloud.sources.queues import Message

_AROUND = len(b'{"Records":[]}')


def record(message: Message, source_arn: str, *, windowed: bool) -> dict[str, Any]:
    """One record. With a batching window the service was seen to send a null for the sum of no attributes."""
    sum_of_attributes: dict[str, Any] = {}
    if message.md5_of_attributes or windowed:
        sum_of_attributes["md5OfMessageAttributes"] = message.md5_of_attributes or None
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": dict(message.attributes),
        "messageAttributes": dict(message.message_attributes),
        **sum_of_attributes,
        "md5OfBody": message.md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": source_arn,
        "awsRegion": source_arn.split(":")[3],
    }


def encode(one: dict[str, Any]) -> bytes:
    """A record as it stands in the payload."""
    return json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def payload(records: Iterable[bytes]) -> bytes:
    """The event of some records."""
    return b'{"Records":[' + b",".join(records) + b"]}"


def chunks(sizes: Iterable[int]) -> list[int]:
    """How many records go into each payload of at most 6 MB, in their order; one that is too large goes alone."""
    counts: list[int] = []
    room = 0
    for size in sizes:
        if counts and size + 1 <= room:
            counts[-1] += 1
            room -= size + 1
        else:
            counts.append(1)
            room = quotas.SYNC_PAYLOAD - _AROUND - size
    return counts


def trace_of(messages: Iterable[Message]) -> str:
    """The trace header that an invocation follows: that of the longest chain, so that loops are found."""
    headers = [header for one in messages if (header := one.attributes.get("AWSTraceHeader"))]
    return max(headers, key=lambda header: sum(lineage(header).values()), default="")
