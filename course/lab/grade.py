"""Grades an answer: every check of the exercises asked for, in order, each with a verdict.

An untouched exercise is not attempted and nothing is run for it; a check whose needed check did not pass is
blocked. Points count what could be judged: a broken check is in neither `points` nor `total`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from course.lab import shelf
from course.lab.checks import CheckResult, Examiner, Verdict
from course.lab.document import Exercise, Lab
from course.lab.submission import Submission

Progress = Callable[[CheckResult], None]


@dataclass(frozen=True)
class ExerciseResult:
    """The results of one exercise's checks, in order."""

    exercise: Exercise
    results: tuple[CheckResult, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict that matters most: failed, then broken, blocked, not attempted; passed when all are."""
        order = (Verdict.FAILED, Verdict.BROKEN, Verdict.BLOCKED, Verdict.NOT_ATTEMPTED)
        found = {result.verdict for result in self.results}
        return next((verdict for verdict in order if verdict in found), Verdict.PASSED)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(result.check.points for result in self.results if result.verdict is Verdict.PASSED)

    @property
    def total(self) -> float:
        """Points that could have been earned."""
        return sum(result.check.points for result in self.results if result.verdict is not Verdict.BROKEN)


@dataclass(frozen=True)
class Grade:
    """An answer and its results by exercise; `seed` made the inputs."""

    submission: Submission
    lab: Lab
    exercises: tuple[ExerciseResult, ...]
    seed: int = 0

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """The results of all checks, in order."""
        return tuple(result for exercise in self.exercises for result in exercise.results)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def total(self) -> float:
        """Points that could have been earned."""
        return sum(exercise.total for exercise in self.exercises)

    @property
    def attempted(self) -> dict[str, str]:
        """The files of the exercises that were attempted."""
        given = self.submission.files
        begun = [one.exercise for one in self.exercises if not one.exercise.is_untouched(given)]
        return {file.name: given[file.name] for item in begun for file in item.files if file.name in given}

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(result.verdict is Verdict.PASSED for result in self.results)


def grade(
    lab: Lab,
    files: dict[str, str],
    exercise: str | None = None,
    *,
    name: str = "",
    seed: int = 0,
    examiner: Examiner | None = None,
    on_progress: Progress | None = None,
) -> Grade:
    """Grade `files` (name to text) as an answer to one exercise or to all.

    `name` says whose answer it is. `on_progress` hears each result as it comes. An `examiner` given is used
    and left open. Raises UserError for an unknown exercise.
    """
    wanted = lab.exercises if exercise is None else (shelf.exercise(lab, exercise),)
    using = examiner or Examiner()
    found = []
    try:
        for item in wanted:
            results: list[CheckResult] = []
            for check in item.checks:
                blocked = next((past for past in results if _blocks(past, check.needs)), None)
                if item.is_untouched(files):
                    result = CheckResult(check, Verdict.NOT_ATTEMPTED)
                elif blocked is not None:
                    result = CheckResult(check, Verdict.BLOCKED, f"waits for: {blocked.check.sentence}")
                else:
                    result = using.examine(check, files, seed)
                results.append(result)
                if on_progress is not None:
                    on_progress(result)
            found.append(ExerciseResult(item, tuple(results)))
    finally:
        if examiner is None:
            using.close()
    return Grade(Submission(name, files), lab, tuple(found), seed)


def _blocks(past: CheckResult, needs: str | None) -> bool:
    return past.check.name == needs and past.verdict in (Verdict.FAILED, Verdict.BLOCKED)
