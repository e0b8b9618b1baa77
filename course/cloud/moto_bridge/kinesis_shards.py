"""moto's Kinesis streams: records stay in the shard that they were put into, and no function is called on the way.

moto moves the records of a shard that is split or merged, still puts records into such a shard, finds none for the
last hash key, numbers records 1, 2, 3, looks at all of them for each that is read, and makes iterators by an ARN that
do not know their stream.
https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html (2026-11)
"""

from __future__ import annotations

import bisect
from collections import OrderedDict
from typing import Any

from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.moto_bridge.stream_changes import LOCK, changed, changing

MODELS = "moto.kinesis.models"
relies_on(
    MODELS,
    {"Shard.__init__": "ed0cc26823a9", "Record.__init__": "35a5af81a443", "Stream.__init__": "6db577356a88"},
)


def order(shard: Any) -> list[int]:
    """The sequence numbers of a shard's records, ascending. The caller holds the lock."""
    numbers: list[int] = shard.__dict__.setdefault("order", [])
    return numbers


def told(stream: Any) -> None:
    """Say that a stream has something new, to the readers of its consumers too."""
    changed(stream.arn)
    for consumer in stream.consumers:
        changed(consumer.consumer_arn)


@patch(MODELS, "Stream.put_record", "cafda0597b23")
def _put_record(original: Function) -> Function:
    def put_record(self: Any, partition_key: str, explicit_hash_key: str, data: str) -> tuple[str, str]:
        from moto.kinesis.models import Record

        with changing():
            shard = self.get_shard_for_key(partition_key, explicit_hash_key)
            number = _next_number(self, shard)
            shard.records[number] = Record(partition_key, data, number, explicit_hash_key)
            order(shard).append(number)
            told(self)
        return str(number), shard.shard_id

    return put_record


def _next_number(stream: Any, shard: Any) -> int:
    """56 digits that grow with time, as Kinesis's do: the moment, a count, and the shard's number."""
    from moto.core.utils import unix_time_millis

    millis = max(int(unix_time_millis()), stream.__dict__.get("last_millis", 0))
    count = stream.__dict__.get("count", 0) + 1
    stream.last_millis, stream.count = millis, count
    return int(f"496{millis:013d}{count:032d}{shard._shard_id:08d}")


@patch(MODELS, "Stream.get_shard_for_key", "4ef3be70391e")
def _get_shard_for_key(original: Function) -> Function:
    def get_shard_for_key(self: Any, partition_key: str, explicit_hash_key: str) -> Any:
        every = self.shards
        try:
            self.shards = {id: Inclusive(shard) for id, shard in every.items() if shard.is_open}
            found = original(self, partition_key, explicit_hash_key)
        finally:
            self.shards = every
        return found and found.shard

    return get_shard_for_key


class Inclusive:
    """An open shard whose last hash key belongs to it."""

    def __init__(self, shard: Any) -> None:
        self.shard = shard
        self.starting_hash = shard.starting_hash
        self.ending_hash = shard.ending_hash + 1


@patch(MODELS, "Stream.split_shard", "be63bfceacc5")
def _split_shard(original: Function) -> Function:
    def split_shard(self: Any, shard_to_split: str, new_starting_hash_key: str) -> None:
        _keeping_records(
            self, [shard_to_split], lambda: original(self, shard_to_split, new_starting_hash_key)
        )

    return split_shard


@patch(MODELS, "Stream.merge_shards", "b490bf5802c8")
def _merge_shards(original: Function) -> Function:
    def merge_shards(self: Any, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
        # moto takes them in the order of their keys only.
        ids = sorted(
            (shard_to_merge, adjacent_shard_to_merge), key=lambda id: int(self.shards[id].starting_hash)
        )
        _keeping_records(self, ids, lambda: original(self, *ids))

    return merge_shards


def _keeping_records(stream: Any, ids: list[str], change: Function) -> None:
    with changing():
        shards = [stream.shards[id] for id in ids]
        kept = [shard.records for shard in shards]
        for shard in shards:
            shard.records = OrderedDict()
        try:
            change()
            told(stream)
        finally:
            for shard, records in zip(shards, kept, strict=True):
                shard.records = records


@patch(MODELS, "Shard.get_records", "1188a73a6b3d")
def _get_records(original: Function) -> Function:
    def get_records(self: Any, last_sequence_id: str, limit: int | None) -> tuple[list[Any], int, int]:
        last = int(last_sequence_id)
        with LOCK:
            numbers = order(self)
            first = bisect.bisect_right(numbers, last)
            found = [self.records[number] for number in numbers[first : first + (limit or len(numbers))]]
            newest = self.records[numbers[-1]].created_at if numbers else 0.0
        if not found:
            return [], last, 0
        return found, found[-1].sequence_number, int((newest - found[-1].created_at) * 1000)

    return get_records


@patch(MODELS, "Shard.get_max_sequence_number", "eff48df162f5")
def _get_max_sequence_number(original: Function) -> Function:
    def get_max_sequence_number(self: Any) -> int:
        numbers = order(self)
        return numbers[-1] if numbers else 0

    return get_max_sequence_number


@patch(MODELS, "KinesisBackend.get_shard_iterator", "b17eb27841e5")
def _get_shard_iterator(original: Function) -> Function:
    def get_shard_iterator(
        self: Any, stream_arn: str | None, stream_name: str | None, *arguments: Any, **named: Any
    ) -> str:
        stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
        iterator: str = original(self, stream_arn, stream.stream_name, *arguments, **named)
        return iterator

    return get_shard_iterator
