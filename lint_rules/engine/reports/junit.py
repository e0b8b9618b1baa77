"""Findings as a JUnit report: a suite for each file, a failed case for each finding; of nothing, a case that passes.

The form is the one that Jenkins, GitLab and Azure read (https://github.com/testmoapp/junitxml).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from lint_rules.engine.finding import Finding
from lint_rules.engine.project import Project
from lint_rules.engine.regex import regex
from lint_rules.engine.reports.places import region, relative_path, severity_of
from lint_rules.engine.rule import RULES

_NOT_XML = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def render_junit(project: Project, findings: Sequence[Finding]) -> str:
    """The report, an XML document."""
    number = len(findings)
    out = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        f'<testsuites name="lambdalint" tests="{number or 1}" failures="{number}" errors="0">\n',
    ]
    for path, group in groupby(findings, key=lambda finding: finding.span.path):
        cases = list(group)
        name = _quoted(relative_path(path))
        out.append(f'  <testsuite name={name} tests="{len(cases)}" failures="{len(cases)}" errors="0">\n')
        out += [_case(project, finding, name) for finding in cases]
        out.append("  </testsuite>\n")
    if not number:
        out.append('  <testsuite name="lambdalint" tests="1" failures="0" errors="0">\n')
        out.append('    <testcase name="no findings" classname="lambdalint"/>\n  </testsuite>\n')
    return "".join([*out, "</testsuites>\n"])


def _case(project: Project, finding: Finding, file: str) -> str:
    rule = RULES[finding.rule]
    place = region(project, finding.span)
    cell = f"cell {place.cell}, " if place.cell is not None else ""
    where = f"{cell}line {place.row}, column {place.column}"
    name = _quoted(f"{rule.code} {rule.name} ({where})")
    return (
        f'    <testcase name={name} classname={file} file={file} line="{place.row}">\n'
        f"      <failure message={_quoted(finding.message)} type={_quoted(severity_of(finding).label)}>"
        f"{_escaped(where + ': ' + finding.message)}</failure>\n"
        "    </testcase>\n"
    )


def _escaped(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    text = _escaped(text).replace('"', "&quot;")
    return '"' + text.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;") + '"'
