"""What a learner is told about a check: one remark, of one of four kinds, that gives no hidden input away.

The kinds are Exercism's: what must change (essential), what to do next (actionable), what is worth knowing
(informative), and what went well (celebratory). https://exercism.org/docs/building/tooling/analyzers/comments
"""

from __future__ import annotations

from dataclasses import dataclass

from course.grading.verdict import CheckVerdict

ESSENTIAL, ACTIONABLE, INFORMATIVE, CELEBRATORY = "essential", "actionable", "informative", "celebratory"


@dataclass(frozen=True)
class Remark:
    """A kind and a text."""

    kind: str
    text: str


def remarks(check: CheckVerdict) -> tuple[Remark, ...]:
    """What to say about a check, the most important first."""
    if check.verdict == "passed":
        return (Remark(CELEBRATORY, "It does."),)
    if check.verdict == "not attempted":
        return (Remark(INFORMATIVE, "Nothing was handed in for it."),)
    if check.verdict == "blocked":
        return (Remark(INFORMATIVE, check.reason or "It waits for another check."),)
    if check.verdict == "broken":
        return (Remark(INFORMATIVE, "The check itself broke. That is our mistake, and costs you nothing."),)
    if check.hidden:
        observed = "It did not hold for an input that you have not seen."
    else:
        observed = check.reason or "It did not hold."
    found = [Remark(ESSENTIAL, observed)]
    if check.help:
        found.append(Remark(ACTIONABLE, check.help))
    return tuple(found)
