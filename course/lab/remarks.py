"""lambdalint's findings on a learner's files, for the end of a check. Without the linter there are none."""

from __future__ import annotations

from collections.abc import Mapping

from course.lab.render import Remark


def find(files: Mapping[str, str]) -> list[Remark]:
    """The findings on these files (name to text), by file and line. A rule that crashes says nothing."""
    try:
        from lint_rules import RULES, Project, lint
    except ImportError:
        return []
    found = lint(Project.of(files), on_crash=lambda crash: None)
    return [
        Remark(
            file=finding.span.path,
            row=files[finding.span.path].count("\n", 0, finding.span.start) + 1,
            code=RULES[finding.rule].code,
            name=finding.rule,
            message=finding.message,
        )
        for finding in found
    ]
