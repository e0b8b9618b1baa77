"""Points, badges and mastery, from the journal's events alone."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from course.lab import shown_standing
from course.lab.checks import CheckResult, Verdict
from course.lab.document import Lab
from course.lab.grade import ExerciseResult
from course.lab.journal import Journal
from course.lab.standing import standing

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, lambda: 1_700_000_000.0)


def check(journal: Journal, lab: Lab, place: int, *verdicts: Verdict) -> None:
    exercise = lab.exercises[place]
    results = tuple(CheckResult(one, verdict) for one, verdict in zip(exercise.checks, verdicts, strict=True))
    journal.record_check(lab, ExerciseResult(exercise, results), attempt=1, seed=1)


def lint(journal: Journal, lab: Lab, place: int, *rules: str) -> None:
    journal.record("lint", lab=lab.slug, exercise=lab.exercises[place].name, rules=list(rules))


def test_an_exercise_keeps_its_best_points_and_its_last_verdict(journal: Journal, tiny: Lab) -> None:
    check(journal, tiny, 0, PASSED, PASSED, FAILED)
    check(journal, tiny, 0, PASSED, FAILED, FAILED)
    journal.record("hint", lab=tiny.slug, exercise="add", hint=2)
    add, greet = standing(journal, tiny).exercises
    assert (add.verdict, add.points, add.attempts, add.hints, add.badge) == ("failed", 3, 2, 2, "")
    assert (greet.verdict, greet.points, greet.attempts, greet.hints, greet.badge) == (None, 0, 0, 0, "")


@pytest.mark.parametrize(("hints", "badge"), [(0, "gold"), (1, "silver"), (2, "bronze"), (3, "passed")])
def test_hints_before_an_exercise_is_passed_lower_its_badge(
    journal: Journal, tiny: Lab, hints: int, badge: str
) -> None:
    for hint in range(hints):
        journal.record("hint", lab=tiny.slug, exercise="greet", hint=hint + 1)
    check(journal, tiny, 1, PASSED)
    journal.record("hint", lab=tiny.slug, exercise="greet", hint=3)
    greet = standing(journal, tiny).exercises[1]
    assert (greet.badge, greet.points) == (badge, 3)


def test_a_lab_done_well_has_a_hundred_points(journal: Journal, tiny: Lab) -> None:
    check(journal, tiny, 0, PASSED, PASSED, PASSED)
    check(journal, tiny, 1, PASSED)
    for place in (0, 1):
        lint(journal, tiny, place)
    journal.record("predict", lab=tiny.slug, prediction="what-comes", letter="a", right=True)
    found = standing(journal, tiny)
    assert (found.exercise_points, found.lint_points, found.prediction_points) == (80, 10, 10)
    assert found.mastered


def test_eighty_points_are_mastery_and_less_are_not(journal: Journal, tiny: Lab) -> None:
    check(journal, tiny, 0, PASSED, PASSED, PASSED)
    check(journal, tiny, 1, PASSED)
    lint(journal, tiny, 0, "client-init-in-handler")
    lint(journal, tiny, 1, "client-init-in-handler")
    found = standing(journal, tiny)
    assert (found.points, found.mastered) == (80, True)
    other = Journal(journal.workspace / "other", lambda: 0.0)
    check(other, tiny, 0, PASSED, PASSED, PASSED)
    assert not standing(other, tiny).mastered


def test_a_finding_of_the_labs_rules_costs_its_exercises_share_until_it_is_gone(
    journal: Journal, tiny: Lab
) -> None:
    check(journal, tiny, 0, PASSED, PASSED, PASSED)
    lint(journal, tiny, 0, "client-init-in-handler")
    assert standing(journal, tiny).lint_points == 0
    lint(journal, tiny, 0)
    assert standing(journal, tiny).lint_points == 5


def test_a_prediction_wrong_at_first_counts_when_its_card_was_answered_rightly(
    journal: Journal, tiny: Lab
) -> None:
    for right in (False, True):
        journal.record("predict", lab=tiny.slug, prediction="what-comes", right=right)
    found = standing(journal, tiny)
    assert (found.to_review, found.prediction_points) == (("what-comes",), 0)
    journal.record("review", lab=tiny.slug, question="what-comes", right=True)
    found = standing(journal, tiny)
    assert (found.to_review, found.prediction_points) == ((), 10)


def test_a_check_of_what_was_not_attempted_is_no_attempt(journal: Journal, tiny: Lab) -> None:
    check(journal, tiny, 1, Verdict.NOT_ATTEMPTED)
    greet = standing(journal, tiny).exercises[1]
    assert (greet.verdict, greet.attempts) == ("not attempted", 0)
    assert "clean" not in shown_standing.show(standing(journal, tiny)).text.splitlines()[3]


def test_events_of_other_labs_and_unknown_names_do_not_count(journal: Journal, tiny: Lab) -> None:
    journal.record("check", lab="08_other", exercise="add", verdict="passed", points=4)
    journal.record("predict", lab=tiny.slug, prediction="gone", right=True)
    journal.record("check", lab=tiny.slug, exercise="add", verdict="failed", points=True)
    found = standing(journal, tiny)
    assert (found.points, found.predicted) == (0, 0)


def test_a_lab_is_shown_as_a_table_in_text_and_html(journal: Journal, tiny: Lab) -> None:
    check(journal, tiny, 0, PASSED, PASSED, PASSED)
    journal.record("predict", lab=tiny.slug, prediction="what-comes", right=False)
    shown = shown_standing.show(standing(journal, tiny))
    assert shown.text.splitlines()[:3] == [
        "Lab 07, Tiny: 51 of 100 points",
        "exercise  last check     points  badge     checks  hints  lambdalint",
        "add       ✔ passed       4/4     ★★★ gold  1       0      clean",
    ]
    assert "Predictions that come back in lab.review(): what-comes" in shown.text
    assert " ".join(unescape(re.sub(r"<[^>]*>", " ", shown.html)).split()) == " ".join(shown.text.split())


def test_all_labs_are_shown_one_a_line(journal: Journal, tiny: Lab) -> None:
    assert shown_standing.overview([standing(journal, tiny)]).text.splitlines() == [
        "0 of 1 labs mastered",
        "lab  title  exercises  lambdalint  predictions  points",
        "07   Tiny   0/80       0/10        0/10         0/100   not begun",
    ]
