"""What a target of a rule receives: the event, a part of it, a constant, or what a template makes of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (2026-11); how templates treat
quotes, lists and what is missing follows answers recorded against AWS and published by others (2024-05 to 2025-10).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from course.cloud.sources import paths

_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.\-]+)>")
PREDEFINED = frozenset(
    {
        "aws.events.rule-arn",
        "aws.events.rule-name",
        "aws.events.event.ingestion-time",
        "aws.events.event",
        "aws.events.event.json",
    }
)


def compact(value: Any) -> str:
    """JSON without spaces, as EventBridge writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def complain(target: Mapping[str, Any]) -> str:
    """What PutTargets says against the input of a target; empty if nothing."""
    given = [key for key in ("Input", "InputPath", "InputTransformer") if target.get(key) is not None]
    if len(given) > 1:
        return (
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
        )
    transformer = target.get("InputTransformer") or {}
    known = PREDEFINED | set(transformer.get("InputPathsMap") or {})
    for name in _PLACEHOLDER.findall(transformer.get("InputTemplate") or ""):
        if name not in known:
            return f"InputTemplate for target {target['Id']} contains invalid placeholder {name}."
    return ""


def shape(
    event: Mapping[str, Any], target: Mapping[str, Any], rule: tuple[str, str], ingested: str
) -> str | None:
    """The text for a target, None where its template makes no JSON of this event.

    `rule` is name and ARN, `ingested` the stamp of the moment when the event arrived.
    """
    if (constant := target.get("Input")) is not None:
        return str(constant)
    if (path := target.get("InputPath")) is not None:
        found = paths.find(event, paths.parse(path))
        return compact(found[0]) if found else None
    transformer = target.get("InputTransformer")
    if not transformer:
        return compact(event)
    values = {
        "aws.events.rule-name": rule[0],
        "aws.events.rule-arn": rule[1],
        "aws.events.event.ingestion-time": ingested,
        "aws.events.event": _without_detail(event),
        "aws.events.event.json": event,
    }
    for name, path in (transformer.get("InputPathsMap") or {}).items():
        found = paths.find(event, paths.parse(path))
        values[name] = found[0] if found else ""
    return _fill(transformer["InputTemplate"], values)


def _without_detail(event: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in event.items() if key != "detail"}
    return {"detailType" if key == "detail-type" else key: value for key, value in kept.items()}


def _fill(template: str, values: Mapping[str, Any]) -> str | None:
    parts: list[str] = []
    position = 0
    quoted = False
    for found in _PLACEHOLDER.finditer(template):
        between = template[position : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        value = values.get(found[1], "")
        parts += [between, _bare(value) if quoted else compact(value)]
        position = found.end()
    filled = "".join([*parts, template[position:]])
    return filled if _is_json_lines(filled) else None


def _bare(value: Any) -> str:
    """A value inside of quotes: objects and lists lose their own."""
    if isinstance(value, str):
        return compact(value)[1:-1]
    return compact(value).replace('"', "")


def _is_json_lines(text: str) -> bool:
    """Whether it is one JSON value, or one string on each line."""
    try:
        json.loads(text)
    except ValueError:
        lines = text.splitlines()
        return len(lines) > 1 and all(line.startswith('"') and _is_json_lines(line) for line in lines)
    return True
