"""Places of a notebook's cells in the JSON of its file."""

from __future__ import annotations

import json

import pytest

from lint_rules.engine.sources.notebook import read_notebook
from lint_rules.engine.sources.notebook_places import RawPlaces, escaped

SOURCES = ['a = "\u00e4\U0001f600\t\\"\n\nb = 2', "", "%%writefile x.py\nc = 1\n", "d"]


def written(form: str, ascii_only: bool) -> str:
    """The JSON of a notebook whose sources are strings or lists, its escapes few or many."""
    cells = [
        {"cell_type": "code", "source": text if form == "string" else text.splitlines(keepends=True)}
        for text in SOURCES
    ]
    content = {"cells": [{"cell_type": "markdown", "source": ["hi"]}, *cells], "metadata": {}}
    return json.dumps(content, indent=1 if form == "lines" else None, ensure_ascii=ascii_only)


every_form = pytest.mark.parametrize(
    ("form", "ascii_only"), [(form, flag) for form in ("string", "list", "lines") for flag in (True, False)]
)


@every_form
def test_each_character_stands_where_the_json_says_it(form, ascii_only):
    raw = written(form, ascii_only)
    document, _ = read_notebook("lab.ipynb", raw)
    places = RawPlaces(document)
    for cell in document.cells:
        for offset in range(cell.start, cell.end):
            at, behind = places.span(offset, offset + 1)
            assert at < behind
            row, column = places.row_and_column(at)
            assert raw.split("\n")[row - 1][column - 1 :] == raw[at:].split("\n")[0]
            text = document.text[offset]
            forms = (escaped(text), json.dumps(text)[1:-1])
            assert raw.startswith(forms, at), (text, raw[at : at + 12])


@every_form
def test_what_is_replaced_there_is_what_a_fix_would_write(form, ascii_only):
    raw = written(form, ascii_only)
    document, _ = read_notebook("lab.ipynb", raw)
    places = RawPlaces(document)
    for cell in document.cells:
        before = document.text[cell.start : cell.end]
        behind = 0 if before.endswith("\n") else 1  # where the next cell begins, or else a place of this one
        for start in range(len(before) + behind):
            for end in (start, (start + len(before) + 1) // 2, len(before)):
                new = '"new"\n\U0001f600'
                spots = places.span(cell.start + start, cell.start + end)
                if spots is None:
                    assert (before, form != "string") == ("", True)
                    continue
                changed = json.loads(raw[: spots[0]] + escaped(new) + raw[spots[1] :])
                source = changed["cells"][cell.number - 1]["source"]
                assert "".join(source) == before[:start] + new + before[end:]
