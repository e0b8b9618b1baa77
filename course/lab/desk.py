"""One learner at one lab: their folder with the answer files, their journal, and what they may ask for.

Notebook and command line use the same desk. Everything that they do is appended to the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.lab import grade as grading
from course.lab import shelf, submission
from course.lab.checks import Examiner
from course.lab.document import Lab, Question
from course.lab.grade import Grade, Progress
from course.lab.journal import FOLDER, Event, Journal


class Desk:
    """The desk of the lab whose answers are in `folder`."""

    def __init__(self, lab: Lab, folder: Path, journal: Journal) -> None:
        self.lab, self.folder, self.journal = lab, folder, journal

    @classmethod
    def at(cls, number: str, workspace: Path) -> Desk:
        """The desk for a lab given by number or slug in a workspace such as `my-labs`."""
        lab = shelf.lab(number)
        return cls(lab, workspace / lab.slug, Journal(workspace, now))

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

    def count(self, exercise: str | None = None) -> int:
        """How many checks there are, of one exercise or of all. Raises UserError for an unknown exercise."""
        wanted = self.lab.exercises if exercise is None else (shelf.exercise(self.lab, exercise),)
        return sum(len(item.checks) for item in wanted)

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

    def note_rules(self, grade: Grade, found: Iterable[tuple[str, str]]) -> None:
        """Record which of the lab's own rules lambdalint still finds: the file and the rule of each finding."""
        findings = [(file, rule) for file, rule in found if rule in self.lab.rules]
        for result in grade.exercises:
            files = {file.name for file in result.exercise.files}
            if files & set(grade.attempted):
                rules = sorted({rule for file, rule in findings if file in files})
                self.journal.record("lint", lab=self.lab.slug, exercise=result.exercise.name, rules=rules)

    def note_deployment(
        self, function: str, handler: str, files: Sequence[str], settings: Mapping[str, Any]
    ) -> None:
        """Record how a function was deployed, so that `lab.resume` can do it again."""
        self.journal.record(
            "deploy",
            lab=self.lab.slug,
            function=function,
            handler=handler,
            files=list(files),
            settings={name: value for name, value in settings.items() if name != "Role"},
        )

    @property
    def deployments(self) -> list[Event]:
        """How each function of this lab was deployed last, in the order in which they were first."""
        found = {
            str(event.get("function")): event for event in self.journal.events("deploy", lab=self.lab.slug)
        }
        return list(found.values())

    def keep_before(self, file: str, text: str) -> None:
        """Keep the answer that `file` belongs to as it is on disk, before `text` is written over it."""
        for exercise in self.lab.exercises:
            if any(one.name == file for one in exercise.files):
                given = submission.read(self.lab, self.folder, [], notebook=False)
                if given.files.get(file, text) != text and not exercise.is_untouched(given.files):
                    self.journal.keep(self.lab, exercise, given.files)

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
        question = self._question("prediction", self.lab.predictions, name)
        wanted = _letter(question, letter)
        made = self.journal.events("predict", lab=self.lab.slug, prediction=name)
        if not wanted and not made:
            return _ask(question)
        last = str(made[-1].get("letter")) if made else ""
        if wanted in ("", last):
            return _verdict("predicted", question, last)
        right = question.is_right(wanted)
        self.journal.record("predict", lab=self.lab.slug, prediction=name, letter=wanted, right=right)
        return (
            f"Noted: {wanted}. Now run the next cells and let the cloud decide. "
            "Then come back and run this one again: it explains."
        )

    def recall(self, name: str, letter: str = "") -> str:
        """Answer a question on what was learnt before; it is explained at once."""
        question = self._question("question", self.lab.recalls, name)
        wanted = _letter(question, letter)
        if not wanted:
            return _ask(question)
        answered = self.journal.events("recall", lab=self.lab.slug, question=name)
        if not answered or answered[-1].get("letter") != wanted:
            right = question.is_right(wanted)
            self.journal.record("recall", lab=self.lab.slug, question=name, letter=wanted, right=right)
        return _verdict("answered", question, wanted)

    def _question(self, what: str, among: tuple[Question, ...], name: str) -> Question:
        for item in among:
            if item.name == name:
                return item
        known = ", ".join(item.name for item in among) or "none"
        raise UserError(f"lab {self.lab.number} has no {what} `{name}`; it has: {known}")


def _letter(question: Question, letter: object) -> str:
    wanted = str(letter).strip().lower()
    if wanted and wanted not in question.choices:
        raise UserError(f"`{letter}` is none of the choices; they are: {', '.join(question.choices)}")
    return wanted


def _ask(question: Question) -> str:
    return f"Type one of {', '.join(question.choices)} between the quotes, then run this cell again."


def _verdict(did: str, question: Question, letter: str) -> str:
    right = question.is_right(letter)
    verdict = ", which is right" if right else f"; the answer is {question.answer}"
    after = "" if right else "\n\nThe question comes back in `lab.review()`, from tomorrow on."
    return f"You {did} {letter}{verdict}.\n\n{question.why}{after}"


def now() -> float:
    """The moment, in epoch seconds."""
    from course.cloud.clock import SystemClock

    return SystemClock().now()
