"""Findings as plain lists and back, for what is kept between runs and for what travels between processes."""

from __future__ import annotations

from lint_rules.engine.finding import Edit, Finding, Fix, Related, Safety, Severity, Span
from lint_rules.engine.typed import Any


def pack(finding: Finding) -> list[Any]:
    """The finding in lists, strings and numbers."""
    fix = finding.fix
    return [
        finding.message,
        list(finding.span),
        [fix.title, [[list(edit.span), edit.text] for edit in fix.edits], int(fix.safety)] if fix else None,
        [[related.message, list(related.span)] for related in finding.related],
        int(finding.severity) if finding.severity else None,
        finding.rule,
    ]


def unpack(packed: list[Any]) -> Finding:
    """The finding again. Raises TypeError, ValueError or IndexError for what is none."""
    message, span, fix, related, severity, rule = packed
    return Finding(
        str(message),
        _span(span),
        Fix(fix[0], tuple(Edit(_span(at), text) for at, text in fix[1]), Safety(fix[2])) if fix else None,
        tuple(Related(text, _span(at)) for text, at in related),
        Severity(severity) if severity else None,
        str(rule),
    )


def _span(packed: list[Any]) -> Span:
    path, start, end = packed
    return Span(str(path), int(start), int(end))
