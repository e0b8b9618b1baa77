"""Places as other programs want them: rows and columns from 1, and paths relative to the current folder."""

from __future__ import annotations

import os

from lint_rules.engine.finding import Finding, Severity, Span
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES
from lint_rules.engine.typed import NamedTuple


class Region(NamedTuple):
    """From a row and column up to, not including, another; in a notebook within `cell`."""

    row: int
    column: int
    end_row: int
    end_column: int
    cell: int | None


def region(project: Project, span: Span) -> Region:
    """Where a span stands."""
    document = project.documents[span.path]
    start = document.locate(span.start)
    end = document.locate(span.end)
    if end.cell != start.cell:
        # An end at the very start of the next cell is the end of this one.
        end = document.locate(max(span.start, span.end - 1))
        end = end._replace(column=end.column + 1)
    return Region(start.row, start.column, end.row, end.column, start.cell)


def relative_path(path: str) -> str:
    """The path from the current folder with forward slashes; the absolute one where it is not below."""
    absolute = os.path.abspath(path)
    here = os.getcwd().rstrip(os.sep) + os.sep
    return (absolute[len(here) :] if absolute.startswith(here) else absolute).replace(os.sep, "/")


def severity_of(finding: Finding) -> Severity:
    """How bad it is."""
    return finding.severity or RULES[finding.rule].severity


def print_of(project: Project, finding: Finding) -> str:
    """A name for the finding that stays when lines are added elsewhere: of the rule, the file and the text of the
    line. Findings that share all three share it."""
    from lint_rules.engine.fingerprint import digest

    document = project.documents[finding.span.path]
    line = document.line(document.row(finding.span.start)).strip() if document.text else ""
    content = "\0".join([finding.rule, relative_path(finding.span.path), line])
    return digest(content.encode("utf-8", "surrogatepass"))
