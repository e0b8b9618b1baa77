"""The Markdown that rules and their cases are written in: headings, prose, and fences that are files.

A fence opens with its language and attributes, such as ```` ```python file="app.py" ````. A comment in it,
`# expect: rule-name` (several names are separated by commas), marks the line where a finding starts; prose
says the same for files that have no comments: `expect: rule-name at row 3`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

HEADINGS = ("Why it matters", "Bad", "Fixed", "Good", "When not to fix", "See also")
"""The headings of a rule's docstring, in order. `Fixed` is there if and only if the rule has a fix."""

_OPEN = regex(r"^(?P<ticks>`{3,})(?P<language>\w+)?(?P<rest>[^`]*)$")
_ATTRIBUTE = regex(r'([\w-]+)(?:="([^"]*)")?')
_EXPECT = regex(r"[ \t]*#[ \t]*expect:[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*$", re.MULTILINE)
_EXPECT_AT = regex(r"\bexpect: ([\w-]+) at row ([0-9]+)(?: of ([\w./-]+))?")


class Fence(NamedTuple):
    """A piece of code: the file it stands for, and the text with and without its marks."""

    file: str
    language: str
    attributes: dict[str, str]
    text: str

    @property
    def marks(self) -> list[tuple[str, int]]:
        """Rule names and rows of the `# expect:` comments."""
        return [
            (name.strip(), row)
            for row, line in enumerate(self.text.split("\n"), 1)
            for match in _EXPECT.finditer(line)
            for name in match[1].split(",")
        ]

    @property
    def code(self) -> str:
        """The text without the marks."""
        return _EXPECT.sub("", self.text)


class Section(NamedTuple):
    """A heading, the prose under it without code, and the fences."""

    title: str
    prose: str
    fences: tuple[Fence, ...]

    def examples(self) -> list[tuple[dict[str, str], list[tuple[str, int, str]]]]:
        """The projects shown: files by path, and the expected findings as (rule, row, path).

        Fences for different files one after the other are one project; a file named again begins the next.
        A fence with the attribute `fixed` is a result, not an example.
        """
        found: list[tuple[dict[str, str], list[tuple[str, int, str]]]] = []
        for fence in self.fences:
            if "fixed" in fence.attributes:
                continue
            if not found or fence.file in found[-1][0]:
                found.append(({}, []))
            found[-1][0][fence.file] = fence.code
            found[-1][1].extend((name, row, fence.file) for name, row in fence.marks)
        if found:
            for name, row, file in _EXPECT_AT.findall(self.prose):
                found[0][1].append((name, int(row), file or next(iter(found[0][0]))))
        return found

    def fixed(self) -> dict[str, str]:
        """Files of the fences with the attribute `fixed`."""
        return {fence.file: fence.code for fence in self.fences if "fixed" in fence.attributes}


def sections(text: str) -> Iterator[Section]:
    """The parts of a text, split at `## ` headings outside fences. The first has no title."""
    title = ""
    prose: list[str] = []
    fences: list[Fence] = []
    code: list[str] = []
    opened: re.Match[str] | None = None
    for line in text.split("\n"):
        if opened:
            if line.strip() == opened["ticks"]:
                fences.append(_fence(opened, "\n".join([*code, ""]) if code else ""))
                opened = None
            else:
                code.append(line)
            continue
        opened = _OPEN.match(line)
        if opened:
            code = []
        elif line.startswith("## "):
            yield Section(title, "\n".join(prose).strip(), tuple(fences))
            title, prose, fences = line[3:].strip(), [], []
        else:
            prose.append(line)
    yield Section(title, "\n".join(prose).strip(), tuple(fences))


def without_marks(text: str) -> str:
    """The text for readers: no `# expect:` comments, no attributes on fences."""
    text = re.sub(r"(?m)^(`{3,}\w+)[ \t]+[^`\n]+$", r"\1", text)
    text = re.sub(r"(?m)^expect: [\w-]+ at row [0-9]+.*\n", "", text)
    return _EXPECT.sub("", text)


def _fence(opened: re.Match[str], text: str) -> Fence:
    attributes = dict(_ATTRIBUTE.findall(opened["rest"]))
    language = opened["language"] or ""
    default = {"python": "app.py", "yaml": "template.yaml", "json": "template.json"}.get(language, "")
    return Fence(attributes.get("file", default), language, attributes, text)
