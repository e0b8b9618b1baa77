"""The excerpt under a finding: the mark stands under the words it is about, whatever the line is made of."""

from __future__ import annotations

import json

import pytest

from lint_rules import Finding, Project, Safety, Severity, Span
from lint_rules.engine.reports.text import render_summary, render_text
from lint_rules.engine.rule import RULES, Rule


@pytest.fixture(autouse=True)
def _rule(monkeypatch):
    made = Rule(
        "LAM001", "bad-name", Severity.WARNING, Project, lambda _: (), "", "0.1", "always", None, "meta"
    )
    monkeypatch.setitem(RULES, "bad-name", made)


def shown(text, word, path="app.py", **options):
    project = Project.of({path: text})
    document = project.documents[path]
    start = document.text.index(word)
    finding = Finding("no", Span(path, start, start + len(word)), rule="bad-name", **options)
    return render_text(project, [finding], Safety.SAFE).splitlines()


def test_two_lines_of_context_on_either_side():
    lines = shown("a\nb\nc\nbad\nd\ne\nf\n", "bad")
    assert lines == [
        "app.py:4:1: LAM001 no (bad-name)",
        "  |",
        "2 | b",
        "3 | c",
        "4 | bad",
        "  | ^^^",
        "5 | d",
        "6 | e",
        "  |",
        "",
    ]


def test_a_finding_over_several_lines_is_marked_to_the_end_of_its_first():
    assert shown("x = f(\n  1)\n", "f(\n  1)")[2:5] == ["1 | x = f(", "  |     ^^", "2 |   1)"]


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("\tx = bad", "  |         ^^^"),
        ("x = '名前' + bad", "  |              ^^^"),
        ("x = 'e\u0301' + bad", "  |           ^^^"),
        ("x = '\x1b[2J' + bad", "  |              ^^^"),
    ],
)
def test_tabs_wide_combining_and_control_characters_are_counted_as_shown(line, mark):
    assert shown(line + "\n", "bad")[3] == mark


def test_a_line_of_a_thousand_columns_is_cut_around_the_mark():
    lines = shown("x" * 1000 + "bad" + "y" * 1000 + "\n", "bad")
    assert len(lines[2]) < 200
    at = lines[3].index("^")
    assert lines[2][at : at + 3] == "bad"
    assert lines[2].startswith("1 | ...")
    assert lines[2].endswith("...")


def test_a_notebook_is_shown_by_cell_and_row_within_it():
    cells = [{"cell_type": "code", "source": source} for source in ("a = 1", "b = 2\nbad = 3", "c = 4")]
    lines = shown(json.dumps({"cells": cells, "nbformat": 4}), "bad", "lab.ipynb")
    assert lines[0] == "lab.ipynb:cell 2:2:1: LAM001 no (bad-name)"
    assert lines[2:5] == ["1 | b = 2", "2 | bad = 3", "  | ^^^"]
    assert lines[5] == "  |"


def test_an_empty_document_has_no_excerpt():
    project = Project.of({"app.py": ""})
    text = render_text(project, [Finding("no", Span("app.py", 0, 0), rule="bad-name")], Safety.SAFE)
    assert text == "app.py:1:1: LAM001 no (bad-name)\n\n"


def test_the_summary_counts_by_level_and_says_what_can_be_fixed():
    def finding(severity):
        return Finding("no", Span("app.py", 0, 0), rule="bad-name", severity=severity)

    found = [finding(Severity.ADVICE), finding(Severity.ERROR), finding(Severity.ERROR)]
    assert render_summary(found, Safety.SAFE) == "Found 3 findings (2 errors, 1 advice).\n"
    assert render_summary([], Safety.SAFE) == "All checks passed.\n"
    assert render_summary([], Safety.SAFE, fixed=2) == "Fixed 2 findings. Nothing else found.\n"
