"""The reports for other programs: each is read back, and held to what its reader's documentation asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from lint_rules import Finding, Fix, Project, Related, Safety, Severity, lint, load_rules
from lint_rules.engine.config import FORMATS
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.reports.github import render_github
from lint_rules.engine.reports.gitlab import render_gitlab
from lint_rules.engine.reports.json import render_json, render_json_lines
from lint_rules.engine.reports.junit import render_junit
from lint_rules.engine.reports.sarif import render_sarif
from lint_rules.engine.reports.text import render_text

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
TEXT = 'x = "\U0001f600\t<&>"\nother = 2\nthird = 3\n'
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["hi"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["a = 1\n", "b = 2"]},
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    load_rules()


@pytest.fixture
def project():
    return Project.of({"a b/ä,1:2.py": TEXT, "template.yaml": "Resources: {}\n", "lab.ipynb": NOTEBOOK})


@pytest.fixture
def findings(project):
    path = "a b/ä,1:2.py"
    message = 'breaks: 100%, "quotes" & <tags>\nand a second line\x1b[2J'
    fix = Fix("Take it out", (Edit(Span(path, 4, 5), ""),), Safety.SAFE)
    related = (Related("see there", Span("template.yaml", 0, 9)),)
    nb = project.documents["lab.ipynb"].text.index("b = 2")
    return [
        Finding(message, Span(path, 4, 6), fix, related, Severity.ERROR, "action-star"),
        Finding("over two lines", Span(path, 12, 25), None, (), Severity.WARNING, "resource-star"),
        Finding("the same again", Span(path, 14, 20), None, (), Severity.WARNING, "resource-star"),
        Finding(
            "in a cell",
            Span("lab.ipynb", nb, nb + 1),
            fix._replace(edits=(Edit(Span("lab.ipynb", nb, nb), ""),)),
            (),
            Severity.ADVICE,
            "client-init-in-handler",
        ),
        Finding("at the very end", Span("template.yaml", 14, 14), None, (), None, "parse-error"),
    ]


def test_sarif_is_valid_and_holds_everything(project, findings):
    log = json.loads(render_sarif(project, findings))
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "warning", "note", "error"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    first = run["results"][0]["locations"][0]["physicalLocation"]
    assert first["artifactLocation"]["uri"] == "a%20b/%C3%A4%2C1%3A2.py"
    assert first["region"] == {"startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 7}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {
        "text": ""
    }
    assert run["results"][0]["relatedLocations"][0]["message"] == {"text": "see there"}
    assert "(cell 2, line 2)" in run["results"][3]["message"]["text"]
    column = NOTEBOOK.index("b = 2") + 1
    region = run["results"][3]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": column, "endLine": 1, "endColumn": column + 1}
    (replacement,) = run["results"][3]["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"]["startColumn"] == replacement["deletedRegion"]["endColumn"] == column


def test_sarif_names_the_file_alone_where_a_notebook_is_broken():
    project = Project.of({"lab.ipynb": "{"})
    log = json.loads(render_sarif(project, lint(project)))
    jsonschema.validate(log, SCHEMA)
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "LAM990"
    assert set(result["locations"][0]["physicalLocation"]) == {"artifactLocation"}


def test_the_schema_would_notice():
    broken = {"version": "2.1.0", "runs": [{"results": []}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


def test_sarif_of_nothing_is_valid(project):
    log = json.loads(render_sarif(project, []))
    jsonschema.validate(log, SCHEMA)
    assert log["runs"][0]["results"] == []


def test_a_fingerprint_stays_when_lines_are_added_above(project, findings):
    def prints(found_in, found):
        runs = json.loads(render_sarif(found_in, found))["runs"]
        return [result["partialFingerprints"]["lambdalint/v1"] for result in runs[0]["results"]]

    moved = Project.of({"a b/ä,1:2.py": "# new\n" + TEXT})
    span = Span("a b/ä,1:2.py", 10, 12)
    assert (
        prints(moved, [findings[0]._replace(span=span, fix=None, related=())])[0]
        == prints(project, findings)[0]
    )
    assert len({*prints(project, findings)}) == 4


def test_github_gets_one_escaped_command_a_line(project, findings):
    lines = render_github(project, findings).splitlines()
    assert lines[0] == (
        "::error title=lambdalint (LAM701 action-star),file=a b/ä%2C1%3A2.py,line=1,col=5,endLine=1,endColumn=7"
        '::breaks: 100%25, "quotes" & <tags>%0Aand a second line\x1b[2J'
    )
    assert "endColumn" not in lines[1]
    assert lines[3].startswith(
        "::notice title=lambdalint (LAM101 client-init-in-handler),file=lab.ipynb::cell 2, line 2:"
    )
    assert len(lines) == len(findings)
    assert render_github(project, []) == ""


def test_gitlab_gets_unique_fingerprints_and_its_own_levels(project, findings):
    report = json.loads(render_gitlab(project, findings))
    assert [item["severity"] for item in report] == ["critical", "major", "major", "info", "critical"]
    assert len({item["fingerprint"] for item in report}) == len(findings)
    assert report[0]["location"] == {
        "path": "a b/ä,1:2.py",
        "positions": {"begin": {"line": 1, "column": 5}, "end": {"line": 1, "column": 7}},
    }
    for item in report:
        assert {*item} == {"check_name", "description", "fingerprint", "location", "severity"}
    assert json.loads(render_gitlab(project, [])) == []


def test_junit_is_xml_whatever_the_message_holds(project, findings):
    root = ElementTree.fromstring(render_junit(project, findings))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "5", "5")
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["a b/ä,1:2.py", "lab.ipynb", "template.yaml"]
    case = suites[0].find("testcase")
    assert case.get("name") == "LAM701 action-star (line 1, column 5)"
    assert (
        case.find("failure").get("message") == 'breaks: 100%, "quotes" & <tags>\nand a second line\ufffd[2J'
    )


def test_junit_of_nothing_is_a_case_that_passes(project):
    root = ElementTree.fromstring(render_junit(project, []))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert root.find("testsuite/testcase") is not None


def test_json_lines_are_the_items_of_the_json_report(project, findings):
    lines = render_json_lines(project, findings).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render_json(project, findings))
    assert render_json_lines(project, []) == ""


def test_places_can_be_clicked_where_the_terminal_knows_how(project, findings):
    text = render_text(project, findings, Safety.SAFE, source=False, links=True)
    address = re.search(r"\x1b\]8;;(file://[^\x1b]*)\x1b\\a b/ä,1:2\.py:1:5\x1b\]8;;\x1b\\:", text)
    assert address[1].endswith("/a%20b/%C3%A4%2C1%3A2.py")
    assert "\x1b]8" not in render_text(project, findings, Safety.SAFE, source=False)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_asked_for_and_written_to_a_file(run, form):
    Path("app.py").write_text("def (")
    code, out, err = run("check", "app.py", "--output-format", form)
    assert (code, err) == (1, "")
    assert "LAM990" in out
    code, out, err = run("check", "app.py", "--output-format", form, "--output-file", "report")
    assert (code, out) == (1, "")
    assert "LAM990" in Path("report").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_programs_get_nothing_but_the_report(run, form):
    Path("app.py").write_text("x = 1\n")
    code, out, _ = run("check", "app.py", "--output-format", form)
    assert code == 0
    assert ("All checks passed." in out) is (form in ("text", "concise"))
