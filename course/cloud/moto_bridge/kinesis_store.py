"""moto's Kinesis streams as event source mappings need them, in process."""

from __future__ import annotations

import base64
import bisect
from collections.abc import Callable
from typing import Any

from course.cloud.clock import Clock
from course.cloud.moto_bridge import patches, stream_changes
from course.cloud.moto_bridge.kinesis_shards import order
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.sources.streams import ShardState, StreamRecord

relies_on("moto.kinesis.models", {"Consumer.__init__": "159d6de8d055"})


class MotoKinesis:
    """The `Streams` of Kinesis."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notify: Callable[[str], None] | None = None

    def known(self, arn: str) -> bool:
        stream = _stream(arn)
        consumer = "/consumer/" in arn
        return stream is not None and (not consumer or stream.get_consumer_by_arn(arn) is not None)

    def shards(self, arn: str) -> list[ShardState]:
        stream = _stream(arn)
        if stream is None:
            return []
        with stream_changes.LOCK:
            return [
                ShardState(
                    shard.shard_id,
                    tuple(parent for parent in (shard.parent, shard.adjacent_parent) if parent),
                    shard.is_open,
                )
                for shard in stream.shards.values()
            ]

    def read(self, arn: str, shard: str, after: int) -> list[StreamRecord]:
        found = _shard(arn, shard)
        if found is None:
            return []
        oldest = self._clock.now() - self.retention(arn)
        with stream_changes.LOCK:
            numbers = order(found)
            records = [found.records[number] for number in numbers[bisect.bisect_right(numbers, after) :]]
        region = arn.split(":")[3]
        return [_record(shard, region, record) for record in records if record.created_at >= oldest]

    def position(self, arn: str, shard: str, start: str, moment: float) -> int:
        found = _shard(arn, shard)
        if found is None or start == "TRIM_HORIZON":
            return 0
        with stream_changes.LOCK:
            numbers = order(found)
            if start == "AT_TIMESTAMP":
                numbers = [number for number in numbers if found.records[number].created_at < moment]
            return numbers[-1] if numbers else 0

    def retention(self, arn: str) -> float:
        stream = _stream(arn)
        return 3600.0 * (stream.retention_period_hours if stream is not None else 24)

    def watch(self, notify: Callable[[str], None]) -> None:
        self._notify = notify
        stream_changes.current.enter(notify)

    def close(self) -> None:
        """Tell nobody any more."""
        if self._notify is not None:
            stream_changes.current.leave(self._notify)


def _stream(arn: str) -> Any:
    from moto.kinesis.models import kinesis_backends

    patches.apply()
    _, _, _, region, account, path = arn.split(":", 5)
    return kinesis_backends[account][region].streams.get(path.split("/")[1])


def _shard(arn: str, id: str) -> Any:
    stream = _stream(arn)
    return None if stream is None else stream.shards.get(id)


def _record(shard: str, region: str, record: Any) -> StreamRecord:
    number = str(record.sequence_number)
    event = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": number,
            "data": record.data,
            "approximateArrivalTimestamp": round(record.created_at, 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{number}",
        "eventName": "aws:kinesis:record",
        "awsRegion": region,
    }
    text = base64.b64decode(record.data).decode("utf-8", "replace")
    return StreamRecord(shard, record.sequence_number, record.partition_key, record.created_at, event, text)
