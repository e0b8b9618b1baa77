"""moto's DynamoDB tables: what their streams record of a write, and no function is called on the way.

moto writes two records for an item that an update creates, one for a write that changes nothing, and those of a
transaction that is undone; it fails to write into a table whose stream was turned off, turns none on again, and
after a push it deletes the records.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html (2026-11)
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.moto_bridge.stream_changes import changed, changing
from course.cloud.moto_bridge.ttl_watch import written
from course.cloud.sources.item_size import size

TABLE = "moto.dynamodb.models.table"
MODELS = "moto.dynamodb.models"
relies_on(TABLE, {"StreamShard.__init__": "5b521e4bd51c", "StreamRecord.__init__": "511904c6352c"})
relies_on(TABLE, {"Table.delete_item": "1594f7b07616"})
Write = tuple[Any, Any, Any]
"""A stream's shard, the item before and the item after."""


class _Own(threading.local):
    held: list[Write] | None = None
    by_service = False


_own = _Own()


@contextmanager
def by_service() -> Iterator[None]:
    """While inside, what this thread deletes is deleted by DynamoDB itself, because it expired."""
    _own.by_service = True
    try:
        yield
    finally:
        _own.by_service = False


@patch(TABLE, "StreamShard.add", "357dc6da267e")
def _add(original: Function) -> Function:
    def add(self: Any, old: Any, new: Any) -> None:
        if _own.held is not None:
            _own.held.append((self, copy.deepcopy(old), copy.deepcopy(new)))
        else:
            with changing():
                _append(self, old, new)

    return add


def _append(shard: Any, old: Any, new: Any) -> None:
    from moto.dynamodb.models.table import StreamRecord

    table = shard.table
    specification = table.stream_specification or {}
    if not specification.get("StreamEnabled") or (old is not None and new is not None and old == new):
        return
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    number = shard.starting_sequence_number + len(shard.items)
    made = StreamRecord(table, specification["StreamViewType"], name, old, new, number)
    made.record = copy.deepcopy(made.record)  # it shares values with the item, which changes
    made.record |= {"eventVersion": "1.1", "awsRegion": table.region_name}
    change = made.record["dynamodb"]
    change["SizeBytes"] = sum(size(change.get(part, {})) for part in ("Keys", "NewImage", "OldImage"))
    if _own.by_service:
        made.record["userIdentity"] = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    shard.items.append(made)
    changed(f"{table.table_arn}/stream/{table.latest_stream_label}")


@contextmanager
def _held() -> Iterator[list[Write]]:
    """While inside, records are collected instead of being written; what is left at the end is written.

    Nothing is if the change fails.
    """
    held: list[Write] = []
    outer, _own.held = _own.held, held
    try:
        yield held
    finally:
        _own.held = outer
    for shard, old, new in held:
        shard.add(old, new)


@patch(TABLE, "Table.put_item", "de23933013ef")
def _put_item(original: Function) -> Function:
    def put_item(self: Any, *rest: Any, **named: Any) -> Any:
        with changing():
            item = original(self, *rest, **named)
        written(self, item)
        return item

    return put_item


@patch(MODELS, "DynamoDBBackend.update_item", "218984588dd6")
def _update_item(original: Function) -> Function:
    def update_item(self: Any, table_name: str, *rest: Any, **named: Any) -> Any:
        with changing():
            with _held() as held:
                item = original(self, table_name, *rest, **named)
                del held[:-1]  # the first of two is of the keys alone, before the item is filled
            written(self.get_table(table_name), item)
        return item

    return update_item


@patch(MODELS, "DynamoDBBackend.delete_item", "083a4bb1af18")
def _delete_item(original: Function) -> Function:
    def delete_item(self: Any, *rest: Any, **named: Any) -> Any:
        with changing():
            return original(self, *rest, **named)

    return delete_item


@patch(MODELS, "DynamoDBBackend.transact_write_items", "81db2cb7d94e")
def _transact_write_items(original: Function) -> Function:
    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        with changing(), _held():
            original(self, transact_items)

    return transact_write_items


@patch(TABLE, "Table.set_stream_specification", "40d64546dbe9")
def _set_stream_specification(original: Function) -> Function:
    def set_stream_specification(self: Any, streams: dict[str, Any] | None) -> None:
        shard, view = self.stream_shard, (self.stream_specification or {}).get("StreamViewType")
        original(self, streams)
        if self.stream_shard is not shard:
            self.latest_stream_label = self.latest_stream_label[:23]  # milliseconds
        elif view:
            self.stream_specification["StreamViewType"] = (
                view  # it can be read for a day after it was turned off
            )

    return set_stream_specification


@patch(MODELS, "DynamoDBBackend.update_table_streams", "4b36bdd96688")
def _update_table_streams(original: Function) -> Function:
    def update_table_streams(self: Any, table: Any, stream_specification: dict[str, Any]) -> None:
        label = table.latest_stream_label
        if not (table.stream_specification or {}).get("StreamEnabled"):
            table.latest_stream_label = None  # a stream that is off can be turned on
        try:
            original(self, table, stream_specification)
        finally:
            table.latest_stream_label = table.latest_stream_label or label

    return update_table_streams
