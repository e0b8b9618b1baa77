"""The answer files in the bytes of a notebook, whoever wrote them and whatever happened to them since.

Cells are known by their first line (see `file_cell`), so that stripped metadata, copied cells, edited points, other
outputs and a cell that became Markdown change nothing. Nothing is run, and what cannot be read says so in a clause.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from course.lab import file_cell

SIZE = 64 * 1024**2
TEXT = 1024**2
CELLS = 2_000


@dataclass(frozen=True)
class AnswerCells:
    """The files by name, the last of several cells for one file, and what was odd, a clause each."""

    files: dict[str, str]
    notes: tuple[str, ...] = ()


class Unreadable(ValueError):
    """No notebook, or none that we read. Its text is a clause that goes on after the notebook's name."""


def read(data: bytes, names: Collection[str]) -> AnswerCells:
    """The files of those names in a notebook. Raises Unreadable."""
    if len(data) > SIZE:
        raise Unreadable("is larger than 64 MB; clear its outputs and save it")
    if not data.strip():
        raise Unreadable("is empty")
    text, notes = decode(data)
    try:
        cells = _cells(json.loads(text))
    except RecursionError:
        raise Unreadable("is nested too deeply to be a notebook") from None
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("is not a notebook any more (it is cut off, or was edited as text)") from None
    if len(cells) > CELLS:
        raise Unreadable(f"has {len(cells):,} cells; {CELLS:,} are read")
    files: dict[str, str] = {}
    copies: dict[str, int] = {}
    for cell in cells:
        found = file_cell.read(_source(cell))
        if found is None or found.name not in names:
            continue
        if len(found.text) > TEXT:
            notes.append(f"a cell for {found.name} is larger than 1 MB and was left out")
            continue
        files[found.name] = found.text
        copies[found.name] = copies.get(found.name, 0) + 1
    notes += [
        f"{count} cells write {name}: the last one counts" for name, count in copies.items() if count > 1
    ]
    return AnswerCells(files, tuple(notes))


def decode(data: bytes) -> tuple[str, list[str]]:
    """Text without its byte order mark, and what was odd about it. What is not UTF-8 is read as Latin-1."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("latin-1"), ["it is not UTF-8 and was read as Latin-1"]


def _cells(document: Any) -> list[Any]:
    if not isinstance(document, dict):
        raise Unreadable("is JSON, but not a notebook")
    cells = document.get("cells")
    sheets = document.get("worksheets")
    if cells is None and isinstance(sheets, list):  # nbformat 3
        held = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        cells = [cell for found in held if isinstance(found, list) for cell in found]
    if not isinstance(cells, list):
        raise Unreadable("has no cells")
    return cells


def _source(cell: Any) -> str:
    if not isinstance(cell, dict):
        return ""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
