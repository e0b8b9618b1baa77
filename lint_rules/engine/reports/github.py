"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from lint_rules.engine.finding import Finding, Severity
from lint_rules.engine.project import Project
from lint_rules.engine.reports.places import region, relative_path, severity_of
from lint_rules.engine.rule import RULES

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render_github(project: Project, findings: Sequence[Finding]) -> str:
    """One command in each line."""
    return "".join(_command(project, finding) for finding in findings)


def _command(project: Project, finding: Finding) -> str:
    rule = RULES[finding.rule]
    place = region(project, finding.span)
    fields = {"title": f"lambdalint ({rule.code} {rule.name})", "file": relative_path(finding.span.path)}
    message = finding.message
    if place.cell is None:
        fields |= {"line": str(place.row), "col": str(place.column), "endLine": str(place.end_row)}
        if place.end_row == place.row:  # Elsewhere GitHub does not take columns.
            fields["endColumn"] = str(place.end_column)
    else:  # Lines of a notebook's cell are no lines of its file.
        message = f"cell {place.cell}, line {place.row}: {message}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in fields.items())
    return f"::{_LEVELS[severity_of(finding)]} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
