"""Reports as HTML pages that need nothing else: one for the class, one for each learner; readable on paper, too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from course.grading import feedback
from course.grading.items import items
from course.grading.verdict import CheckVerdict, Verdict

TEMPLATES = Path(__file__).with_name("templates")
BINS = 10


def page(learner: str) -> str:
    """The name of a learner's page. Two learners never share one, whatever their names."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", learner).strip("-").lower()[:40]
    return f"{plain or 'learner'}-{hashlib.sha256(learner.encode()).hexdigest()[:8]}.html"


def class_page(verdicts: Sequence[Verdict], title: str) -> str:
    """The page of a class on one lab: everybody's points, how they spread, and how each check did."""
    counts = [0] * BINS
    for one in verdicts:
        counts[min(BINS - 1, int(one.share * BINS))] += 1
    spread = [
        {"from": round(100 * index / BINS), "to": round(100 * (index + 1) / BINS), "count": count}
        for index, count in enumerate(counts)
    ]
    return _render(
        "class.html",
        title=title,
        lab=verdicts[0].lab if verdicts else "",
        when=_when(max((one.at for one in verdicts), default=0.0)),
        learners=[
            {
                "verdict": one,
                "page": page(one.learner),
                "seconds": sum(check.seconds for check in one.checks),
            }
            for one in sorted(verdicts, key=lambda one: one.learner)
        ],
        spread=spread,
        most=max(counts) or 1,
        mean=sum(one.share for one in verdicts) / len(verdicts) if verdicts else 0.0,
        items=items(verdicts),
        hints=_hints(verdicts),
        weak=sorted({one.isolation for one in verdicts if one.isolation.startswith("weak")}),
    )


def learner_page(one: Verdict, title: str, *, show_hidden: bool = False) -> str:
    """The page of one learner on one lab. With `show_hidden` also what was observed in hidden checks."""
    exercises: dict[str, list[dict[str, Any]]] = {}
    for check in one.checks:
        exercises.setdefault(check.exercise, []).append(
            {"check": check, "remarks": feedback.remarks(_seen(check) if show_hidden else check)}
        )
    return _render("learner.html", title=title, one=one, when=_when(one.at), exercises=exercises)


def _hints(verdicts: Sequence[Verdict]) -> list[tuple[str, int, float]]:
    """The exercises for which hints were shown: to how many learners, and how many each on average."""
    found: dict[str, list[int]] = {}
    for one in verdicts:
        for exercise, shown in one.hints.items():
            found.setdefault(exercise, []).append(shown)
    order = {check.exercise: None for one in verdicts for check in one.checks}
    return [(name, len(found[name]), sum(found[name]) / len(found[name])) for name in order if name in found]


def _seen(check: CheckVerdict) -> CheckVerdict:
    from dataclasses import replace

    return replace(check, hidden=False)


def _render(name: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader

    # Everything that a learner wrote is text: it is escaped wherever it stands.
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["code"] = _coded
    return templates.get_template(name).render(**values)


def _coded(text: str) -> Any:
    """The text as HTML, what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
