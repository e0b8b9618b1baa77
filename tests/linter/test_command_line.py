"""`lambdalint` as people and programs meet it: what it prints, what it writes, and how it exits."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules import Finding, Project, Severity, load_rules
from lint_rules.engine.finding import Span
from lint_rules.engine.rule import RULES, Rule

ERROR = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Policies:
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: "*"
              Resource: "*"
"""
WARNING = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Events:
        News:
          Type: SNS
          Properties:
            Topic: !Ref Topic
"""
CLEAN = "def handler(event, context):\n    return {}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def write(**files: str) -> None:
    for name, text in files.items():
        Path(name.replace("__", ".")).write_text(text)


def test_clean_files_exit_with_zero(run):
    write(app__py=CLEAN)
    assert run("check", "app.py") == (0, "All checks passed.\n", "")


def test_nothing_to_look_at_is_said(run):
    write(values__yaml="a: 1\n")
    assert run("check", ".") == (
        0,
        "All checks passed.\n",
        "warning: no Python file, notebook or template found\n",
    )


def test_findings_exit_with_one_and_are_shown_with_their_source(run):
    write(template__yaml=ERROR)
    code, out, err = run("check", ".")
    assert (code, err) == (1, "")
    assert out.startswith("template.yaml:13:23: LAM701 `*` allows every action")
    assert '13 |               Action: "*"\n   |                       ^^^\n' in out
    assert out.endswith("\nFound 1 finding (1 error).\n")


def test_the_second_place_and_the_fix_are_shown(run):
    write(template__yaml=WARNING)
    _, out, _ = run("check", "template.yaml")
    assert "  = see: template.yaml:10:9: News invokes it" in out
    assert "  = fix: Send failed events to a queue that SAM creates (--fix --unsafe-fixes)\n" in out
    assert out.endswith("Found 1 finding (1 warning); 1 fixable with --fix --unsafe-fixes.\n")
    assert "LAM640 [*] " in run("check", "template.yaml", "--unsafe-fixes")[1]


def test_concise_is_one_line_for_each_finding(run):
    write(template__yaml=ERROR)
    _, out, _ = run("check", "template.yaml", "--output-format", "concise", "-q")
    assert out.count("\n") == 1
    assert out.endswith("(action-star)\n")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((), 1),
        (("--fail-level", "error"), 0),
        (("--fail-level", "advice"), 1),
        (("--exit-zero",), 0),
        (("--ignore", "LAM640"), 0),
        (("--select", "LAM701,LAM702"), 0),
        (("--select", "LAM7", "--extend-select", "async-no-failure-destination"), 1),
    ],
)
def test_what_makes_the_exit_code(run, args, code):
    write(template__yaml=WARNING)
    assert run("check", "template.yaml", *args)[0] == code


def test_advice_alone_is_shown_and_exits_with_zero(run, monkeypatch):
    def check(project):
        yield Finding("hm", Span("app.py", 0, 3))

    made = Rule("LAM001", "made-up", Severity.ADVICE, Project, check, "", "0.1", "default", None, "meta")
    monkeypatch.setitem(RULES, "made-up", made)
    write(app__py=CLEAN)
    code, out, _ = run("check", "app.py")
    assert (code, out.splitlines()[-1]) == (0, "Found 1 finding (1 advice).")


def test_json_has_the_keys_of_ruff_and_ours(run):
    write(template__yaml=WARNING)
    code, out, err = run("check", "template.yaml", "--output-format", "json")
    (finding,) = json.loads(out)
    assert (code, err) == (1, "")
    ruff = subprocess.run(
        [Path(sys.executable).parent / "ruff", "check", "--isolated", "--output-format", "json", "-"],
        input="import os\n",
        capture_output=True,
        text=True,
        check=False,
    )
    (theirs,) = json.loads(ruff.stdout)
    assert {*theirs} <= {*finding}
    assert {*finding} == {*theirs} | {"name", "severity", "related"}
    assert {*finding["fix"]} == {*theirs["fix"]}
    assert {*finding["fix"]["edits"][0]} == {*theirs["fix"]["edits"][0]}
    assert finding["code"] == "LAM640"
    assert finding["filename"] == os.path.abspath("template.yaml")
    assert finding["location"] == {"row": 3, "column": 3}
    assert finding["end_location"] == {"row": 3, "column": 9}
    assert finding["noqa_row"] == 3
    assert finding["related"][0]["location"]["row"] == 10


def test_json_of_nothing_is_an_empty_list(run):
    write(app__py=CLEAN)
    assert run("check", "app.py", "--output-format", "json") == (0, "[]\n", "")


def test_a_report_may_go_to_a_file(run):
    write(template__yaml=ERROR)
    code, out, err = run("check", "template.yaml", "--output-format", "json", "--output-file", "report.json")
    assert (code, out, err) == (1, "", "")
    assert json.loads(Path("report.json").read_text())[0]["name"] == "action-star"
    code, _, err = run("check", "template.yaml", "--output-file", "nowhere/report.txt")
    assert (code, err) == (2, "error: nowhere/report.txt: cannot be written: No such file or directory\n")


def test_a_diff_changes_nothing_and_a_fix_does(run):
    write(template__yaml=WARNING)
    code, out, err = run("check", "template.yaml", "--diff", "--unsafe-fixes")
    assert (code, err) == (1, "Would fix 1 finding.\n")
    assert "+          OnFailure:" in out
    assert Path("template.yaml").read_text() == WARNING
    assert run("check", "template.yaml", "--fix")[0] == 1
    assert Path("template.yaml").read_text() == WARNING
    code, out, _ = run("check", "template.yaml", "--fix", "--unsafe-fixes")
    assert (code, out) == (0, "Fixed 1 finding. Nothing else found.\n")
    assert "OnFailure" in Path("template.yaml").read_text()
    assert run("check", "template.yaml", "--diff", "--unsafe-fixes") == (0, "", "")


def test_standard_input_is_read_and_fixed_to_standard_output(run, monkeypatch):
    def typed(text):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    typed(WARNING)
    code, out, _ = run("check", "-", "--stdin-filename", "deploy/template.yaml")
    assert (code, out.startswith("deploy/template.yaml:3:3: LAM640 ")) == (1, True)
    typed(WARNING)
    code, out, err = run("check", "-", "--stdin-filename", "t.yaml", "--fix", "--unsafe-fixes")
    assert (code, "OnFailure" in out, err) == (0, True, "Fixed 1 finding. Nothing else found.\n")
    typed("def (")
    assert run("check", "-")[1].startswith("stdin.py:1:5: LAM990 ")
    write(plot__py="x = 1\n")
    typed("def (")
    assert run("check", ".", "-", "--stdin-filename", "plot.py")[1].startswith("plot.py:1:5: LAM990 ")


def test_broken_files_are_findings_and_the_others_are_still_checked(run):
    write(template__yaml=ERROR, broken__py="import boto3\ndef (", broken__ipynb="{")
    Path("binary.py").write_bytes(b"\x00\xff")
    code, out, _ = run("check", ".", "--output-format", "concise")
    rules = [line.rsplit("(", 1)[1] for line in out.splitlines()[:-1]]
    assert code == 1
    assert rules == ["parse-error)", "parse-error)", "parse-error)", "action-star)"]


def test_statistics_count_by_rule(run):
    write(template__yaml=ERROR, broken__py="import boto3\ndef (", worse__py="import boto3\ndef (")
    counts, _, times = run("check", ".", "--statistics", "-q")[1].partition("\nSeconds of CPU:\n")
    assert counts == "     2  LAM990  parse-error\n     1  LAM701  action-star\n"
    looked = [
        rule for rule in load_rules().values() if rule.profile == "default" and rule.subject != "Suppression"
    ]
    assert all(rule.name in times for rule in looked)
    assert "reading the files" in times


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("check", "nope"), "nope: no such file or folder"),
        (("check",), "no files given. Did you mean `lambdalint check .`?"),
        (("check", ".", "--select", "LAM70x"), 'no rule "LAM70x".'),
        (("check", ".", "--selcet", "x"), 'no option --selcet. Did you mean "--select"?'),
        (("check", ".", "--output-format", "xml"), "Invalid value for '--output-format'"),
        (("check", ".", "--config", "x.toml"), "x.toml: no such configuration file"),
        (("check", ".", "--config", "x.toml", "--isolated"), "--config and --isolated exclude each other"),
        (("chekc", "."), 'no command "chekc". Did you mean "check"?'),
        (("app.py",), 'no command "app.py". Did you mean `lambdalint check app.py`?'),
        (("explain", "action-sta"), 'no rule "action-sta". Did you mean "action-star"?'),
    ],
)
def test_mistakes_are_one_line_and_exit_with_two(run, args, line):
    code, out, err = run(*args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"error: {line}")


def test_configuration_is_found_beside_the_files(run):
    Path("deep/er").mkdir(parents=True)
    Path("deep/er/template.yaml").write_text(WARNING)
    Path("deep/pyproject.toml").write_text('[tool.lambdalint]\nfail-level = "error"\n')
    assert run("check", "deep/er")[0] == 0
    assert run("check", "deep/er", "--isolated")[0] == 1
    Path("deep/pyproject.toml").write_text('[tool.lambdalint]\nper-file-ignores = {"er/*" = ["LAM6"]}\n')
    assert run("check", "deep/er/template.yaml")[0] == 0
    Path("deep/pyproject.toml").write_text('[tool.lambdalint]\nexclude = ["er"]\n')
    assert run("check", "deep")[0] == 0
    assert run("check", "deep/er/template.yaml")[0] == 1
    assert run("check", "deep/er/template.yaml", "--force-exclude")[0] == 0
    Path("deep/pyproject.toml").write_text("[tool.lambdalint]\nslect = []\n")
    assert run("check", "deep")[2] == (
        'error: deep/pyproject.toml: [tool.lambdalint] has no key "slect". Did you mean "select"?\n'
    )


def test_a_crash_of_a_rule_is_one_line_and_the_rest_is_still_shown(run, monkeypatch):
    def check(project):
        raise ZeroDivisionError("oops")
        yield

    made = Rule("LAM001", "made-up", Severity.WARNING, Project, check, "", "0.1", "default", None, "meta")
    monkeypatch.setitem(RULES, "made-up", made)
    write(template__yaml=ERROR)
    code, out, err = run("check", "template.yaml")
    assert code == 2
    assert "LAM701" in out
    assert err.startswith(
        "error: internal error in made-up: ZeroDivisionError: oops; please report it and attach "
    )
    saved = Path(err.strip().rpartition(" ")[2])
    assert "ZeroDivisionError: oops" in saved.read_text()
    saved.unlink()


def test_colour_is_for_terminals_and_for_those_who_ask(run, monkeypatch):
    write(template__yaml=ERROR)
    assert "\x1b[" not in run("check", ".")[1]
    assert "\x1b[" in run("check", ".", "--color")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check", ".")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check", ".")[1]


def test_source_cannot_command_the_terminal(run):
    write(evil__py="def \x1b[2J(\n")
    assert "\x1b" not in run("check", "evil.py")[1]
