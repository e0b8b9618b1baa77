"""Where a learner stands: 80 points for exercises, 10 for a clean linter, 10 for predictions; 80 are mastery.

Made of the journal's events. Local points count the checks that learners can see; what is hidden counts when the work
is graded. Hints cost no points, they only lower the badge.
"""

from __future__ import annotations

from dataclasses import dataclass

from course.lab.document import Exercise, Lab
from course.lab.journal import Event, Journal

EXERCISES, LINT, PREDICTIONS, MASTERY = 80.0, 10.0, 10.0, 80.0
BADGES = ("gold", "silver", "bronze", "passed")


@dataclass(frozen=True)
class ExerciseStanding:
    """One exercise: `verdict` is the last one (None: never checked), `points` the best of all attempts, `hints` those
    that were shown, `badge` what it earned when it was passed first (empty: not yet); `clean` says that lambdalint had
    no finding of the lab's rules at the last check."""

    exercise: Exercise
    verdict: str | None
    points: float
    attempts: int
    hints: int
    badge: str
    clean: bool


@dataclass(frozen=True)
class LabStanding:
    """One lab. `to_review` are the predictions that were wrong at first and not yet right since."""

    lab: Lab
    exercises: tuple[ExerciseStanding, ...]
    predicted: int
    to_review: tuple[str, ...]

    @property
    def exercise_points(self) -> float:
        """Of 80."""
        total = sum(one.exercise.points for one in self.exercises)
        return _part(EXERCISES, sum(one.points for one in self.exercises), total)

    @property
    def lint_points(self) -> float:
        """Of 10: a share for each exercise that is passed and clean."""
        return _part(LINT, sum(bool(one.badge) and one.clean for one in self.exercises), len(self.exercises))

    @property
    def prediction_points(self) -> float:
        """Of 10: a share for each prediction that was right, at first or when it came back."""
        right = self.predicted - len(self.to_review)
        if not self.lab.predictions:
            return self.exercise_points * PREDICTIONS / EXERCISES
        return _part(PREDICTIONS, right, len(self.lab.predictions))

    @property
    def points(self) -> float:
        """Of 100."""
        return self.exercise_points + self.lint_points + self.prediction_points

    @property
    def mastered(self) -> bool:
        """Whether that is enough."""
        return self.points >= MASTERY

    @property
    def begun(self) -> bool:
        """Whether anything was done in it."""
        return bool(self.predicted or any(one.attempts or one.hints for one in self.exercises))


def standing(journal: Journal, lab: Lab) -> LabStanding:
    """The standing in a lab."""
    events = [event for event in journal.events() if event.get("lab") == lab.slug]
    first: dict[str, bool] = {}
    for event in events:
        name = str(event.get("prediction" if event.get("event") == "predict" else "question"))
        if event.get("event") == "predict":
            first.setdefault(name, bool(event.get("right")))
        elif event.get("event") == "review" and name in first:
            first[name] = first[name] or bool(event.get("right"))
    known = {question.name for question in lab.predictions}
    made = {name: right for name, right in first.items() if name in known}
    return LabStanding(
        lab,
        tuple(_exercise(exercise, events) for exercise in lab.exercises),
        len(made),
        tuple(name for name, right in made.items() if not right),
    )


def _exercise(exercise: Exercise, events: list[Event]) -> ExerciseStanding:
    mine = [event for event in events if event.get("exercise") == exercise.name]
    verdict, points, attempts, hints, badge, clean = None, 0.0, 0, 0.0, "", True
    for event in mine:
        if event.get("event") == "hint":
            hints = max(hints, _number(event.get("hint")))
        elif event.get("event") == "lint":
            clean = not event.get("rules")
        elif event.get("event") == "check":
            attempts += event.get("verdict") != "not attempted"
            verdict = str(event.get("verdict"))
            points = max(points, _number(event.get("points")))
            if verdict == "passed" and not badge:
                badge = BADGES[min(int(hints), len(BADGES) - 1)]
    return ExerciseStanding(
        exercise, verdict, min(points, exercise.points), attempts, int(hints), badge, clean
    )


def _part(whole: float, some: float, total: float) -> float:
    return whole * some / total if total else 0.0


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0.0
