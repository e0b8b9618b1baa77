"""Fixing: to a fixed point, one fix at a place, all edits of a fix or none, and never into a broken file."""

from __future__ import annotations

import json
import re

import pytest

from lint_rules import Edit, Finding, Fix, Project, Safety, Severity, Span, fix, lint
from lint_rules.engine.lint import Crash
from lint_rules.engine.reports.diff import render_diff
from lint_rules.engine.rule import RULES, Rule


@pytest.fixture
def rule(monkeypatch):
    """Enter a rule of the given name and check for the time of one test."""

    def enter(check, name="made-up", code="LAM001", safety=Safety.SAFE):
        made = Rule(code, name, Severity.WARNING, Project, check, "", "0.1", "always", safety, "meta")
        monkeypatch.setitem(RULES, name, made)

    return enter


def replacing(pattern, new, safety=Safety.SAFE):
    """A check that offers to replace every match of a pattern."""

    def check(project):
        for document in project.documents.values():
            for match in re.finditer(pattern, document.text):
                span = Span(document.path, match.start(), match.end())
                yield Finding("no", span, Fix("replace", (Edit(span, match.expand(new)),), safety))

    return check


def after(files, allow=Safety.SAFE):
    outcome = fix(Project.of(files), None, allow)
    return {path: document.raw for path, document in outcome.project.documents.items()}, outcome


def test_fixes_are_applied_until_nothing_is_left(rule):
    rule(replacing(r"\ba(?=a)", ""))
    assert after({"app.py": "aaaa = 1\nb = aa\n"})[0] == {"app.py": "a = 1\nb = a\n"}


def test_a_fix_may_uncover_the_next(rule):
    rule(replacing(r"\bone\b", "two"))
    rule(replacing(r"\btwo\b", "three"), "second", "LAM002")
    texts, outcome = after({"app.py": "one = 1\n"})
    assert texts == {"app.py": "three = 1\n"}
    assert [finding.rule for finding in outcome.applied] == ["made-up", "second"]
    assert outcome.remaining == ()


def test_of_two_fixes_at_one_place_the_first_wins_and_the_other_looks_again(rule):
    rule(replacing(r"ab", "x"))
    rule(replacing(r"bc", "y"), "second", "LAM002")
    assert after({"app.py": "abc = 1\n"})[0] == {"app.py": "xc = 1\n"}


def test_two_insertions_at_one_place_are_not_mixed(rule):
    def check(project):
        for document in project.documents.values():
            for name in ("v", "w"):
                if f"import {name}\n" not in document.text:
                    top = Span(document.path, 0, 0)
                    at = Span(document.path, document.text.index(name), document.text.index(name) + 1)
                    yield Finding("no", at, Fix("import", (Edit(top, f"import {name}\n"),), Safety.SAFE))

    rule(check)
    assert after({"app.py": "v(w)\n"})[0] == {"app.py": "import w\nimport v\nv(w)\n"}


def test_fixes_less_safe_than_allowed_wait(rule):
    rule(replacing(r"\bone\b", "two", Safety.UNSAFE))
    assert after({"app.py": "one = 1\n"})[0] == {"app.py": "one = 1\n"}
    assert after({"app.py": "one = 1\n"}, Safety.UNSAFE)[0] == {"app.py": "two = 1\n"}


def test_fixes_to_show_are_never_applied(rule):
    rule(replacing(r"\bone\b", "two", Safety.SHOW_ONLY))
    assert after({"app.py": "one = 1\n"}, Safety.SHOW_ONLY)[0] == {"app.py": "one = 1\n"}


def test_a_fix_that_breaks_the_file_is_dropped_and_the_others_stay(rule):
    rule(replacing(r"\bone\b", "(("))
    rule(replacing(r"\btwo\b", "three"), "second", "LAM002")
    texts, outcome = after({"app.py": "one = 1\ntwo = 2\n", "b.py": "two = 2\n"})
    assert texts == {"app.py": "one = 1\nthree = 2\n", "b.py": "three = 2\n"}
    (line,) = outcome.dropped
    assert line.startswith("app.py:1: fix not applied: the file would not parse any more")
    assert [finding.rule for finding in outcome.remaining] == ["made-up"]


def test_a_fix_that_loses_a_comment_is_dropped(rule):
    rule(replacing(r"one = 1  # why\n", ""))
    texts, outcome = after({"app.py": "one = 1  # why\n"})
    assert texts == {"app.py": "one = 1  # why\n"}
    assert outcome.dropped == ("app.py:1: fix not applied: a comment would be lost",)


def test_a_fix_that_changes_nothing_is_dropped(rule):
    rule(replacing(r"one", "one"))
    assert after({"app.py": "one = 1\n"})[1].dropped == ("app.py:1: fix not applied: it changes nothing",)


def test_edits_of_one_fix_in_two_files_are_all_or_nothing(rule):
    def check(project):
        for name in ("one", "two"):
            spans = [
                Span(path, document.text.index(name), document.text.index(name) + 3)
                for path, document in sorted(project.documents.items())
                if name in document.text
            ]
            if spans:
                new = {"a.py": "six", "b.py": "((" if name == "one" else "six"}
                yield Finding(
                    "no", spans[0], Fix("both", tuple(Edit(s, new[s.path]) for s in spans), Safety.SAFE)
                )

    rule(check)
    texts, outcome = after({"a.py": "one = 1\ntwo = 2\n", "b.py": "one = 1\ntwo = 2\n"})
    assert texts == {"a.py": "one = 1\nsix = 2\n", "b.py": "one = 1\nsix = 2\n"}
    assert len(outcome.dropped) == 1


def test_two_fixes_that_are_right_alone_but_not_together_are_not_both_applied(rule):
    rule(replacing(r"    one\n", ""))
    rule(replacing(r"    two\n", ""), "second", "LAM002")
    texts, outcome = after({"app.py": "if x:\n    one\n    two\n"})
    assert texts == {"app.py": "if x:\n    two\n"}
    assert [finding.rule for finding in outcome.applied] == ["made-up"]


def test_a_fix_that_never_settles_is_stopped_and_told(rule):
    rule(replacing(r"\bone\b", "two"))
    rule(replacing(r"\btwo\b", "one"), "second", "LAM002")
    _, outcome = after({"app.py": "one = 1\n"})
    assert outcome.dropped[-1].startswith("fixes did not settle after 100 rounds: ")


def test_a_file_that_was_broken_before_may_still_be_fixed(rule):
    rule(replacing(r"\bone\b", "two"))
    assert after({"app.py": "one = (\n"})[0] == {"app.py": "two = (\n"}


def test_odd_line_ends_and_characters_survive(rule):
    rule(replacing(r"\bone\b", "two"))
    text = "x = '\x0c\u2028é\U0001f600'\r\none = 1\r\n# end without a newline"
    assert after({"app.py": text})[0] == {"app.py": text.replace("one", "two")}


def test_fixes_reach_into_notebooks_and_the_files_they_write(rule):
    rule(replacing(r"\bone\b", "two"))
    cells = [
        {"cell_type": "code", "source": source}
        for source in ("!ls\none = 1", "%%writefile app.py\none = 2\n")
    ]
    raw = json.dumps({"cells": cells, "nbformat": 4})
    assert after({"lab.ipynb": raw})[0] == {"lab.ipynb": raw.replace("one = ", "two = ")}


def test_a_fix_that_breaks_a_file_in_a_notebook_is_dropped(rule):
    rule(replacing(r"\bone\b", "(("))
    cells = [{"cell_type": "code", "source": "%%writefile app.py\none = 2\n"}]
    raw = json.dumps({"cells": cells, "nbformat": 4})
    texts, outcome = after({"lab.ipynb": raw})
    assert texts == {"lab.ipynb": raw}
    assert len(outcome.dropped) == 1


def test_a_crash_while_reading_one_file_loses_nothing_else(rule, monkeypatch):
    from lint_rules.engine.templates import reading

    def read(document, text, base=0, name=""):
        raise RecursionError("deep")

    monkeypatch.setattr(reading, "read_template", read)
    rule(replacing(r"\bone\b", "two"))
    crashes: list[Crash] = []
    project = Project.of({"app.py": "one = 1\n", "t.yaml": "Resources: 1"})
    assert [finding.rule for finding in lint(project, None, crashes.append)] == ["made-up"]
    assert [(crash.rule, crash.path) for crash in crashes] == [("reading", "t.yaml")]


def test_a_crash_of_one_rule_loses_nothing_else(rule):
    def check(project):
        raise ZeroDivisionError("oops")
        yield

    rule(check)
    rule(replacing(r"one", "two"), "second", "LAM002")
    crashes: list[Crash] = []
    project = Project.of({"app.py": "one = 1\n"})
    assert [finding.rule for finding in lint(project, None, crashes.append)] == ["second"]
    assert [(crash.rule, str(crash.error)) for crash in crashes] == [("made-up", "oops")]
    with pytest.raises(ZeroDivisionError):
        lint(project)


def test_the_same_finding_twice_is_one(rule):
    def check(project):
        yield Finding("once", Span("app.py", 0, 1))
        yield Finding("twice", Span("app.py", 0, 2))

    rule(check)
    assert [finding.message for finding in lint(Project.of({"app.py": "one = 1\n"}))] == ["once"]


def test_a_diff_can_be_applied_by_eye(rule):
    rule(replacing(r"\bone\b", "two"))
    before = Project.of({"app.py": "a\nb\none", "b.py": "x\n"})
    text = render_diff(before, fix(before).project)
    assert text == (
        "--- app.py\n+++ app.py\n@@ -1,3 +1,3 @@\n a\n b\n-one\n\\ No newline at end of file\n"
        "+two\n\\ No newline at end of file\n"
    )
