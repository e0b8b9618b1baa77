"""How large DynamoDB says that an item is.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html (2026-11); the sum of
names and values is what was seen as `SizeBytes` of stream records (2025-11).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_CONTAINER = 3
_ELEMENT = 1


def size(attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of attributes in DynamoDB's JSON: names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in attributes.items())


def _value(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "N":
        return _number(value)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "L":
        return _CONTAINER + sum(_ELEMENT + _value(one) for one in value)
    if kind == "M":
        return _CONTAINER + sum(_ELEMENT + len(name.encode()) + _value(one) for name, one in value.items())
    if kind in ("SS", "NS", "BS"):
        return sum(_value({kind[0]: one}) for one in value)
    if kind == "B":
        return len(value if isinstance(value, bytes) else base64.b64decode(value))
    return len(str(value).encode())


def _number(text: str) -> int:
    """One byte for two significant digits, and one more; one for a minus sign."""
    parts = Decimal(text).normalize().as_tuple()
    return (len(parts.digits) + 1) // 2 + 1 + parts.sign
