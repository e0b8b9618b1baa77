"""Measurements, as CloudWatch takes them: a name, dimensions, a moment, a value and its unit."""

from __future__ import annotations

from typing import NamedTuple

Dimensions = tuple[tuple[str, str], ...]
"""Names and values, in the order in which they are shown."""


class Point(NamedTuple):
    """One measurement. `at` is epoch seconds."""

    namespace: str
    name: str
    dimensions: Dimensions
    at: float
    value: float
    unit: str
