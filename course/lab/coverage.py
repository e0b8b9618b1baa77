"""Which rows of the source matrix a lab teaches, and where: the lines `<!-- rows: S1-084 S1-085 -->` in its text.

The rows that a lab shall teach are in `solutions/rows.json`, which `scripts/derive_rows.py` makes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course.errors import UserError
from course.lab.document import Lab
from course.lab.fences import Fence

MARK = re.compile(r"^[ \t]*<!--\s*rows:\s*(.*?)\s*-->[ \t]*$", re.MULTILINE)
ROW = re.compile(r"\b([SN]\d?)[-:](\d{1,3})\b")
ROWS = "rows.json"


@dataclass(frozen=True)
class Coverage:
    """One lab's rows: `marked` with the line of the first passage that teaches each; `missing` are those that the
    lab shall teach and does not mark; `unlisted` and `unmarked` tell apart its head and its marks."""

    slug: str
    marked: Mapping[str, int]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]
    unmarked: tuple[str, ...]


def without_marks(text: str) -> str:
    """Prose as a learner has it."""
    return MARK.sub("\0", text).replace("\0\n", "").replace("\0", "").strip("\n")


def marks(cells: tuple[Fence, ...]) -> dict[str, int]:
    """The rows marked in a lab's prose, in order, each with its first line."""
    found: dict[str, int] = {}
    for cell in cells:
        if cell.is_prose:
            for match in MARK.finditer(cell.source):
                line = cell.line + cell.source.count("\n", 0, match.start())
                for row in rows_in(match[1]):
                    found.setdefault(row, line)
    return found


def rows_in(text: str) -> list[str]:
    """The rows named in a text, written `S1-084` or `S1:084`, in the first form."""
    return [f"{match[1]}-{int(match[2]):03}" for match in ROW.finditer(text)]


def wanted(solutions: Path) -> dict[str, list[str]]:
    """The rows of each lab by its two digits. Raises UserError when the list cannot be read."""
    try:
        found: dict[str, list[str]] = json.loads((solutions / ROWS).read_text(encoding="utf-8"))["rows"]
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{solutions / ROWS} cannot be read: {error}") from None
    return found


def covered(lab: Lab, wanted: Mapping[str, list[str]]) -> Coverage:
    """What a lab marks, compared with what it says in its head and what it shall teach."""
    marked = marks(lab.cells)
    listed = [row for text in lab.rows for row in rows_in(text)]
    return Coverage(
        lab.slug,
        marked,
        missing=tuple(row for row in wanted.get(lab.number, []) if row not in marked),
        unlisted=tuple(row for row in marked if row not in listed),
        unmarked=tuple(row for row in listed if row not in marked),
    )
