"""Which records of a source a mapping's filters let through.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html (2026-11)

A source has one member that holds the sender's own data: `body`, `data`, `value`. A filter on the fields of the data
fits only data that is a JSON object or array, a filter on the data as a whole only data that is neither; what fits
no filter for that reason is dropped like everything else that fits none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from course.cloud.errors import InvalidParameterValue
from course.cloud.sources.patterns import Pattern

MOST = 5
"""Filters of one mapping; AWS raises that to 10 on request."""


class Filters:
    """The filters of one mapping. `key` is the member of a record that holds the sender's data."""

    def __init__(self, texts: Sequence[str], key: str | None = None) -> None:
        """Raises InvalidParameterValue for a text that is no pattern."""
        try:
            self._patterns = [Pattern(text) for text in texts]
        except ValueError:
            raise InvalidParameterValue("Invalid filter pattern definition.") from None
        self._key = key

    def admit(self, record: Mapping[str, Any], text: str | None = None) -> bool:
        """Whether one filter fits. `text` is the sender's data, None where `record` holds it decoded already."""
        if not self._patterns:
            return True
        if text is None or self._key is None:
            return any(pattern.matches(record) for pattern in self._patterns)
        data = _structure(text)
        return any(self._fits(pattern, record, text, data) for pattern in self._patterns)

    def _fits(self, pattern: Pattern, record: Mapping[str, Any], text: str, data: Any) -> bool:
        assert self._key is not None
        wanted = pattern.shape.get(self._key)
        if isinstance(wanted, dict):
            return data is not None and pattern.matches({**record, self._key: data})
        if isinstance(wanted, list):
            return data is None and pattern.matches({**record, self._key: text})
        # Other members, or both kinds of filter within $or.
        return pattern.matches({**record, self._key: text if data is None else data})


def check_filters(criteria: Mapping[str, Any] | None) -> None:
    """Raises InvalidParameterValue for filter criteria that AWS would refuse."""
    filters = (criteria or {}).get("Filters") or []
    if len(filters) > MOST:
        raise InvalidParameterValue(
            f"Cannot add more than {MOST} filters. Remove unused filters and try again."
        )
    Filters([one.get("Pattern", "") for one in filters])


def _structure(text: str) -> Any:
    """A JSON object or array; None for everything else."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
