"""Why a source cannot be read, and where."""

from __future__ import annotations

from typing import NamedTuple

from lint_rules.engine.finding import Severity, Span


class Problem(NamedTuple):
    """What stops the reading of a file, for people. ADVICE when the file is likely meant for another tool
    first."""

    message: str
    span: Span
    severity: Severity = Severity.ERROR
