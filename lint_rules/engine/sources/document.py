"""A document: one file as the linter and its user see it, whatever its format.

Every span of every finding counts characters of `Document.text`. For a plain file that is the decoded file.
For a notebook it is the source of all code cells, each ending in a newline, one after the other; `cells` says
where each begins. So rules, suppressions and fixes never know that notebooks exist, and only this file and
`notebook.py` turn an offset into a cell.
"""

from __future__ import annotations

from bisect import bisect_right

from lint_rules.engine.typed import NamedTuple


class Cell(NamedTuple):
    """A code cell: its number as people count (1 is the first cell of the notebook, of any type) and where
    its source begins and ends in the document's text."""

    number: int
    start: int
    end: int


class Location(NamedTuple):
    """A place for people: row and column from 1, counted in characters; in a notebook within `cell`."""

    row: int
    column: int
    cell: int | None = None


class Document:
    """One file. `path` is as the user wrote it, with forward slashes."""

    def __init__(self, path: str, text: str, cells: tuple[Cell, ...] = (), raw: str | None = None) -> None:
        self.path = path
        self.text = text
        self.cells = cells
        self.raw = text if raw is None else raw
        """What is on disk, decoded: the JSON of a notebook, else the text itself."""
        self._lines: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which the lines of `text` begin."""
        if self._lines is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at != -1:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._lines = starts
        return self._lines

    def row(self, offset: int) -> int:
        """The row of `text` (from 1) that holds `offset`, cells not considered."""
        return bisect_right(self.line_starts, offset)

    def line(self, row: int) -> str:
        """The text of a row of `text` (from 1), without its line end."""
        starts = self.line_starts
        end = starts[row] if row < len(starts) else len(self.text)
        return self.text[starts[row - 1] : end].rstrip("\r\n")

    def locate(self, offset: int) -> Location:
        """Row, column and cell of an offset."""
        row = self.row(offset)
        column = offset - self.line_starts[row - 1] + 1
        if not self.cells:
            return Location(row, column)
        cell = self.cells[max(0, bisect_right([c.start for c in self.cells], offset) - 1)]
        return Location(row - self.row(cell.start) + 1, column, cell.number)
