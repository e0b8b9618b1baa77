"""Shows results to people: a notebook gets HTML, everything else the same words as text.

Every verdict is a word and a sign, never colour alone, and all text that is not ours is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from course.lab.checks import CheckResult, Verdict
from course.lab.grade import ExerciseResult, Grade

SIGN = {
    Verdict.PASSED: "✔",
    Verdict.FAILED: "✘",
    Verdict.NOT_ATTEMPTED: "○",
    Verdict.BLOCKED: "‖",
    Verdict.BROKEN: "⚠",
}
# Okabe and Ito's palette, darkened to 4.5:1 on white; the word and the sign carry the meaning.
COLOUR = {
    Verdict.PASSED: "#006b4f",
    Verdict.FAILED: "#a63c00",
    Verdict.NOT_ATTEMPTED: "#5a5a5a",
    Verdict.BLOCKED: "#5a5a5a",
    Verdict.BROKEN: "#8a2d62",
}
CHIP = "color:#fff;border-radius:3px;padding:0 .5em;white-space:nowrap;font-weight:600"
PRE = "white-space:pre-wrap;overflow-wrap:anywhere;max-height:20em;overflow:auto;margin:.3em 0"
INDENT = " " * 18


@dataclass(frozen=True)
class Shown:
    """Something to show: Jupyter takes the HTML, or else the Markdown; a terminal takes the text."""

    text: str
    html: str = ""
    markdown: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str | None:
        return self.html or None

    def _repr_markdown_(self) -> str | None:
        return self.markdown or None


@dataclass(frozen=True)
class Remark:
    """One of lambdalint's findings on a learner's file. `row` counts from 1."""

    file: str
    row: int
    code: str
    name: str
    message: str


def note(text: str) -> Shown:
    """Plain words."""
    return Shown(text, f"<div>{_paragraphs(text)}</div>")


def prose(text: str) -> Shown:
    """Our own words, written in Markdown."""
    return Shown(text, markdown=text)


def grade(grade: Grade, found: Sequence[Remark] = ()) -> Shown:
    """The results of a check, and lambdalint's remarks after them."""
    parts = [exercise(result, grade.lab.number, grade.submission.files) for result in grade.exercises]
    if found:
        parts.append(remarks(found))
    return together(parts)


def remarks(found: Sequence[Remark]) -> Shown:
    """lambdalint's findings."""
    count = f"lambdalint has {len(found)} {'remark' if len(found) == 1 else 'remarks'} on your files"
    text, items = [count], []
    for one in found:
        text.append(f"  {one.file}:{one.row}  {one.code} {one.name}: {one.message}")
        text.append(f"      why and how: lambdalint explain {one.code}")
        items.append(
            f"<li><code>{escape(one.file)}:{one.row}</code> "
            f"<strong>{escape(one.code)} {escape(one.name)}:</strong> "
            f"{_inline(one.message)}<br>why and how: <code>lambdalint explain {escape(one.code)}</code></li>"
        )
    html = (
        f'<section aria-live="polite" aria-label="lambdalint"><p><strong>{count}</strong></p>'
        f"<ul>{''.join(items)}</ul></section>"
    )
    return Shown("\n".join(text), html)


def together(parts: Iterable[Shown]) -> Shown:
    """Several things, one below the other."""
    shown = list(parts)
    return Shown("\n\n".join(part.text for part in shown), "".join(part.html for part in shown))


def exercise(result: ExerciseResult, number: str, files: Mapping[str, str] | None = None) -> Shown:
    """The results of one exercise's checks; when one failed, also which answer files wait to be written."""
    counted = sum(one.verdict is Verdict.PASSED for one in result.results)
    name = result.exercise.name
    head = f"{result.exercise.title} ({name}): {counted} of {len(result.results)} checks passed"
    if result.total:
        head += f", {result.points:g} of {result.total:g} points"
    after = ""
    if result.verdict is Verdict.NOT_ATTEMPTED:
        names = [file.name for file in result.exercise.files if not file.given]
        cells, run = ("cells", "them") if len(names) > 1 else ("cell", "that cell")
        cells += f" for {' and '.join(names)}"
        after = f"Not attempted yet: write your code in the {cells}, run {run}, then check again."
    elif result.verdict is Verdict.FAILED:
        stuck = f'Stuck? lab.hint("{name}") gives a hint; in a terminal: lambdalab hint {number} {name}'
        after = "\n".join([*(_unwritten(result, files) if files is not None else ()), stuck])
    text = "\n".join([head, *(line(one) for one in result.results), *([after] if after else [])])
    rows = "".join(_row(one) for one in result.results)
    html = (
        f'<section aria-live="polite" aria-label="{escape(head, quote=True)}"><p><strong>{escape(head)}</strong></p>'
        f'<ul style="list-style:none;padding-left:0">{rows}</ul>{_paragraphs(after)}</section>'
    )
    return Shown(text, html)


def _unwritten(result: ExerciseResult, files: Mapping[str, str]) -> Iterator[str]:
    for file in result.exercise.files:
        if file.name not in files:
            yield f"{file.name} is not written yet: run the cell whose first line names it."
        elif files[file.name].split() == file.stub.split() and not file.given:
            yield f"{file.name} is still as it was given to you: change its cell, and run that cell."


def line(result: CheckResult) -> str:
    """One check's result as text, one line or several."""
    word = result.verdict.value.upper()
    lines = [f"  {SIGN[result.verdict]} {word:<14}{result.check.sentence}"]
    if result.rationale:
        lines.append(
            _indented("observed: " if result.verdict is not Verdict.BLOCKED else "", result.rationale)
        )
    if result.help:
        lines.append(_indented("look at:  ", result.help))
    if result.log:
        lines.append(_indented("", result.log.rstrip()))
    return "\n".join(lines)


def _row(result: CheckResult) -> str:
    verdict = result.verdict
    chip = f'<span style="{CHIP};background:{COLOUR[verdict]}">{SIGN[verdict]} {verdict.value.upper()}</span>'
    parts = [f"{chip} {_inline(result.check.sentence)}"]
    if result.rationale:
        label = "" if verdict is Verdict.BLOCKED else "<em>observed:</em> "
        parts.append(f'<div style="{PRE}">{label}{_inline(result.rationale)}</div>')
    if result.help:
        parts.append(f"<div><em>look at:</em> {_inline(result.help)}</div>")
    if result.log:
        parts.append(f"<details><summary>details</summary><pre>{escape(result.log)}</pre></details>")
    return f'<li style="margin:.4em 0">{"".join(parts)}</li>'


def _indented(label: str, text: str) -> str:
    first, *rest = text.splitlines() or [""]
    return "\n".join([f"{INDENT}{label}{first}", *(f"{INDENT}{' ' * len(label)}{line}" for line in rest)])


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.split("\n") if part.strip())


def _inline(text: str) -> str:
    """Escaped text with what stands between backticks as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text))
