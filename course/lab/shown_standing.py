"""Shows where a learner stands: one lab exercise by exercise, or all labs in a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from course.lab.checks import Verdict
from course.lab.render import SIGN, Shown
from course.lab.standing import EXERCISES, LINT, MASTERY, PREDICTIONS, LabStanding

BADGE = {"gold": "★★★ gold", "silver": "★★ silver", "bronze": "★ bronze", "passed": "passed", "": ""}
LEGEND = "Badges: gold without a hint, silver with one, bronze with two."


def show(standing: LabStanding) -> Shown:
    """One lab."""
    lab = standing.lab
    head = f"Lab {lab.number}, {lab.title}: {standing.points:.0f} of 100 points"
    if standing.mastered:
        head += ", mastered"
    columns = ("exercise", "last check", "points", "badge", "checks", "hints", "lambdalint")
    rows = [
        (
            one.exercise.name,
            _verdict(one.verdict),
            f"{one.points:g}/{one.exercise.points:g}",
            BADGE[one.badge],
            str(one.attempts),
            str(one.hints),
            ("clean" if one.clean else "remarks") if one.verdict not in (None, "not attempted") else "",
        )
        for one in standing.exercises
    ]
    after = [
        f"Exercises {standing.exercise_points:.0f} of {EXERCISES:g}, lambdalint {standing.lint_points:.0f} of "
        f"{LINT:g}, predictions {standing.prediction_points:.0f} of {PREDICTIONS:g}. {MASTERY:g} points are mastery.",
        "Exercises count with the checks that you can see; a few more are hidden until your work is graded.",
    ]
    if any(one.badge for one in standing.exercises):
        after.append(LEGEND)
    if standing.to_review:
        after.append(f"Predictions that come back in lab.review(): {', '.join(standing.to_review)}")
    return _table(head, columns, rows, after)


def overview(standings: Sequence[LabStanding]) -> Shown:
    """All labs, one a line."""
    columns = ("lab", "title", "exercises", "lambdalint", "predictions", "points", "")
    rows = [
        (
            one.lab.number,
            one.lab.title,
            f"{one.exercise_points:.0f}/{EXERCISES:g}",
            f"{one.lint_points:.0f}/{LINT:g}",
            f"{one.prediction_points:.0f}/{PREDICTIONS:g}",
            f"{one.points:.0f}/100",
            "mastered" if one.mastered else "begun" if one.begun else "not begun",
        )
        for one in standings
    ]
    mastered = sum(one.mastered for one in standings)
    return _table(f"{mastered} of {len(rows)} labs mastered", columns, rows, [])


def _verdict(value: str | None) -> str:
    known = {verdict.value: f"{SIGN[verdict]} {verdict.value}" for verdict in Verdict}
    return known.get(value or "", "○ not checked")


def _table(head: str, columns: Sequence[str], rows: Sequence[Sequence[str]], after: Sequence[str]) -> Shown:
    widths = [max(len(row[index]) for row in [columns, *rows]) for index in range(len(columns))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [columns, *rows]
    ]
    header = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    html = (
        f"<table><caption>{escape(head)}</caption><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
        + "".join(f"<p>{escape(line)}</p>" for line in after)
    )
    return Shown("\n".join([head, *lines, *after]), html)
