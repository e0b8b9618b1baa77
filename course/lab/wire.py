"""Values between a check and the learner's code: JSON, with dataclasses as objects, tuples as lists and bytes
as `{"$bytes": base64}`.

Never pickle: nothing the learner's process sends can become more than data here.
"""

from __future__ import annotations

import base64
import json
from dataclasses import fields, is_dataclass
from typing import Any

MARK = "$bytes"


def dumps(value: Any) -> str:
    """`value` as one line of JSON. Raises TypeError for what JSON has no word for."""
    return json.dumps(value, default=_plain)


def loads(text: str) -> Any:
    """The value `dumps` was given, dataclasses as dicts and tuples as lists. Raises ValueError."""
    return json.loads(text, object_hook=_bytes)


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return {MARK: base64.b64encode(value).decode()}
    if is_dataclass(value) and not isinstance(value, type):
        # Not `asdict`: it copies deeply, and what cannot be copied fails before it can be named.
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON: {value!r:.80}")


def _bytes(value: dict[str, Any]) -> Any:
    if set(value) == {MARK} and isinstance(value[MARK], str):
        return base64.b64decode(value[MARK])
    return value
