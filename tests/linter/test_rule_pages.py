"""The page of each rule: linked from RULES.md, named by `explain`, with the labs that teach it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lint_rules import load_rules
from lint_rules.engine.docs import page_address, read_labs, rule_page
from lint_rules.engine.markdown import HEADINGS

ROOT = Path(__file__).parents[2]
RULES = [rule for rule in load_rules().values() if rule.is_ours]
TABLE = (ROOT / "lint_rules" / "RULES.md").read_text(encoding="utf-8")


def test_the_table_links_the_page_of_each_rule():
    links = re.findall(r"^\| \[(LAM\d{3})\]\((\S+)\) \| (\S+) \|", TABLE, re.M)
    assert len(links) == len(RULES)
    for code, link, name in links:
        page = (ROOT / "lint_rules" / link).resolve()
        assert page.read_text(encoding="utf-8").startswith(f"# {code} {name}\n")


def test_there_is_no_page_of_a_rule_that_is_none():
    pages = {f"docs/rules/{path.name}" for path in (ROOT / "docs" / "rules").iterdir()}
    assert pages == {page_address(rule) for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_says_why_shows_bad_and_good_and_when_not_to_fix(rule):
    titles = re.findall(r"^## (.+)$", rule_page(rule), re.M)
    assert titles == [title for title in HEADINGS if title != "Fixed" or rule.fix]
    assert "expect:" not in rule_page(rule)


def test_explain_ends_with_the_address_of_the_page(run):
    code, out, _ = run("explain", "client-init-in-handler")
    assert code == 0
    assert out.endswith("\n\nPage: docs/rules/client-init-in-handler.md\n")


def test_a_page_names_the_labs_that_teach_the_rule():
    rule = next(rule for rule in RULES if rule.name == "client-init-in-handler")
    assert "\n\nTaught in: lab 01, Hello, event; lab 02, " in rule_page(rule)
    labs = read_labs("client-init-in-handler\tlab 07, Streams\nother\tlab 01, Hello\n")
    assert "\n\nTaught in: lab 07, Streams\n\n" in rule_page(rule, labs)
    assert "Taught in" not in rule_page(rule, {})


def test_labs_name_rules_that_there_are():
    labs = read_labs((ROOT / "lint_rules" / "data" / "labs.txt").read_text(encoding="utf-8"))
    assert {*labs} <= {rule.name for rule in RULES}
    assert labs
