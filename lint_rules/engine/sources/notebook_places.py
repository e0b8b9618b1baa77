"""Where the characters of a notebook's cells stand in the JSON of its file, for programs that know no cells.

A cell's source is one JSON string, or a list of them. A place is always inside a string, so what is put there, or
taken out between two such places, leaves JSON that still reads.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import lru_cache

from lint_rules.engine.regex import regex
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.notebook import source_spans

_STRING = regex(r'"(?:[^"\\]|\\.)*"')
# A character beyond U+FFFF may be written as two escapes, and is one.
_CHARACTER = regex(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.S
)


class RawPlaces:
    """The places of one notebook."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._values = source_spans(document.raw)
        self._known: dict[int, list[int]] = {}
        self._rows = [0, *(match.end() for match in re.finditer("\n", document.raw))]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a span of the document's text stands in the file; None for a cell without any string.

        Both ends count from the cell that the span begins in: where one cell ends the next begins.
        """
        cells = self._document.cells
        cell = cells[max(0, bisect_right([cell.start for cell in cells], start) - 1)]
        offsets = self._offsets(cell.number)
        if not offsets:
            return None
        last = len(offsets) - 1
        return offsets[min(start - cell.start, last)], offsets[min(end - cell.start, last)]

    def row_and_column(self, raw: int) -> tuple[int, int]:
        """Row and column, from 1, of an offset in the file."""
        row = bisect_right(self._rows, raw)
        return row, raw - self._rows[row - 1] + 1

    def _offsets(self, number: int) -> list[int]:
        """Of each character of a cell, and of its end."""
        if number not in self._known:
            start, end = self._values.get(number, (0, 0))
            found: list[int] = []
            last = -1
            for string in _STRING.finditer(self._document.raw, start, end):
                last = string.end() - 1
                inside = _CHARACTER.finditer(self._document.raw, string.start() + 1, last)
                found += (match.start() for match in inside)
            self._known[number] = [*found, last] if last >= 0 else []
        return self._known[number]


@lru_cache(maxsize=4)
def raw_places(document: Document) -> RawPlaces:
    """The places of a notebook; those of the last few are kept, since a report asks for each finding."""
    return RawPlaces(document)


def escaped(text: str) -> str:
    """Text as it stands inside a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
