"""Which report is written, and how it looks."""

from __future__ import annotations

from collections.abc import Sequence

from lint_rules.engine.finding import Finding, Safety
from lint_rules.engine.typed import Any, NamedTuple


class Look(NamedTuple):
    """The format, the fixes that count as applicable, and what standard output can show. With `spent`, seconds by
    rule, findings are counted instead of shown."""

    format: str
    allow: Safety
    colour: bool
    clickable: bool
    spent: dict[str, float] | None


def report(project: Any, findings: Sequence[Finding], look: Look) -> str:
    """The text of the report."""
    if look.spent is not None:
        from lint_rules.engine.reports.text import render_statistics

        return render_statistics(findings, look.spent)
    if look.format in ("text", "concise"):
        if not findings:
            return ""
        from lint_rules.commands.terminal import links_shown
        from lint_rules.engine.reports.text import render_text

        links = look.clickable and look.colour and links_shown()
        whole = look.format == "text"
        return render_text(project, findings, look.allow, colour=look.colour, source=whole, links=links)
    if look.format == "json":
        from lint_rules.engine.reports.json import render_json as render
    elif look.format == "json-lines":
        from lint_rules.engine.reports.json import render_json_lines as render
    elif look.format == "sarif":
        from lint_rules.engine.reports.sarif import render_sarif as render
    elif look.format == "github":
        from lint_rules.engine.reports.github import render_github as render
    elif look.format == "gitlab":
        from lint_rules.engine.reports.gitlab import render_gitlab as render
    else:
        from lint_rules.engine.reports.junit import render_junit as render
    return render(project, findings)


def summary(findings: Sequence[Finding], look: Look, fixed: int) -> str:
    """The last line for people; programs get none."""
    if look.format not in ("text", "concise"):
        return ""
    if not findings and not fixed:
        return "All checks passed.\n"
    from lint_rules.engine.reports.text import render_summary

    return render_summary(findings, look.allow, fixed)
