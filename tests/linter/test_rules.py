"""Every promise of every rule: its examples, its fix, its words, and the cases written for it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import lint_rules
from lint_rules import Project, Rule, Suppression, load_rules
from lint_rules.engine.listing import read_listing
from lint_rules.engine.markdown import HEADINGS, sections
from lint_rules.engine.suppress import comments_in

RULES = load_rules()
CASES = Path(__file__).parent / "cases"
EXAMPLES = {
    f"{rule.code}-{section.title}-{number}": (rule, section.title, files, expected)
    for rule in RULES.values()
    for section in sections(rule.doc)
    for number, (files, expected) in enumerate(section.examples(), 1)
}
WRITTEN = {
    f"{path.stem}: {section.title}": (path.stem, section)
    for path in sorted(CASES.glob("*.md"))
    for section in sections(path.read_text(encoding="utf-8"))
    if section.fences
}

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)


def examples(*titles: str) -> pytest.MarkDecorator:
    # Conflicts are found by fixing, and need two rules that do not go together (test_fix_conflicts.py).
    chosen = {
        key: example
        for key, example in EXAMPLES.items()
        if example[1] in titles and (example[1] != "Bad" or example[0].subject != "Conflict")
    }
    return pytest.mark.parametrize("key", chosen)


@examples("Bad")
def test_a_bad_example_yields_exactly_the_marked_findings(key, findings):
    rule, _, files, expected = EXAMPLES[key]
    assert expected, "a bad example marks no line"
    assert sorted(findings(files, paths=True, extend=rule.name)) == sorted(expected)


@examples("Good", "Fixed")
def test_good_and_fixed_examples_are_silent_under_all_rules(key, findings):
    rule, _, files, _ = EXAMPLES[key]
    assert findings(files, paths=True, extend=rule.name) == []


@examples("Fixed")
def test_the_fix_of_the_bad_example_is_the_fixed_example(key, fixed):
    rule, _, files, _ = EXAMPLES[key]
    bad = EXAMPLES[key.replace("-Fixed-", "-Bad-")][2]
    about_comments = (
        rule.looks_at is Suppression
    )  # Judged by what all rules find; comments are what it takes out.
    name = "" if about_comments else rule.name
    result = fixed(bad, name)
    assert {path: result[path] for path in files} == files
    assert fixed(result, name) == result
    before, after = Project.of(bad), Project.of(result)
    for path in result if not about_comments else ():
        assert not Counter(comments_in(before, path)) - Counter(comments_in(after, path))
    assert after.problems == []


@every_rule
def test_a_rule_has_its_headings_in_order(rule):
    titles = [section.title for section in sections(rule.doc)]
    wanted = [title for title in HEADINGS if title != "Fixed" or rule.fix]
    assert titles == ["", *wanted]


@every_rule
def test_a_rule_begins_with_one_sentence(rule):
    assert rule.summary.endswith(".")
    assert rule.summary[0].isupper()
    assert len(rule.summary) <= 110


@every_rule
def test_a_rule_shows_as_much_good_as_bad(rule):
    parts = {section.title: section.examples() for section in sections(rule.doc)}
    assert parts["Bad"]
    assert len(parts["Good"]) >= len(parts["Bad"])


@every_rule
def test_file_function_and_name_are_the_same(rule):
    module = rule.check.__module__
    assert module == f"lint_rules.{rule.topic}.{rule.name.replace('-', '_')}"
    assert rule.check.__name__ == rule.name.replace("-", "_")


@every_rule
def test_a_bad_example_breaks_the_rule_itself(rule):
    marks = [
        name
        for section in sections(rule.doc)
        if section.title == "Bad"
        for _, expected in section.examples()
        for name, _, _ in expected
    ]
    assert rule.name in marks


def test_codes_are_unique_and_well_formed():
    codes = [rule.code for rule in RULES.values()]
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 6 and code.startswith("LAM") and code[3:].isdigit() for code in codes)


def test_rules_are_ordered_by_code():
    codes = [rule.code for rule in RULES.values()]
    assert codes == sorted(codes)


@pytest.mark.parametrize("key", WRITTEN)
def test_a_written_case_yields_exactly_its_marks(key, findings):
    rule, section = WRITTEN[key]
    for files, expected in section.examples():
        assert sorted(findings(files, paths=True, extend=rule)) == sorted(expected)


@pytest.mark.parametrize("key", [key for key, (_, section) in WRITTEN.items() if section.fixed()])
def test_a_written_case_is_fixed_as_shown(key, fixed):
    rule, section = WRITTEN[key]
    files, _ = section.examples()[0]
    wanted = section.fixed()
    result = fixed(files, rule)
    assert {path: result[path] for path in wanted} == wanted
    assert fixed(result, rule) == result


def test_every_file_of_cases_belongs_to_a_rule():
    assert {path.stem for path in CASES.glob("*.md")} <= {*RULES}


def test_the_page_and_the_listing_of_all_rules_are_fresh():
    script = Path(__file__).parents[2] / "scripts" / "derive_rules.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), "run: python scripts/derive_rules.py"


@every_rule
def test_a_rule_is_listed_as_it_is(rule):
    listed = Rule.listed(read_listing(str(Path(lint_rules.__file__).parent))[rule.check.__module__])
    for slot in ("code", "name", "severity", "profile", "fix", "topic", "since", "subject", "summary"):
        assert getattr(listed, slot) == getattr(rule, slot)
    assert listed.check is not None
    assert listed.doc == rule.doc


def test_a_rule_that_is_not_listed_is_found_all_the_same(monkeypatch, tmp_path):
    code = "from lint_rules.engine import listing, rule\nlisting.PLACE = 'nowhere'\nprint(*rule.load_rules())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*RULES]


def test_only_rules_that_have_something_to_look_at_are_imported():
    code = (
        "import sys\nfrom lint_rules import Project, lint\nlint(Project.of({'a.py': 'x = 1'}))\n"
        "print(*(name for name in sys.modules if name.startswith('lint_rules.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "lint_rules.meta.parse_error" in done.stdout
    assert "lint_rules.iam.action_star" not in done.stdout
    assert "lint_rules.concurrency.sequential_awaits" not in done.stdout
