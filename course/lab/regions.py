"""Solution regions: the lines of an answer that a learner must find for themselves.

`### BEGIN SOLUTION` and `### END SOLUTION` enclose them. The learner's stub replaces each region by one line
at its indentation; the reference answer only loses the markers.
"""

from __future__ import annotations

from collections.abc import Iterator

from course.lab.fences import LabError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


def stub(source: str) -> str:
    """The source as the learner first sees it: every region is one line `...  # your code`, or, where the
    region stands at the left margin, the comment `# your code`."""
    return "\n".join(_kept(source, replace=True))


def reference(source: str) -> str:
    """The source with its solution and without the markers."""
    return "\n".join(_kept(source, replace=False))


def hidden_lines(source: str) -> list[str]:
    """The lines inside regions, as they stand."""
    found: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        elif inside:
            found.append(line)
    return found


def validate(source: str, path: str, line: int) -> None:
    """Raise LabError unless every region is opened and closed once, at one level, and holds something."""
    opened: int | None = None
    count = 0
    for number, text in enumerate(source.splitlines(), start=line):
        marker = text.strip()
        if marker == BEGIN:
            if opened is not None:
                raise LabError(path, number, f"a solution region inside the one opened in line {opened}")
            opened, count = number, 0
        elif marker == END:
            if opened is None:
                raise LabError(path, number, f"`{END}` without `{BEGIN}`")
            if not count:
                raise LabError(path, opened, "the solution region is empty")
            opened = None
        elif "BEGIN SOLUTION" in marker or "END SOLUTION" in marker:
            raise LabError(path, number, f"a marker is exactly `{BEGIN}` or `{END}`, alone in its line")
        elif marker:
            count += 1
    if opened is not None:
        raise LabError(path, opened, f"the solution region is not closed; add `{END}`")


def _kept(source: str, replace: bool) -> Iterator[str]:
    inside = False
    for line in source.splitlines():
        marker = line.strip()
        if marker == BEGIN:
            inside = True
            if replace:
                indent = line[: len(line) - len(line.lstrip())]
                yield f"{indent}...  # your code" if indent else "# your code"
        elif marker == END:
            inside = False
        elif not (inside and replace):
            yield line
