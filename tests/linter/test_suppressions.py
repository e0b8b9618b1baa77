"""Comments that silence a finding, and those that only look like it."""

from __future__ import annotations

import json

import pytest

from lint_rules import Config, Project, lint
from lint_rules.engine.finding import Finding, Severity, Span
from lint_rules.engine.rule import RULES, Rule
from lint_rules.engine.suppress import Suppressions, comments_in


@pytest.fixture
def found(monkeypatch):
    """Names called `bad` that are reported by a rule LAM001 `bad-name` wherever they stand in the text."""

    def check(project):
        for document in project.documents.values():
            at = document.text.find("bad")
            while at != -1:
                yield Finding("bad", Span(document.path, at, at + 3))
                at = document.text.find("bad", at + 3)

    rule = Rule("LAM001", "bad-name", Severity.WARNING, Project, check, "", "0.1", "always", None, "meta")
    monkeypatch.setitem(RULES, "bad-name", rule)

    def rows(text, name="app.py"):
        project = Project.of({name: text})
        return [project.documents[name].row(f.span.start) for f in lint(project) if f.rule == "bad-name"]

    return rows


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# NOQA",
        "#noqa",
        "# noqa: LAM001",
        "# noqa:LAM001",
        "# noqa: lam001",
        "# noqa: F401,LAM001",
        "# noqa: F401 LAM001 because it is so",
        "# noqa: bad-name",
        "# noqa : LAM001",
        "# type: ignore # noqa: LAM001",
        "# noqa: LAM001  # pragma: no cover",
        "# lambdalint: allow[bad-name] the name is given",
        "# lambdalint: allow[LAM999, LAM001]",
        "# lambdalint:allow[bad-name]",
        "# words # noqa",
    ],
)
def test_comments_that_silence(found, comment):
    assert found(f"bad = 1  {comment}\n") == []
    assert found(f"key: bad  {comment}\nResources: 1", "t.yaml") == []


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "# noqa: F401",
        "# noqa: LAM002",
        "# noqa: other-name",
        "# noqaLAM001",
        "# noqa-me",
        "# lambdalint: allow[other-name]",
        "# lambdalint: allow",
        "# lambdalint: allow[]",
        "# type: ignore",
    ],
)
def test_comments_that_do_not(found, comment):
    assert found(f"bad = 1  {comment}\n") == [1]


@pytest.mark.parametrize("row", [1, 4])
def test_a_comment_on_either_end_of_the_statement_counts(found, row):
    lines = ["x = call(", "    1,", "    bad,", ")"]
    lines[row - 1] += "  # noqa"
    assert found("\n".join(lines) + "\n") == []


def test_a_comment_in_the_middle_of_the_statement_does_not_count(found):
    assert found("x = call(\n    1,  # noqa\n    bad,\n)\n") == [3]


def test_a_comment_after_a_long_string_counts_for_its_first_line(found):
    assert found('x = bad("""\n# noqa: not here\n""")  # noqa: LAM001\n') == []
    assert found('x = bad("""\n# noqa\n""")\n') == [1]


def test_a_comment_in_a_string_is_none(found):
    assert found('bad = "# noqa"\n') == [1]


def test_a_comment_on_the_head_of_a_block_does_not_cover_the_block(found):
    assert found("def f():  # noqa\n    bad = 1\n") == [2]


def test_a_continued_line_is_one_statement(found):
    assert found("x = 1 + \\\n    bad  # noqa\n") == []


def test_a_broken_file_is_read_line_by_line(found):
    assert found("def (\nbad  # noqa\nbad\n") == [3]


def test_rows_are_right_after_odd_line_ends(found):
    assert found("'''\x0c\r \u2028'''\nbad = 1  # noqa\nbad = 2\n") == [3]
    assert found("x = 1\r\nbad = 1  # noqa\r\nbad = 2\r\n") == [3]


def notebook(*cells):
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_comments_count_in_the_cells_of_a_notebook(found):
    cells = ["%pip x\nbad = 1  # noqa", "bad = 2", "%%writefile app.py\nbad = 3  # noqa: LAM001\nbad = 4"]
    assert found(notebook(*cells), "lab.ipynb") == [3, 6]


def test_the_row_for_a_comment_is_the_last_of_the_statement():
    project = Project.of({"app.py": 'x = bad("""\n\n""")\n', "t.json": "{}"})
    suppressions = Suppressions(project)
    assert suppressions.row_for(Span("app.py", 4, 7)) == 3
    assert suppressions.row_for(Span("t.json", 0, 1)) is None


def test_comments_are_listed_as_python_sees_them():
    project = Project.of({"app.py": "a = '# no'  # yes\n", "t.yaml": "a: 1 # yes\n# also\nb: c#no\n"})
    assert comments_in(project, "app.py") == ["# yes"]
    assert comments_in(project, "t.yaml") == ["# yes", "# also"]


def test_a_text_in_which_the_tokenizer_cuts_a_character_is_no_crash():
    """Python 3.13 reads a lone carriage return as the end of the text, and a character behind it in part."""
    project = Project.of({"app.py": "import boto3  # noqa: LAM101\n\r\ufffd(\n"})
    assert [finding.rule for finding in lint(project, Config(select=("LAM990",)))] == ["parse-error"]
