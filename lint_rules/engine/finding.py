"""What a rule reports: a message, a place, and perhaps a fix.

Values only. They are named tuples rather than dataclasses because importing `dataclasses` costs more than
starting Python, and a linter that runs at every commit starts far more often than it works. Imports nothing
of ours.
"""

from __future__ import annotations

from enum import IntEnum

from lint_rules.engine.typed import NamedTuple


class Severity(IntEnum):
    """How bad it is. Higher is worse, so a threshold is a comparison."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The word used in reports and configuration: `advice`, `warning` or `error`."""
        return self.name.lower()


class Safety(IntEnum):
    """What applying a fix may change. SAFE keeps behaviour and comments, UNSAFE asks for `--unsafe-fixes`,
    SHOW_ONLY is never applied."""

    SHOW_ONLY = 1
    UNSAFE = 2
    SAFE = 3


class Span(NamedTuple):
    """A half-open range of characters in the text of the document at `path` (see `sources.document`).

    Offsets count characters (code points) of the decoded text without a byte order mark, from 0. Lines and
    columns are computed when shown.
    """

    path: str
    start: int
    end: int


class Edit(NamedTuple):
    """Replace the text under `span` by `text`; an empty span inserts."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits that belong together: all of them are applied, or none."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety


class Related(NamedTuple):
    """A second place that explains a finding, such as the template line that contradicts the code."""

    message: str
    span: Span


class Finding(NamedTuple):
    """One defect in one place.

    A rule fills `message` and `span`, and `fix`, `related` or a `severity` other than the rule's where it has
    them. The engine stamps `rule` with the rule's name and replaces a missing severity by the rule's own.
    """

    message: str
    span: Span
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    rule: str = ""


class Conflict(NamedTuple):
    """A finding whose fix was left out, since it does not go together with that of the rule `other`; and why, where
    it is known."""

    left: Finding
    other: str
    reason: str = ""
