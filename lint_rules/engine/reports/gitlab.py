"""Findings as GitLab's Code Quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lint_rules.engine.finding import Finding, Severity
from lint_rules.engine.project import Project
from lint_rules.engine.reports.places import print_of, region, relative_path, severity_of
from lint_rules.engine.rule import RULES

_LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.ADVICE: "info"}


def render_gitlab(project: Project, findings: Sequence[Finding]) -> str:
    """The report, an array of objects."""
    import json

    from lint_rules.engine.fingerprint import digest

    seen: Counter[str] = Counter()
    content = []
    for finding in findings:
        name = print_of(project, finding)
        seen[name] += 1
        place = region(project, finding.span)
        content.append({
            "check_name": RULES[finding.rule].code,
            "description": f"{RULES[finding.rule].name}: {finding.message}",
            # GitLab takes every fingerprint once.
            "fingerprint": digest(f"{name}:{seen[name]}".encode()),
            "location": {
                "path": relative_path(finding.span.path),
                "positions": {
                    "begin": {"line": place.row, "column": place.column},
                    "end": {"line": place.end_row, "column": place.end_column},
                },
            },
            "severity": _LEVELS[severity_of(finding)],
        })  # fmt: skip
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
