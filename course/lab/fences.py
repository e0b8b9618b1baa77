"""Cuts a lab's Markdown into cells, each with its language, attributes and line.

The text is a Jupytext Markdown notebook, and the code cells found here are those Jupytext finds (a test holds
the two together). It is read here rather than by Jupytext because an author needs line numbers and a learner
needs an import that takes milliseconds. Front matter, meaning and validation are left to `document`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.errors import UserError

FENCE = re.compile(r"^(`{3,}|~{3,})\s*([\w+-]*)\s*(.*?)\s*$")
ATTRIBUTE = re.compile(r"""\s*([A-Za-z_][\w-]*)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\]|[^\s"'\[]+)""")
HEADING = re.compile(r"^#{1,6}\s")

Attribute = str | int | float | bool | list[str]


class LabError(UserError):
    """A mistake in a lab's source; the text begins with `path:line:`."""

    def __init__(self, path: str, line: int, what: str) -> None:
        super().__init__(f"{path}:{line}: {what}")


@dataclass(frozen=True)
class Fence:
    """One cell. `language` is `python`, `markdown`, `yaml` (fenced cells) or empty for prose; `line` is that
    of the first line of `source` in the document, counted from 1."""

    language: str
    source: str
    line: int
    attributes: dict[str, Attribute] = field(default_factory=dict)

    @property
    def is_prose(self) -> bool:
        """Whether this is running text rather than a fenced cell."""
        return not self.language


def front_matter(text: str, path: str) -> tuple[str, int]:
    """The YAML between the two `---` lines at the top, and the number of lines it takes with them."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        raise LabError(path, 1, "a lab begins with front matter between two `---` lines")
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return "\n".join(lines[1 : number - 1]), number
    raise LabError(path, 1, "the front matter is not closed; add a line `---`")


def cells(text: str, path: str, skip: int = 0) -> Iterator[Fence]:
    """The cells after the first `skip` lines, in order. Prose is cut at headings and at two blank lines.

    Raises LabError for a fence that is not closed or attributes that cannot be read.
    """
    lines = text.splitlines()
    prose: list[str] = []
    prose_line = skip + 1
    number = skip
    while number < len(lines):
        line = lines[number]
        opened = FENCE.match(line)
        if opened is None:
            cut = HEADING.match(line) or (line.strip() and prose[-2:] == ["", ""])
            if cut and any(prose):
                yield _prose(prose, prose_line)
                prose = []
            if not prose:
                prose_line = number + 1
            prose.append(line.rstrip())
            number += 1
            continue
        end = _closing(lines, number, opened[1])
        if end is None:
            raise LabError(path, number + 1, f"this {opened[1]} fence is not closed")
        attributes = _attributes(opened[3], path, number + 1)
        if opened[2] == "python" or (opened[2] in ("markdown", "yaml") and attributes):
            if any(prose):
                yield _prose(prose, prose_line)
            prose = []
            yield Fence(opened[2], "\n".join(lines[number + 1 : end]), number + 2, attributes)
        else:
            if not prose:
                prose_line = number + 1
            prose += lines[number : end + 1]
        number = end + 1
    if any(prose):
        yield _prose(prose, prose_line)


def _prose(lines: list[str], line: int) -> Fence:
    blank = next(index for index, text in enumerate(lines) if text.strip())
    return Fence("", "\n".join(lines[blank:]).rstrip(), line + blank)


def _closing(lines: list[str], start: int, mark: str) -> int | None:
    """The index of the line that closes the fence opened at index `start`."""
    for number in range(start + 1, len(lines)):
        line = lines[number].rstrip()
        if line.startswith(mark) and not line.strip(mark[0]):
            return number
    return None


def _attributes(text: str, path: str, line: int) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    position = 0
    while text[position:].strip():
        match = ATTRIBUTE.match(text, position)
        if match is None:
            raise LabError(
                path, line, f'expected name="value" in the fence, found `{text[position:].strip()}`'
            )
        name, raw = match[1], match[2]
        if name in found:
            raise LabError(path, line, f"the attribute `{name}` is given twice")
        if raw.startswith("'"):
            found[name] = raw[1:-1]
        else:
            try:
                found[name] = json.loads(raw)
            except ValueError:
                raise LabError(path, line, f"the value of `{name}` cannot be read; quote it") from None
        position = match.end()
    return found
