"""What a fix does not touch is the same afterwards: statements, keys and values, other cells, other files."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from lint_rules import Edit, Finding, Fix, Project, Safety, Severity, Span, fix
from lint_rules.engine.errors import UsageError
from lint_rules.engine.rule import RULES, Rule
from lint_rules.engine.sources.files import write_texts


@pytest.fixture
def fixed(monkeypatch):
    """The texts after a rule that replaces matches of a pattern in one file, and why fixes were dropped."""

    def run(files, pattern, new):
        files = {"app.py": files} if isinstance(files, str) else files

        def check(project):
            for document in project.documents.values():
                for match in re.finditer(pattern, document.text):
                    span = Span(document.path, match.start(), match.end())
                    yield Finding("no", span, Fix("replace", (Edit(span, match.expand(new)),), Safety.SAFE))

        made = Rule(
            "LAM001", "made-up", Severity.WARNING, Project, check, "", "0.1", "always", Safety.SAFE, "x"
        )
        monkeypatch.setitem(RULES, "made-up", made)
        outcome = fix(Project.of(files))
        return {path: document.raw for path, document in outcome.project.documents.items()}, outcome.dropped

    return run


NOT = "fix not applied: something else would be changed"
SWALLOWED = 'a = 1\nb = 2\ns = \'""" # \'\nc = 3\n'


def test_a_python_fix_that_reaches_further_than_its_edits_is_dropped(fixed):
    assert fixed(SWALLOWED, r"a = 1", 'a = """') == ({"app.py": SWALLOWED}, (f"app.py:1: {NOT}",))


def test_statements_around_a_right_fix_are_no_obstacle(fixed):
    text = "@d\ndef f(a):\n    try:\n        bad(a)\n    except E:\n        pass\n    return a\n\n\nx = bad\n"
    texts, dropped = fixed(text, r"\bbad\b", "good")
    assert (texts["app.py"], dropped) == (text.replace("bad", "good"), ())


YAML = """\
Resources:
  A:
    Type: AWS::S3::Bucket
    Properties:
      Name: one
      Tags: [a, b]
  B:
    Type: two
"""


def test_a_yaml_fix_that_swallows_a_key_is_dropped(fixed):
    texts, dropped = fixed({"template.yaml": YAML}, r"  A:\n    Type", "  A:\n    X: |\n       Type")
    assert texts == {"template.yaml": YAML}
    assert "would" in dropped[0]


def test_a_yaml_fix_that_touches_one_value_keeps_all_others(fixed):
    texts, dropped = fixed({"template.yaml": YAML}, r"\bone\b", "'1: #'")
    assert (texts["template.yaml"], dropped) == (YAML.replace("one", "'1: #'"), ())


def test_a_json_fix_that_drops_a_key_by_writing_it_twice_is_dropped(fixed):
    text = '{"Resources": {"A": {"Type": "AWS::S3::Bucket", "X": "1"}, "B": {"Type": "AWS::S3::Bucket"}}}'
    texts, dropped = fixed({"t.json": text}, r'"B"', '"A"')
    assert texts == {"t.json": text}
    assert dropped


def test_outputs_metadata_and_other_cells_of_a_notebook_stay_byte_for_byte(fixed):
    cells = [
        {"cell_type": "markdown", "metadata": {"k": [1.50, "\u00e9"]}, "source": "bad"},
        {
            "cell_type": "code",
            "execution_count": 3,
            "metadata": {"tags": ["x"]},
            "id": "ab",
            "source": ["bad = 1\n", "z"],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["bad\n"]}],
        },
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": "ok = 2"},
    ]
    raw = json.dumps(
        {"cells": cells, "metadata": {"m": {"bad": 1}}, "nbformat": 4, "nbformat_minor": 5}, indent=3
    )
    texts, dropped = fixed({"lab.ipynb": raw}, r"\bbad\b", "good")
    assert dropped == ()
    assert texts["lab.ipynb"] == raw.replace('"bad = 1\\n"', '"good = 1\\n"')


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_when_writing_breaks_off_every_file_is_as_it_was(tmp_path, monkeypatch, fails_at, error, links):
    paths = [str(tmp_path / f"{name}.py") for name in "abc"]
    for path in paths:
        Path(path).write_text("old\n")
    real, calls = os.replace, []

    def replace(source, target):
        calls.append(target)
        if len(calls) == fails_at + 1:
            raise error
        real(source, target)

    monkeypatch.setattr("os.replace", replace)
    if not links:
        monkeypatch.setattr("os.link", lambda source, target: (_ for _ in ()).throw(OSError(1, "no links")))
    with pytest.raises((UsageError, KeyboardInterrupt)):
        write_texts(dict.fromkeys(paths, ("old\n", "new\n")))
    assert {Path(path).read_text() for path in paths} == {"old\n"}
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py", "c.py"]


def test_when_all_goes_well_nothing_is_left_but_the_new(tmp_path):
    paths = [str(tmp_path / f"{name}.py") for name in "abc"]
    for path in paths:
        Path(path).write_text("old\n")
    write_texts(dict.fromkeys(paths, ("old\n", "new\n")))
    assert {Path(path).read_text() for path in paths} == {"new\n"}
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py", "c.py"]
