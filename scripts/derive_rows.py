"""Writes `solutions/rows.json`: which rows of a source matrix land in which lab or reference page. Ids only.

    python scripts/derive_rows.py MATRIX.md

The matrix is a Markdown file with tables whose first cell is a row's id (`S1-084`, `N-002`) and whose last cell names
where it lands (`L03, R8`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from course.lab.coverage import ROWS

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"\| *([SN]\d?-\d{3}) *\|.*\|([^|]*)\| *$")
PLACE = re.compile(r"\b(?:L(\d\d)|(R\d\d?))\b")


def rows(matrix: str) -> dict[str, list[str]]:
    """The rows of each place: labs by their two digits, reference pages as R1."""
    found: dict[str, list[str]] = {}
    for line in matrix.splitlines():
        if match := ROW.match(line):
            for lab, page in PLACE.findall(match[2]):
                found.setdefault(lab or page, []).append(match[1])
    return dict(sorted(found.items()))


def written(found: dict[str, list[str]]) -> str:
    """The file, a line for each place."""
    lines = ",\n".join(f'  "{place}": {json.dumps(ids)}' for place, ids in found.items())
    return f'{{"rows": {{\n{lines}\n}}}}\n'


if __name__ == "__main__":
    text = written(rows(Path(sys.argv[1]).read_text(encoding="utf-8")))
    (ROOT / "solutions" / ROWS).write_text(text, encoding="utf-8")
