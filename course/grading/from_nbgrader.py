"""Reads an nbgrader source notebook: cells with metadata `nbgrader`, `### BEGIN SOLUTION`, `### BEGIN HIDDEN TESTS`.

https://nbgrader.readthedocs.io/en/stable/user_guide/creating_and_grading_assignments.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from course.grading.adopted import Adopted, Task, Test, identifier, solved

_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.DOTALL | re.MULTILINE
)
_MARKERS = re.compile(r"^[ \t]*### (?:BEGIN|END) HIDDEN TESTS[^\n]*\n?", re.MULTILINE)


def recognises(cells: Sequence[dict[str, Any]]) -> bool:
    """Whether it is one."""
    return any("nbgrader" in cell["metadata"] for cell in cells)


def read(cells: Sequence[dict[str, Any]], title: str) -> Adopted:
    """The notebook as a lab. Each cell has `kind`, `source` and `metadata`."""
    lab, shared = Adopted(title), ""
    for cell in cells:
        about, source = cell["metadata"].get("nbgrader") or {}, cell["source"]
        name = identifier(str(about.get("grade_id", "task")))
        if cell["kind"] != "code":
            lab.parts.append(source)
            if about.get("grade") or about.get("solution"):
                lab.lost.append(f"{name}: is graded by hand; there is no such thing in a lab")
        elif about.get("solution"):
            lab.parts.append(Task(name, solved(source), shared))
            if about.get("grade"):
                lab.lost.append(f"{name}: is graded by hand ({about.get('points')} points); write a check")
        elif about.get("grade"):
            if lab.tasks:
                lab.tasks[-1].tests += _tests(name, source, float(about.get("points") or 0), lab.lost)
            else:
                lab.lost.append(f"{name}: is a test before there is anything to test")
        elif source.lstrip().startswith(("%", "!")):
            lab.lost.append(f"a cell with a magic was left out: {source.strip().splitlines()[0]}")
        else:
            shared += source.rstrip() + "\n"
    return lab


def _tests(name: str, source: str, points: float, lost: list[str]) -> list[Test]:
    if not _HIDDEN.search(source):
        return [Test(name, source, points or 1)]
    whole = _MARKERS.sub("", source)
    seen = _HIDDEN.sub("", source)
    if "assert" not in seen:
        return [Test(name, whole, points or 1, hidden=True)]
    lost.append(f"{name}: its points are halved between what is visible and what is hidden; see to them")
    half = (points or 1) / 2
    return [Test(name, seen, half), Test(f"{name}_hidden", whole, half, hidden=True)]
