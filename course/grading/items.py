"""How the checks of a lab did in a class: who passed, how well a check tells learners apart, and what was observed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median, pstdev

from course.grading.verdict import CheckVerdict, Verdict

_VALUES = re.compile(r"\d+(?:\.\d+)?|'[^']*'|\"[^\"]*\"|`[^`]*`")


@dataclass(frozen=True)
class Item:
    """One check in a class. `passed` and `attempted` count learners; `discrimination` is the correlation of passing it
    with the points of the other checks (-1 to 1, None where nothing differs); `seconds` is the median; `reasons` are
    what was observed most often, with its count."""

    check: CheckVerdict
    passed: int
    attempted: int
    discrimination: float | None
    seconds: float
    reasons: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """The part of those that attempted it who passed."""
        return self.passed / self.attempted if self.attempted else 0.0


def items(verdicts: Sequence[Verdict]) -> list[Item]:
    """The checks in their order, over verdicts on one lab."""
    order: dict[str, CheckVerdict] = {}
    for one in verdicts:
        for check in one.checks:
            order.setdefault(check.check, check)
    return [_item(name, check, verdicts) for name, check in order.items()]


def _item(name: str, check: CheckVerdict, verdicts: Sequence[Verdict]) -> Item:
    met = [(one, found) for one in verdicts for found in one.checks if found.check == name]
    judged = [(one, found) for one, found in met if found.verdict in ("passed", "failed", "blocked")]
    passed = [float(found.verdict == "passed") for _, found in judged]
    others = [one.points - found.points for one, found in judged]
    reasons = Counter(
        _alike(found.reason) for _, found in judged if found.verdict == "failed" and found.reason
    )
    times = [found.seconds for _, found in judged if found.seconds]
    return Item(
        check,
        int(sum(passed)),
        len(judged),
        _correlation(passed, others),
        median(times) if times else 0.0,
        tuple(reasons.most_common(3)),
    )


def _alike(reason: str) -> str:
    """The first line of an observation without its values, which differ from learner to learner."""
    return _VALUES.sub("…", reason.splitlines()[0])[:160]


def _correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    if len(left) < 2:
        return None
    spread = pstdev(left) * pstdev(right)
    if spread == 0:
        return None
    centre, middle = mean(left), mean(right)
    return mean((one - centre) * (other - middle) for one, other in zip(left, right, strict=True)) / spread
