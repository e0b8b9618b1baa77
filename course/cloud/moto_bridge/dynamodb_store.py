"""moto's DynamoDB streams as event source mappings need them, in process. A table's stream has one shard."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from course.cloud.clock import Clock
from course.cloud.moto_bridge import dynamodb_streams, patches, stream_changes
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.sources.streams import ShardState, StreamRecord

relies_on("moto.dynamodb.models.table", {"StreamShard.get": "fa7e9a0d7b43"})
_KEPT = 24 * 3600.0
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html (2026-11)"""


class MotoDynamoStreams:
    """The `Streams` of DynamoDB."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notify: Callable[[str], None] | None = None
        assert dynamodb_streams.TABLE  # its patches are declared

    def known(self, arn: str) -> bool:
        return _shard(arn) is not None

    def shards(self, arn: str) -> list[ShardState]:
        shard = _shard(arn)
        return [] if shard is None else [ShardState(shard.id, (), open=True)]

    def read(self, arn: str, shard: str, after: int) -> list[StreamRecord]:
        found = _shard(arn)
        if found is None:
            return []
        with stream_changes.LOCK:
            records = found.items[max(after + 1 - found.starting_sequence_number, 0) :]
        oldest = self._clock.now() - _KEPT
        made = [_record(shard, one.record) for one in records]
        return [one for one in made if one.at >= oldest]

    def position(self, arn: str, shard: str, start: str, moment: float) -> int:
        found = _shard(arn)
        if found is None or start == "TRIM_HORIZON":
            return 0
        return int(found.starting_sequence_number + len(found.items) - 1)

    def retention(self, arn: str) -> float:
        return _KEPT

    def watch(self, notify: Callable[[str], None]) -> None:
        self._notify = notify
        stream_changes.current.enter(notify)

    def close(self) -> None:
        """Tell nobody any more."""
        if self._notify is not None:
            stream_changes.current.leave(self._notify)


def _shard(arn: str) -> Any:
    """That of a stream; None if the table has another stream now, or none."""
    from moto.dynamodb.models import dynamodb_backends

    patches.apply()
    _, _, _, region, account, path = arn.split(":", 5)
    _, name, *rest = path.split("/")
    table = dynamodb_backends[account][region].tables.get(name)
    if table is None or rest != ["stream", table.latest_stream_label]:
        return None
    return table.stream_shard


def _record(shard: str, record: dict[str, Any]) -> StreamRecord:
    change = {**record["dynamodb"]}
    written: datetime = change["ApproximateCreationDateTime"]
    at = written.replace(tzinfo=timezone.utc).timestamp()
    change["ApproximateCreationDateTime"] = float(int(at))
    change |= {image: _json(change[image]) for image in ("Keys", "NewImage", "OldImage") if image in change}
    event = {**record, "dynamodb": change}
    who = event.pop("userIdentity", None)
    if who is not None:
        event["userIdentity"] = {"principalId": who["PrincipalId"], "type": who["Type"]}
    key = json.dumps(change["Keys"], sort_keys=True)
    return StreamRecord(shard, int(change["SequenceNumber"]), key, at, event)


def _json(value: Any) -> Any:
    """Attributes as JSON has them: what is binary in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _json(one) for name, one in value.items()}
    return [_json(one) for one in value] if isinstance(value, list) else value
