"""Items of moto's tables that expire, and word of them to whoever deletes them. moto deletes none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from course.cloud.moto_bridge.patches import Current
from course.cloud.sources.ttl import Expiring

current: Current[Callable[[Iterable[Expiring]], None]] = Current()
"""Told of items that were written with a TTL."""


def written(table: Any, item: Any) -> None:
    """An item was written."""
    found = expiring(table, item)
    if found is not None and current.it is not None:
        current.it([found])


def expiring(table: Any, item: Any) -> Expiring | None:
    """An item's expiry; None if its table has no TTL or its attribute is no number."""
    if table.ttl.get("TimeToLiveStatus") != "ENABLED" or item is None:
        return None
    value = item.attrs.get(table.ttl["AttributeName"])
    if value is None or value.type != "N":
        return None
    key = {table.hash_key_attr: item.hash_key.to_json()}
    if table.range_key_attr is not None:
        key[table.range_key_attr] = item.range_key.to_json()
    return Expiring(table.table_arn, key, float(value.value))
