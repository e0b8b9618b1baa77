"""Grades as tables for other systems: Canvas, Moodle and nbgrader read these files.

A learner's name is what the submission was called. A roster, a CSV file with a column `learner` and any of `id`, `name`
and `email`, says who that is to the other system.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from course.errors import UserError
from course.grading.verdict import Verdict

Roster = Mapping[str, Mapping[str, str]]
_MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def roster(path: Path) -> Roster:
    """What a roster says of each learner. Raises UserError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if rows and "learner" not in rows[0]:
        raise UserError(f"{path} has no column `learner`; it has {', '.join(str(name) for name in rows[0])}")
    return {row["learner"]: {key: value or "" for key, value in row.items() if key} for row in rows}


def canvas(verdicts: Sequence[Verdict], known: Roster) -> str:
    """For Canvas's grade book, "Import Grades": one column a lab, with the points possible in the second row.

    https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-import-grades-in-the-Gradebook/ta-p/807
    """
    labs = sorted({one.lab for one in verdicts})
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *labs]
    most = [max(_possible(one) for one in verdicts if one.lab == lab) for lab in labs]
    rows: list[Sequence[object]] = [
        head,
        ["    Points Possible", "", "", "", "", *(f"{value:g}" for value in most)],
    ]
    for learner in sorted({one.learner for one in verdicts}):
        about = known.get(learner, {})
        earned = {one.lab: one for one in verdicts if one.learner == learner}
        points = [f"{_scaled(earned[lab]):g}" if lab in earned else "" for lab in labs]
        rows.append(
            [
                about.get("name") or learner,
                about.get("id", ""),
                "",
                about.get("email") or learner,
                "",
                *points,
            ]
        )
    return _text(rows)


def moodle(verdicts: Sequence[Verdict], known: Roster) -> str:
    """For Moodle's assignment, "Upload grading worksheet": the identifier is the number in the submission's name.

    https://docs.moodle.org/en/Using_Assignment#Offline_grading_worksheet
    """
    rows: list[Sequence[object]] = [
        ["Identifier", "Full name", "Email address", "Lab", "Grade", "Maximum grade"]
    ]
    for one in verdicts:
        about = known.get(one.learner, {})
        match = _MOODLE.match(one.learner)
        identifier = about.get("id") or (match["id"] if match else one.learner)
        name = about.get("name") or (match["name"] if match else one.learner)
        rows.append(
            [
                f"Participant {identifier}" if identifier.isdigit() else identifier,
                name,
                about.get("email", ""),
                one.lab,
                f"{_scaled(one):g}",
                f"{_possible(one):g}",
            ]
        )
    return _text(rows)


def nbgrader(verdicts: Sequence[Verdict], known: Roster) -> str:
    """As `nbgrader export` writes it.

    https://nbgrader.readthedocs.io/en/stable/command_line_tools/nbgrader-export.html
    """
    head = (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty"
    )
    rows: list[Sequence[object]] = [[*head.split(","), "score", "max_score"]]
    for one in verdicts:
        about = known.get(one.learner, {})
        first, _, last = about.get("name", "").rpartition(" ")
        when = datetime.fromtimestamp(one.at, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        score = f"{_scaled(one):g}"
        student = about.get("id") or one.learner
        email = about.get("email", "")
        rows.append(
            [one.lab, "", when, student, last, first, email, score, "0", score, f"{_possible(one):g}"]
        )
    return _text(rows)


FORMATS: Mapping[str, Callable[[Sequence[Verdict], Roster], str]] = {
    "canvas": canvas,
    "moodle": moodle,
    "nbgrader": nbgrader,
}


def _possible(one: Verdict) -> float:
    return sum(check.of for check in one.checks)


def _scaled(one: Verdict) -> float:
    """The points on the scale of all points: those of a check that broke are shared out over the others."""
    return round(one.share * _possible(one), 2)


def _text(rows: Sequence[Sequence[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[_cell(value) for value in row] for row in rows])
    return buffer.getvalue()


def _cell(value: object) -> str:
    """Text that a spreadsheet does not take for a formula. https://owasp.org/www-community/attacks/CSV_Injection"""
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
