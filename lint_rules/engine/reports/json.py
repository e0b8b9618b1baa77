"""Findings for programs: objects with the keys of ruff's JSON, plus `related`; as one array, or one a line.

Rows and columns count from 1 in characters, in a notebook within the cell. `filename` is absolute.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from lint_rules.engine.finding import Finding, Fix, Safety, Span
from lint_rules.engine.project import Project
from lint_rules.engine.reports.places import region
from lint_rules.engine.rule import RULES
from lint_rules.engine.suppress import Suppressions
from lint_rules.engine.typed import Any

_APPLICABILITY = {Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.SHOW_ONLY: "display"}


def render_json(project: Project, findings: Sequence[Finding]) -> str:
    """The report, ending in a newline."""
    import json

    suppressions = Suppressions(project)
    content = [_finding(project, suppressions, finding) for finding in findings]
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def render_json_lines(project: Project, findings: Sequence[Finding]) -> str:
    """The report, one object in each line."""
    import json

    suppressions = Suppressions(project)
    return "".join(
        json.dumps(_finding(project, suppressions, finding), sort_keys=True, ensure_ascii=False) + "\n"
        for finding in findings
    )


def _finding(project: Project, suppressions: Suppressions, finding: Finding) -> dict[str, Any]:
    document = project.documents[finding.span.path]
    severity = finding.severity or RULES[finding.rule].severity
    row = suppressions.row_for(finding.span)
    return {
        "cell": document.locate(finding.span.start).cell,
        "code": RULES[finding.rule].code,
        **_places(project, finding.span),
        "filename": os.path.abspath(finding.span.path),
        "fix": _fix(project, finding.fix) if finding.fix else None,
        "message": finding.message,
        "name": finding.rule,
        "noqa_row": document.locate(document.line_starts[row - 1]).row if row else None,
        "related": [
            {
                "filename": os.path.abspath(related.span.path),
                "cell": project.documents[related.span.path].locate(related.span.start).cell,
                "message": related.message,
                **_places(project, related.span),
            }
            for related in finding.related
        ],
        "severity": severity.label,
        "url": None,
    }


def _fix(project: Project, fix: Fix) -> dict[str, Any]:
    edits = []
    for edit in fix.edits:
        place = {"content": edit.text, **_places(project, edit.span)}
        if len({edit.span.path for edit in fix.edits}) > 1:
            place["filename"] = os.path.abspath(edit.span.path)
        cell = project.documents[edit.span.path].locate(edit.span.start).cell
        if cell is not None:
            place["cell"] = cell
        edits.append(place)
    return {"applicability": _APPLICABILITY[fix.safety], "edits": edits, "message": fix.title}


def _places(project: Project, span: Span) -> dict[str, Any]:
    place = region(project, span)
    return {
        "location": {"row": place.row, "column": place.column},
        "end_location": {"row": place.end_row, "column": place.end_column},
    }
