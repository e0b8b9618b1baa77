"""Findings as SARIF 2.1.0, the format that code scanning of GitHub and others takes.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Columns count code points. SARIF knows no cells, so a
place in a notebook is one in the JSON of its file, and the message says cell and row as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from lint_rules.engine.docs import rule_page
from lint_rules.engine.finding import Finding, Fix, Safety, Severity, Span
from lint_rules.engine.project import Project
from lint_rules.engine.reports.places import print_of, region, relative_path, severity_of
from lint_rules.engine.rule import RULES, Rule
from lint_rules.engine.sources.notebook_places import escaped, raw_places
from lint_rules.engine.typed import Any

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render_sarif(project: Project, findings: Sequence[Finding]) -> str:
    """The report, ending in a newline."""
    import json
    from importlib.metadata import version

    names = sorted({finding.rule for finding in findings}, key=lambda name: RULES[name].code)
    driver = {
        "name": "lambdalint",
        "version": version("lambdalint"),
        "rules": [_rule(RULES[name]) for name in names],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(project, finding, names.index(finding.rule)) for finding in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    page = rule_page(rule)
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.topic], "name": rule.name},
    }


def _result(project: Project, finding: Finding, index: int) -> dict[str, Any]:
    place = region(project, finding.span)
    message = finding.message
    if place.cell is not None:
        message = f"{message} (cell {place.cell}, line {place.row})"
    made: dict[str, Any] = {
        "ruleId": RULES[finding.rule].code,
        "ruleIndex": index,
        "level": _LEVELS[severity_of(finding)],
        "message": {"text": message},
        "locations": [_location(project, finding.span)],
        "partialFingerprints": {"lambdalint/v1": print_of(project, finding)},
    }
    if finding.related:
        made["relatedLocations"] = [
            {"id": number, "message": {"text": related.message}, **_location(project, related.span)}
            for number, related in enumerate(finding.related, 1)
        ]
    fix = _fix(project, finding.fix) if finding.fix else None
    if fix:
        made["fixes"] = [fix]
    return made


def _location(project: Project, span: Span) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(span.path)}}
    where = _region(project, span)
    if where:
        physical["region"] = where
    return {"physicalLocation": physical}


def _region(project: Project, span: Span) -> dict[str, int]:
    """Empty where a notebook has no place for it: a cell without source, or a file that is broken."""
    document = project.documents[span.path]
    if span.path.endswith(".ipynb"):
        places = raw_places(document) if document.cells else None
        found = places.span(span.start, span.end) if places else None
        if places is None or found is None:
            return {}
        start, end = map(places.row_and_column, found)
        return {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}
    place = region(project, span)
    return {
        "startLine": place.row,
        "startColumn": place.column,
        "endLine": place.end_row,
        "endColumn": place.end_column,
    }


def _fix(project: Project, fix: Fix) -> dict[str, Any] | None:
    if fix.safety is Safety.SHOW_ONLY or not all(_region(project, edit.span) for edit in fix.edits):
        return None
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.span.path, []).append({
            "deletedRegion": _region(project, edit.span),
            "insertedContent": {"text": escaped(edit.text) if edit.span.path.endswith(".ipynb") else edit.text},
        })  # fmt: skip
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    shown = relative_path(path)
    if shown.startswith("/"):
        return "file://" + quote(shown, errors="surrogateescape")
    return (
        quote(shown, errors="surrogateescape")
        if shown[1:2] != ":"
        else "file:///" + quote(shown, errors="surrogateescape")
    )
