"""Regions of an answer: the lines that a learner must find, and broken ones that they are given to mend.

`### BEGIN SOLUTION` and `### END SOLUTION` enclose the first, `### BEGIN BROKEN` and `### END BROKEN` the others.
The learner's stub keeps broken lines and replaces each solution by one line at its indentation, unless it follows
a broken region, which it mends. The reference answer has the solutions only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from course.lab.fences import LabError

MARKER = re.compile(r"### (BEGIN|END) (SOLUTION|BROKEN)")
SUSPECT = re.compile(r"\b(?:BEGIN|END) (?:SOLUTION|BROKEN)\b")
SOLUTION, BROKEN, PLAIN = "SOLUTION", "BROKEN", ""


def stub(source: str) -> str:
    """The source as the learner first sees it: a solution is one line `...  # your code`, or, where the region
    stands at the left margin, the comment `# your code`."""
    parts = list(_parts(source))
    kept: list[str] = []
    for (before, _), (kind, lines) in pairwise([(PLAIN, [""]), *parts]):
        if kind != SOLUTION:
            kept += lines[1:]
        elif before != BROKEN:
            indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
            kept.append(f"{indent}...  # your code" if indent else "# your code")
    return "\n".join(kept)


def reference(source: str) -> str:
    """The source with its solution, without broken lines and markers."""
    return "\n".join(line for kind, lines in _parts(source) if kind != BROKEN for line in lines[1:])


def hidden_lines(source: str) -> list[str]:
    """The lines of solutions that the broken code does not give away, as they stand."""
    parts = list(_parts(source))
    given = {line.strip() for kind, lines in parts if kind == BROKEN for line in lines[1:]}
    return [
        line
        for kind, lines in parts
        if kind == SOLUTION
        for line in lines[1:]
        if not line.strip() or line.strip() not in given
    ]


def validate(source: str, path: str, line: int) -> None:
    """Raise LabError unless every region is opened and closed once, at one level, and holds something."""
    opened: int | None = None
    inside = ""
    count = 0
    for number, text in enumerate(source.splitlines(), start=line):
        marker = text.strip()
        match = MARKER.fullmatch(marker)
        if match and match[1] == "BEGIN":
            if opened is not None:
                raise LabError(path, number, f"a region inside the one opened in line {opened}")
            opened, inside, count = number, match[2], 0
        elif match:
            if opened is None or match[2] != inside:
                raise LabError(path, number, f"`{marker}` without `### BEGIN {match[2]}`")
            if not count:
                raise LabError(path, opened, "the region is empty")
            opened = None
        elif SUSPECT.search(marker) and marker.startswith("#"):
            raise LabError(path, number, "a marker is exactly like `### BEGIN SOLUTION`, alone in its line")
        elif marker:
            count += 1
    if opened is not None:
        raise LabError(path, opened, f"the region is not closed; add `### END {inside}`")


def _parts(source: str) -> Iterator[tuple[str, list[str]]]:
    """The kinds of the parts in order, each with its marker line (or an empty one) and its lines. Parts with nothing
    between two regions are left out."""
    kind, lines = PLAIN, [""]
    for line in source.splitlines():
        match = MARKER.fullmatch(line.strip())
        if match is None:
            lines.append(line)
            continue
        if kind or len(lines) > 1:
            yield kind, lines
        kind, lines = (match[2], [line]) if match[1] == "BEGIN" else (PLAIN, [""])
    if len(lines) > 1:
        yield kind, lines
