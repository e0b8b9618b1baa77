"""The difference that fixes make, as a unified diff; of notebooks cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.project import Project
from lint_rules.engine.sources.document import Document

_COLOURS = {"+": "32", "-": "31", "@": "36"}


def render_diff(before: Project, after: Project, *, colour: bool = False) -> str:
    """The diff of all documents that differ, in the order of their paths; empty when none does."""
    out: list[str] = []
    for path, old in sorted(before.documents.items()):
        new = after.documents[path]
        if old.raw == new.raw:
            continue
        for name, was, now in _pairs(old, new):
            out += _unified(name, was, now, colour)
    return "".join(out)


def _pairs(old: Document, new: Document) -> Iterator[tuple[str, str, str]]:
    if not old.cells:
        yield old.path, old.text, new.text
        return
    for was, now in zip(old.cells, new.cells, strict=True):
        name = f"{old.path}:cell {was.number}"
        # The last line of a cell has no newline, which is nothing to tell.
        yield name, _ended(old.text[was.start : was.end]), _ended(new.text[now.start : now.end])


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _unified(name: str, old: str, new: str, colour: bool) -> Iterator[str]:
    from difflib import unified_diff

    for line in unified_diff(_lines(old), _lines(new), name, name):
        if not line.endswith("\n"):
            line += "\n\\ No newline at end of file\n"
        mark = line[0]
        if colour and mark in _COLOURS:
            yield f"\x1b[{_COLOURS[mark]}m{line[:-1]}\x1b[0m\n"
        else:
            yield line


def _lines(text: str) -> list[str]:
    # Only "\n" ends a line here: a form feed or a lone "\r" is part of one.
    *lines, last = text.split("\n")
    return [line + "\n" for line in lines] + [last] * bool(last)
