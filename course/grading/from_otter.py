"""Reads an otter-assign notebook: raw cells with `# BEGIN QUESTION`, `# BEGIN TESTS`, and solutions marked in comments.

https://otter-grader.readthedocs.io/en/latest/otter_assign/notebook_format.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from course.grading.adopted import Adopted, Task, Test, identifier, solved

_DIRECTIVE = re.compile(r"#\s*(BEGIN|END|ASSIGNMENT)\s+(\w+)", re.IGNORECASE)
_CONFIG = re.compile(r'^"""\s*#\s*BEGIN TEST CONFIG\s*\n(.*?)"""\s*#\s*END TEST CONFIG[^\n]*\n?', re.DOTALL)
_LINE = re.compile(r"^([ \t]*)(.*?)[ \t]*#[ \t]*SOLUTION(?: NO PROMPT)?[ \t]*$", re.MULTILINE)
_PROMPT = re.compile(
    r'^[ \t]*"""\s*#\s*BEGIN PROMPT.*?"""[^\n]*# END PROMPT[^\n]*\n?', re.DOTALL | re.MULTILINE
)


def recognises(cells: Sequence[dict[str, Any]]) -> bool:
    """Whether it is one."""
    return any(
        cell["kind"] == "raw" and _directive(cell["source"]) == ("BEGIN", "QUESTION") for cell in cells
    )


def read(cells: Sequence[dict[str, Any]], title: str) -> Adopted:
    """The notebook as a lab. Each cell has `kind`, `source` and `metadata`."""
    lab, shared, place = Adopted(title), "", ""
    about: dict[str, Any] = {}
    for cell in cells:
        source = cell["source"]
        if cell["kind"] == "raw":
            word, what = _directive(source)
            if (word, what) == ("BEGIN", "QUESTION"):
                about, place = _settings(source), ""
                if about.get("manual"):
                    lab.lost.append(f"{about.get('name')}: is graded by hand; write a check")
            elif what in ("SOLUTION", "TESTS", "PROMPT"):
                place = what if word == "BEGIN" else ""
            elif (word, what) == ("END", "QUESTION"):
                _share_out(lab, about)
                about = {}
        elif cell["kind"] != "code":
            lab.parts.append(source)
        elif place == "TESTS":
            if lab.tasks:
                name = f"{lab.tasks[-1].name}_{len(lab.tasks[-1].tests) + 1}"
                lab.tasks[-1].tests.append(_test(name, source))
            else:
                lab.lost.append("a test comes before there is anything to test")
        elif place == "SOLUTION" and about:
            if lab.tasks and lab.tasks[-1].name == identifier(str(about.get("name"))):
                lab.tasks[-1].source += "\n" + _marked(source)
            else:
                lab.parts.append(Task(identifier(str(about.get("name"))), _marked(source), shared))
        elif place != "PROMPT":
            shared += source.rstrip() + "\n"
    return lab


def _directive(source: str) -> tuple[str, str]:
    match = _DIRECTIVE.match(source.strip())
    return (match[1].upper(), match[2].upper()) if match else ("", "")


def _settings(text: str) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _test(name: str, source: str) -> Test:
    match = _CONFIG.match(source)
    about = _settings(match[1]) if match else {}
    rest = source[match.end() :] if match else source
    hidden = rest.lstrip().upper().startswith("# HIDDEN") or bool(about.get("hidden"))
    return Test(name, rest, float(about.get("points") or 0), hidden)


def _share_out(lab: Adopted, about: dict[str, Any]) -> None:
    """A question's points are shared by its tests, but those that have points of their own."""
    if not lab.tasks:
        return
    tests, points = lab.tasks[-1].tests, about.get("points", 1)
    if isinstance(points, list):
        given = [float(one) for one in points]
    else:
        whole = points.get("each", 1) * len(tests) if isinstance(points, dict) else points
        given = [float(whole or 1) / max(1, len(tests))] * len(tests)
    lab.tasks[-1].tests[:] = [
        test if test.points else Test(test.name, test.source, share, test.hidden)
        for test, share in zip(tests, given + [1.0] * len(tests), strict=False)
    ]


def _marked(source: str) -> str:
    text = _PROMPT.sub("", source)
    text = re.sub(r"^([ \t]*)#[ \t]*(BEGIN|END) SOLUTION.*$", r"\1### \2 SOLUTION", text, flags=re.MULTILINE)
    if "### BEGIN SOLUTION" not in text:
        text = _LINE.sub(r"\1### BEGIN SOLUTION\n\1\2\n\1### END SOLUTION", text)
    return solved(text)
