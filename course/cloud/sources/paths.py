"""JSON paths as EventBridge and CloudWatch Logs write them: `$.detail.items[0].name`, `$.detail-type`, `$['a b']`.

`[*]` and `.*` stand for every element; everything else names one.
"""

from __future__ import annotations

import re
from typing import Any

_STEP = re.compile(r"\.([^.\[\]*'\"\s()]+)|\.\*|\[(\d+)\]|\[\*\]|\.?\[\s*(?:'([^']*)'|\"([^\"]*)\")\s*\]")
Step = str | int | None
"""A key, an index, or None for every element."""


def parse(path: str) -> tuple[Step, ...]:
    """Read a path. Raises ValueError if it is none."""
    if not path.startswith("$"):
        raise ValueError(path)
    steps: list[Step] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise ValueError(path)
        key, index, single, double = found.groups()
        named = next((name for name in (key, single, double) if name is not None), None)
        steps.append(int(index) if index is not None else named)
        position = found.end()
    return tuple(steps)


def find(value: Any, steps: tuple[Step, ...]) -> list[Any]:
    """What a path leads to: nothing, one value, or several where it has a star."""
    found = [value]
    for step in steps:
        found = [inner for outer in found for inner in _inside(outer, step)]
    return found


def _inside(value: Any, step: Step) -> list[Any]:
    if step is None:
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    return [value[step]] if isinstance(value, list) and step < len(value) else []
