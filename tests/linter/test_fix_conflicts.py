"""LAM994: fixes that do not go together, made by rules of the tests, since no two of ours do that."""

from __future__ import annotations

import re

import pytest

from lint_rules import Config, Edit, Finding, Fix, Project, Safety, Severity, Span, fix, lint, load_rules
from lint_rules.engine.rule import RULES, Rule

BOTH = "if x:\n    one\n    two\n"


@pytest.fixture
def rule(monkeypatch):
    """Enter a rule that replaces every match of a pattern, for the time of one test."""
    load_rules()

    def enter(name, code, pattern, new):
        def check(project):
            for document in project.documents.values():
                for match in re.finditer(pattern, document.text):
                    span = Span(document.path, match.start(), match.end())
                    yield Finding(f"no {match[0].strip()}", span, Fix("go", (Edit(span, new),), Safety.SAFE))

        made = Rule(code, name, Severity.WARNING, Project, check, "", "0.1", "always", Safety.SAFE, "meta")
        monkeypatch.setitem(RULES, name, made)

    return enter


def left(text, config=None):
    """Text after fixing, and the rules, rows and messages left."""
    outcome = fix(Project.of({"app.py": text}), config)
    document = outcome.project.documents["app.py"]
    found = [(f.rule, document.locate(f.span.start).row, f.message) for f in outcome.remaining]
    return document.raw, found


def conflicts(text, config=None):
    return [(row, message) for name, row, message in left(text, config)[1] if name == "fix-conflict"]


def test_of_two_that_are_right_alone_but_not_together_one_is_left_and_told(rule):
    rule("no-one", "LAM801", r"    one\n", "")
    rule("no-two", "LAM802", r"    two\n", "")
    text, found = left(BOTH)
    assert text == "if x:\n    two\n"
    assert [(name, row) for name, row, _ in found] == [("no-two", 2), ("fix-conflict", 2)]
    message = found[1][2]
    assert message.startswith(
        "the fix for no-two does not go together with that for no-one, and was left out ("
    )


def test_one_that_overlaps_another_and_breaks_what_that_left_is_told(rule):
    rule("no-one", "LAM801", r"    one\n(?=    two)", "")
    rule("no-both", "LAM802", r"(?<=:\n)(?:    one\n)?    two\n(?!    pass)", "")
    text, found = left("if x:\n    one\n    two\n")
    assert text == "if x:\n    two\n"
    assert "fix-conflict" not in [name for name, _, _ in found], "alone it had been wrong as well"


def test_two_that_undo_each_other_are_told(rule):
    rule("no-one", "LAM801", r"\bone\b", "two")
    rule("no-two", "LAM802", r"\btwo\b", "one")
    ((row, message),) = conflicts("one = 1\n")
    assert row == 1
    assert "no-one" in message
    assert "no-two" in message
    assert "each undoes the other" in message


def test_one_that_makes_way_and_is_applied_later_is_no_conflict(rule):
    rule("no-one", "LAM801", r"\bone\b", "six")
    rule("no-six", "LAM802", r"\b(?:one|six) = 1\b", "ten = 2")
    assert left("one = 1\n") == ("ten = 2\n", [])


def test_one_that_is_wrong_by_itself_is_no_conflict(rule):
    rule("no-one", "LAM801", r"\bone\b", "((")
    rule("no-two", "LAM802", r"\btwo\b", "six")
    assert conflicts("one = 1\ntwo = 2\n") == []


def test_looking_alone_finds_none(rule):
    rule("no-one", "LAM801", r"    one\n", "")
    rule("no-two", "LAM802", r"    two\n", "")
    assert {finding.rule for finding in lint(Project.of({"app.py": BOTH}))} == {"no-one", "no-two"}


def test_conflicts_are_ignored_and_silenced_like_all_findings(rule):
    rule("no-one", "LAM801", r"    one\n", "")
    rule("no-two", "LAM802", r"    two\b", "")
    assert conflicts(BOTH)
    assert conflicts(BOTH, Config(ignore=("LAM994",))) == []
    allowed = BOTH.replace("two", "two  # lambdalint: allow[fix-conflict] so be it")
    strict = Config(select=("ALL",))
    assert conflicts(allowed, strict) == []
    assert [name for name, _, _ in left(allowed, strict)[1] if name == "unused-suppression"] == []
