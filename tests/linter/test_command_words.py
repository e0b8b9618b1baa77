"""`lambdalint explain`, `rules` and `--help`: the words about the rules."""

from __future__ import annotations

import json

from lint_rules import load_rules


def test_explain_prints_the_documentation_by_code_or_name(run):
    code, out, _ = run("explain", "LAM701")
    assert code == 0
    assert out.startswith("# LAM701 action-star\n")
    assert "## Why it matters" in out
    assert "# expect" not in out
    assert run("explain", "action-star")[1] == out == run("explain", "lam701")[1]


def test_rules_are_listed_for_people_and_programs(run):
    assert "LAM701  action-star" in run("rules")[1]
    listed = json.loads(run("rules", "--output-format", "json")[1])
    assert {"code", "name", "severity", "fix", "summary"} <= {*listed[0]}
    assert [rule["code"] for rule in listed] == [rule.code for rule in load_rules().values()]


def test_help_comes_without_asking(run):
    assert run()[1] == run("-h")[1] == run("--help")[1]
    assert run("--version")[1].startswith("lambdalint ")
    assert "--unsafe-fixes" in run("check", "-h")[1]
