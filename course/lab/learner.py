"""What a learner calls: `check`, `hint`, `predict`, `deploy` and `progress`, for the lab whose folder they are in.

Everything comes back as something to show; a mistake of the learner's is shown as one line, not raised. The
command line uses the same `Desk`. Every call appends to the journal.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from course.errors import UserError
from course.lab import deployment, remarks, render, shelf, submission
from course.lab import grade as grading
from course.lab.checks import Examiner
from course.lab.document import Lab, Question
from course.lab.grade import Grade, Progress
from course.lab.journal import FOLDER, Journal
from course.lab.render import Shown

P = ParamSpec("P")
ORDINAL = ("first", "second", "third")


class Desk:
    """One learner at one lab: their folder with the answer files, and their journal."""

    def __init__(self, lab: Lab, folder: Path, journal: Journal) -> None:
        self.lab, self.folder, self.journal = lab, folder, journal

    @classmethod
    def at(cls, number: str, workspace: Path) -> Desk:
        """The desk for a lab given by number or slug in a workspace such as `my-labs`."""
        lab = shelf.lab(number)
        return cls(lab, workspace / lab.slug, Journal(workspace, _now))

    @classmethod
    def here(cls, folder: Path) -> Desk:
        """The desk in a lab's folder or below it. Raises UserError when the folder belongs to no lab."""
        known = shelf.slugs(shelf.folder())
        for place in (folder, *folder.parents):
            if place.name in known:
                return cls.at(place.name, place.parent)
            if (place / FOLDER).is_dir():
                break
        raise UserError(
            f"{folder} is not a lab's folder; open the notebook with `lambdalab start {known[0][:2]}`, "
            f"or change to a folder named like a lab: {', '.join(known)}"
        )

    def check(
        self,
        exercise: str | None = None,
        on_progress: Progress | None = None,
        *,
        notebook: bool = True,
        examiner: Examiner | None = None,
    ) -> Grade:
        """Check one exercise or all, keeping the answers and recording the verdicts (see `grade.grade`)."""
        wanted = self.lab.exercises if exercise is None else (shelf.exercise(self.lab, exercise),)
        names = [file.name for item in wanted for file in item.files]
        given = submission.read(self.lab, self.folder, names, notebook)
        attempts = {}
        for item in wanted:
            if not item.is_untouched(given.files):
                attempts[item.name] = self.journal.keep(self.lab, item, given.files)
        # A new answer meets new inputs; the same answer meets the same ones again.
        seed = max(attempts.values(), default=0)
        grade = grading.grade(
            self.lab,
            given.files,
            exercise,
            name=given.name,
            seed=seed,
            examiner=examiner,
            on_progress=on_progress,
        )
        for result in grade.exercises:
            self.journal.record_check(self.lab, result, attempts.get(result.exercise.name, 0), seed)
        return grade

    def hint(self, exercise: str) -> str:
        """The next hint for an exercise; when all were given, all of them again."""
        item = shelf.exercise(self.lab, exercise)
        used = self.journal.hints_used(self.lab, exercise)
        if used >= len(item.hints):
            return "\n\n".join([f"These are all the hints for {exercise}:", *item.hints])
        self.journal.record("hint", lab=self.lab.slug, exercise=exercise, hint=used + 1)
        return f"Hint {used + 1} of {len(item.hints)} for {exercise}:\n\n{item.hints[used]}"

    def predict(self, name: str, letter: str = "") -> str:
        """Record a prediction; without a letter, or with the same one again, say what was right."""
        prediction = self._prediction(name)
        wanted = str(letter).strip().lower()
        made = self.journal.events("predict", lab=self.lab.slug, prediction=name)
        if not wanted and not made:
            return (
                f"Type one of {', '.join(prediction.choices)} between the quotes, then run this cell again."
            )
        last = str(made[-1].get("letter")) if made else ""
        if wanted in ("", last):
            verdict = (
                ", which is right" if prediction.is_right(last) else f"; the answer is {prediction.answer}"
            )
            return f"You predicted {last}{verdict}.\n\n{prediction.why}"
        if wanted not in prediction.choices:
            raise UserError(f"`{letter}` is none of the choices; they are: {', '.join(prediction.choices)}")
        right = prediction.is_right(wanted)
        self.journal.record("predict", lab=self.lab.slug, prediction=name, letter=wanted, right=right)
        return (
            f"Noted: {wanted}. Now run the next cells and let the cloud decide. "
            "Then come back and run this one again: it explains."
        )

    def progress(self) -> Shown:
        """The standing in this lab."""
        title = f"Lab {self.lab.number}, {self.lab.title}"
        return render.standing(title, self.journal.standing(self.lab), self.journal.to_review(self.lab))

    def _prediction(self, name: str) -> Question:
        for item in self.lab.predictions:
            if item.name == name:
                return item
        known = ", ".join(item.name for item in self.lab.predictions)
        raise UserError(f"lab {self.lab.number} has no prediction `{name}`; it has: {known}")


@functools.cache
def _examiner() -> Examiner:
    """The kernel's own examiner. Its cloud stays up between checks, so that only the first one waits."""
    examiner = Examiner()
    atexit.register(examiner.close)
    return examiner


def _now() -> float:
    from course.cloud.clock import SystemClock

    return SystemClock().now()


def _shown(function: Callable[P, Shown]) -> Callable[P, Shown]:
    """Shows a UserError as its line: a traceback frightens and says nothing the line does not."""

    @functools.wraps(function)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Shown:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            return render.note(str(error))

    return shown


@_shown
def check(exercise: str | None = None) -> Shown:
    """Check the answer to an exercise of this lab, or to all of them."""
    desk = Desk.here(Path.cwd())
    grade = desk.check(exercise, notebook=False, examiner=_examiner())
    return render.grade(grade, remarks.find(grade.attempted))


@_shown
def hint(exercise: str) -> Shown:
    """Show the next of three hints for an exercise."""
    return render.prose(Desk.here(Path.cwd()).hint(exercise))


@_shown
def predict(name: str, letter: str = "") -> Shown:
    """Say what you expect before the cloud shows it."""
    return render.prose(Desk.here(Path.cwd()).predict(name, letter))


@_shown
def deploy(name: str, handler: str, *files: str, debug: bool = False, **settings: object) -> Shown:
    """Create a function from files of this folder, or bring the one that exists up to date.

    `settings` go to `create_function`. With `debug=True` its environments wait for an editor.
    """
    return render.prose(deployment.deploy(Path.cwd(), name, handler, files, settings, debug=debug))


@_shown
def progress() -> Shown:
    """Show what you have done in this lab."""
    return Desk.here(Path.cwd()).progress()


def hint_text(number: str, exercise: str, workspace: Path) -> str:
    """The next hint, for the command line. Raises UserError."""
    return Desk.at(number, workspace).hint(exercise)


def progress_text(workspace: Path) -> str:
    """The standing in every lab, for the command line."""
    return "\n\n".join(Desk.at(slug, workspace).progress().text for slug in shelf.slugs(shelf.folder()))


def check_text(
    number: str, workspace: Path, exercise: str | None = None, on_progress: Progress | None = None
) -> tuple[Grade, str]:
    """Check a lab in a workspace, for the command line: the grade, and its text. Raises UserError."""
    grade = Desk.at(number, workspace).check(exercise, on_progress)
    return grade, render.grade(grade, remarks.find(grade.attempted)).text
