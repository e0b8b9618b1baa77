"""The answers that were kept, and one of them back in its place.

`journal` keeps them as plain files, `.lambdalab/history/LAB/EXERCISE/N/`; what stands in the folder now is kept before
an old answer replaces it, so that restoring loses nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course.errors import UserError
from course.lab import shelf, submission
from course.lab.desk import Desk
from course.lab.document import Exercise


@dataclass(frozen=True)
class Kept:
    """One answer to an exercise: its number, counted from 1, its files (name to text), the moment it was kept (epoch
    seconds), and its last verdict, or empty when it was never checked."""

    number: int
    files: dict[str, str]
    at: float
    verdict: str


def kept(desk: Desk, exercise: str) -> list[Kept]:
    """The answers to an exercise that were kept, oldest first. Raises UserError for an unknown exercise."""
    item = shelf.exercise(desk.lab, exercise)
    verdicts = {
        event.get("attempt"): str(event.get("verdict"))
        for event in desk.journal.events("check", lab=desk.lab.slug, exercise=item.name)
    }
    found = []
    for number, place in desk.journal.kept(desk.lab, item):
        files = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in _files(place)}
        found.append(Kept(number, files, place.stat().st_mtime, verdicts.get(number, "")))
    return found


def restore(desk: Desk, exercise: str, number: int) -> Kept:
    """Put a kept answer back into the learner's folder. Raises UserError when there is none of that number."""
    item = shelf.exercise(desk.lab, exercise)
    answers = {one.number: one for one in kept(desk, exercise)}
    if number not in answers:
        known = f"there are 1 to {max(answers)}" if answers else "none was checked yet"
        raise UserError(f"no answer number {number} to `{item.name}` was kept; {known}")
    _keep_what_is_there(desk, item)
    for name, text in answers[number].files.items():
        try:
            (desk.folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{desk.folder / name} cannot be written: {error.strerror}") from None
    return answers[number]


def _keep_what_is_there(desk: Desk, exercise: Exercise) -> None:
    given = submission.read(desk.lab, desk.folder, [], notebook=False)
    if not exercise.is_untouched(given.files):
        desk.journal.keep(desk.lab, exercise, given.files)


def _files(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.is_file())
