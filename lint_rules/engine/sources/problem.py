"""Why a source cannot be read, and where."""

from __future__ import annotations

from lint_rules.engine.finding import Severity, Span
from lint_rules.engine.typed import NamedTuple

NO_TERRAFORM = (
    'Terraform files are not read: install what reads them with `pip install "lambdalint[terraform]"`'
)
"""Said once, of the first of them: whole runs have one reason."""


class Problem(NamedTuple):
    """What stops the reading of a file, for people. ADVICE when the file is likely meant for another tool
    first. `inline` says that it is the code of a function inside a template, which is read all the same."""

    message: str
    span: Span
    severity: Severity = Severity.ERROR
    inline: bool = False
