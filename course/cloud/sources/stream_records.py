"""How records of the two kinds of stream look: to a function, to a mapping's filters, to an on-failure destination.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html (2026-11)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from course.cloud.api.mapping import Mapping as SourceMapping
from course.cloud.clock import iso
from course.cloud.sources.filters import Filters
from course.cloud.sources.sqs_records import encode
from course.cloud.sources.streams import StreamRecord


class StreamType(NamedTuple):
    """What is different between Kinesis and DynamoDB."""

    service: str
    batch_info: str
    """The member of a failed batch's record that says where the batch lies."""
    millis: bool
    """Whether moments in it have milliseconds."""
    identity: bool
    """Whether records name the role that reads them."""
    data: str | None
    """The member that filters see instead of the record's: the sender's data, decoded."""


KINESIS = StreamType("kinesis", "KinesisBatchInfo", millis=True, identity=True, data="data")
DYNAMODB = StreamType("dynamodb", "DDBStreamBatchInfo", millis=False, identity=False, data=None)


class Held(NamedTuple):
    """A record that the filters let through, and its JSON."""

    record: StreamRecord
    json: bytes


def filters(kind: StreamType, mapping: SourceMapping) -> Filters:
    """Those of a mapping."""
    return Filters(mapping.patterns, key=kind.data)


def admitted(kind: StreamType, chosen: Filters, record: StreamRecord) -> bool:
    """Whether a function wants a record. Kinesis's own members can be filtered without the path to them."""
    if kind.data is None:
        return chosen.admit(record.event)
    return chosen.admit({**record.event["kinesis"], **record.event}, record.text)


def hold(kind: StreamType, mapping: SourceMapping, role: str, record: StreamRecord) -> Held:
    """Write a record down as the function gets it."""
    whole = {**record.event, "eventSourceARN": mapping.source_arn}
    if kind.identity:
        whole["invokeIdentityArn"] = role
    return Held(record, encode(whole))


def payload(batch: Sequence[Held], members: Mapping[str, Any] | None = None) -> bytes:
    """The event of a batch, with the members of its window if it has one."""
    records = b'{"Records":[' + b",".join(held.json for held in batch) + b"]"
    return records + (b"," + encode(dict(members))[1:] if members else b"}")


def batch_info(kind: StreamType, mapping: SourceMapping, batch: Sequence[StreamRecord]) -> dict[str, Any]:
    """Where a batch lies in its stream."""
    first, last = batch[0], batch[-1]
    stream = mapping.source_arn.partition("/consumer/")[0]
    return {
        "shardId": first.shard,
        "startSequenceNumber": str(first.number),
        "endSequenceNumber": str(last.number),
        "approximateArrivalOfFirstRecord": iso(first.at, millis=kind.millis),
        "approximateArrivalOfLastRecord": iso(last.at, millis=kind.millis),
        "batchSize": len(batch),
        "streamArn": stream,
    }
