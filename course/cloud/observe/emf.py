"""The embedded metric format: log lines that are metrics too.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

A line that does not keep to the specification is only a line. Of a line that does, a metric without a number is left
out, as is a set of dimensions of which a value is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from course.cloud.observe.points import Dimensions, Point

MARK = '"_aws"'
"""Without it a line cannot be one."""
_VALUES = 100
_METRICS = 100
_DIMENSIONS = 30


def embedded(line: str) -> list[Point]:
    """The measurements in a line of a log; none if it is no such line."""
    if MARK not in line:
        return []
    start = line.find("{")
    try:
        root: Any = json.loads(line[start:]) if not line[:start].strip() else None
        head = root["_aws"]
        at = head["Timestamp"] / 1000
        return [point for directive in head["CloudWatchMetrics"] for point in _directive(root, directive, at)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def _directive(root: Mapping[str, Any], directive: Mapping[str, Any], at: float) -> Iterator[Point]:
    namespace, sets = directive["Namespace"], directive.get("Dimensions") or [[]]
    metrics = directive["Metrics"]
    if not isinstance(namespace, str) or not namespace or len(metrics) > _METRICS:
        return
    for names in sets:
        dimensions = _dimensions(root, names)
        if dimensions is None:
            continue
        for metric in metrics:
            name = metric["Name"]
            for value in _numbers(root.get(name)):
                yield Point(namespace, name, dimensions, at, value, metric.get("Unit", "None"))


def _dimensions(root: Mapping[str, Any], names: list[str]) -> Dimensions | None:
    if len(names) > _DIMENSIONS:
        return None
    values = [(name, root.get(name)) for name in names]
    if not all(isinstance(value, str) and value for _, value in values):
        return None
    return tuple((name, str(value)) for name, value in values)


def _numbers(value: Any) -> list[float]:
    found = value if isinstance(value, list) else [value]
    if len(found) > _VALUES or not all(type(number) in (int, float) for number in found):
        return []
    return [float(number) for number in found]
