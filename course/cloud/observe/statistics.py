"""Statistics over measurements in periods, as CloudWatch defines them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html

Percentiles are found between the two nearest values, by their ranks; AWS names no method. What AWS calls trimmed and
winsorized means take values between two percentiles, or between two bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_SHORT = re.compile(r"(tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
_RANGE = re.compile(r"(TM|WM|TC|TS|PR)\((\d*\.?\d*%?):(\d*\.?\d*%?)\)")


def known(stat: str) -> bool:
    """Whether CloudWatch has a statistic of this name."""
    return (
        stat in _SIMPLE
        or stat == "IQM"
        or any(pattern.fullmatch(stat) for pattern in (_PERCENTILE, _SHORT, _RANGE))
    )


def statistic(stat: str, values: Sequence[float]) -> float | None:
    """One statistic of at least one value; None where it has no value. Raises ValueError for an unknown name."""
    simple = _SIMPLE.get(stat)
    if simple is not None:
        return float(simple(values))
    ordered = sorted(values)
    if found := _PERCENTILE.fullmatch(stat):
        return percentile(ordered, float(found[1]))
    if stat == "IQM":
        return _over("TM", ordered, "25%", "75%")
    if short := _SHORT.fullmatch(stat):
        return _over(short[1].upper(), ordered, "", f"{short[2]}%")
    if wide := _RANGE.fullmatch(stat):
        return _over(wide[1], ordered, wide[2], wide[3])
    raise ValueError(f"unknown statistic: {stat}")


def percentile(ordered: Sequence[float], rank: float) -> float:
    """The value below which `rank` per cent of the sorted values lie."""
    place = (len(ordered) - 1) * rank / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def periods(points: Iterable[tuple[float, float]], period: int, origin: float) -> dict[float, list[float]]:
    """Values by the beginning of their period, in order. A point is a moment and a value; `origin` begins a period."""
    found: dict[float, list[float]] = {}
    for at, value in points:
        found.setdefault(origin + (at - origin) // period * period, []).append(value)
    return dict(sorted(found.items()))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _over(kind: str, ordered: Sequence[float], low: str, high: str) -> float | None:
    bottom = _bound(ordered, low, -math.inf)
    top = _bound(ordered, high, math.inf)
    inside = [value for value in ordered if bottom <= value <= top]
    if kind == "TC":
        return float(len(inside))
    if kind == "TS":
        return math.fsum(inside)
    if kind == "PR":
        return 100 * len(inside) / len(ordered)
    if kind == "WM":
        return _mean([min(max(value, bottom), top) for value in ordered])
    return _mean(inside) if inside else None


def _bound(ordered: Sequence[float], text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    if text.endswith("%"):
        return percentile(ordered, float(text[:-1] or 0))
    return float(text)


_SIMPLE: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": math.fsum,
    "Minimum": min,
    "Maximum": max,
    "SampleCount": len,
    "Average": _mean,
}
