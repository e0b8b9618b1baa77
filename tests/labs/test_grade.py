"""Grading for real: a child process, its cloud, and every verdict."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from course.errors import UserError
from course.lab import grade as grading
from course.lab.checks import CheckResult, Examiner, Verdict
from course.lab.document import Check, Lab
from course.lab.grade import Grade


def verdicts(grade: Grade) -> dict[str, str]:
    return {result.check.name: result.verdict.value for result in grade.results}


def with_check(lab: Lab, source: str, **facts: float) -> Lab:
    """The lab with one check only, called `it_checks`, for its first exercise."""
    body = "\n".join(f"    {line}" for line in source.splitlines())
    made = Check("it_checks", "It checks.", 1, f"def it_checks(cloud, answer):\n{body}\n", **facts)
    return replace(lab, exercises=(replace(lab.exercises[0], checks=(made,)),))


def one(lab: Lab, source: str, examiner: Examiner, **facts: float) -> CheckResult:
    return grading.grade(with_check(lab, source, **facts), lab.solution, examiner=examiner).results[0]


def test_the_solution_earns_every_point_and_is_heard_check_by_check(tiny: Lab, examiner: Examiner) -> None:
    heard: list[CheckResult] = []
    grade = grading.grade(tiny, tiny.solution, examiner=examiner, on_progress=heard.append, seed=3)
    assert set(verdicts(grade).values()) == {"passed"}, [result.rationale for result in grade.results]
    assert (grade.points, grade.total, grade.passed, grade.seed) == (7, 7, True, 3)
    assert tuple(heard) == grade.results


def test_the_untouched_lab_is_not_attempted_and_starts_nothing(tiny: Lab) -> None:
    with Examiner() as fresh:
        for files in ({}, tiny.stubs, {"adder.py": "  def add(left, right):\n\n\n ...   # your code"}):
            grade = grading.grade(tiny, files, examiner=fresh)
            assert set(verdicts(grade).values()) == {"not attempted"}
            assert (grade.points, grade.total) == (0, 7)
        assert fresh.started == 0


def test_a_check_waits_for_the_one_it_needs(tiny: Lab, examiner: Examiner) -> None:
    files = {"adder.py": "def add(left, right): return left - right\n"}
    grade = grading.grade(tiny, files, examiner=examiner)
    assert verdicts(grade) == {
        "it_adds": "failed",
        "it_adds_text": "blocked",
        "it_adds_below_zero": "failed",
        "it_greets": "not attempted",
    }
    assert grade.results[0].rationale.startswith("add(")
    assert grade.results[0].help == "What does + do?"
    assert grade.results[1].rationale == "waits for: The sum of two numbers is returned."
    assert [exercise.verdict for exercise in grade.exercises] == [Verdict.FAILED, Verdict.NOT_ATTEMPTED]


def test_an_assertion_is_a_failure_with_or_without_words(tiny: Lab, examiner: Examiner) -> None:
    said = one(tiny, 'assert 1 == 2, "one is not two"', examiner)
    assert (said.verdict, said.rationale) == (Verdict.FAILED, "one is not two")
    unsaid = one(tiny, "assert 1 == 2", examiner)
    assert (unsaid.verdict, unsaid.rationale) == (Verdict.FAILED, "this does not hold: 1 == 2")


@pytest.mark.parametrize(
    "source", ["1 / 0", "missing", "raise SystemExit(0)", "def"], ids=["crash", "name", "exit", "syntax"]
)
def test_a_broken_check_is_our_bug_and_costs_nothing(tiny: Lab, examiner: Examiner, source: str) -> None:
    lab = with_check(tiny, source)
    grade = grading.grade(lab, tiny.solution, examiner=examiner)
    result = grade.results[0]
    assert result.verdict is Verdict.BROKEN
    assert (grade.points, grade.total) == (0, 0)
    assert result.log or "ended with code" in result.rationale


def test_an_error_in_the_learners_code_is_told_with_its_traceback(tiny: Lab, examiner: Examiner) -> None:
    files = {"adder.py": "def add(left, right):\n    return [][left]\n"}
    result = grading.grade(tiny, files, "add", examiner=examiner).results[0]
    assert result.verdict is Verdict.FAILED
    assert result.rationale == "your code raised IndexError: list index out of range"
    assert 'adder.py", line 2' in result.log


def test_inputs_follow_the_seed(tiny: Lab, examiner: Examiner) -> None:
    show = "raise Failure(str(random.Random(answer.seed).random()))"
    lab = with_check(tiny, show)
    seen = [
        grading.grade(lab, tiny.solution, examiner=examiner, seed=seed).results[0].rationale
        for seed in (1, 1, 2)
    ]
    assert seen[0] == seen[1] != seen[2]


def test_a_check_meets_an_empty_cloud_and_an_empty_folder(tiny: Lab, examiner: Examiner) -> None:
    source = """
roles = cloud.client("iam").list_roles()["Roles"]
assert not roles, str(roles)
answer.deploy("left-behind", handler="greeter.handler", files=["greeter.py"])
assert answer.call("adder.py", "add", 1, 1) == 2
"""
    for _ in range(2):
        result = one(tiny, source, examiner)
        assert result.verdict is Verdict.PASSED, result


def test_aws_refusing_a_call_is_a_failure_in_its_own_words(tiny: Lab, examiner: Examiner) -> None:
    result = one(tiny, 'invoke(cloud, "nobody")', examiner)
    assert result.verdict is Verdict.FAILED
    assert "invoking `nobody` was refused: ResourceNotFoundException: Function not found" in result.rationale


def test_a_check_that_never_ends_is_ended_and_the_next_one_runs(tiny: Lab, examiner: Examiner) -> None:
    result = one(tiny, "while True: pass", examiner, seconds=0.5)
    assert result.verdict is Verdict.FAILED
    assert re.fullmatch(r"it did not come to an end within [\d.]+ seconds", result.rationale)
    assert one(tiny, "pass", examiner).verdict is Verdict.PASSED


def test_an_unknown_exercise_names_the_nearest(tiny: Lab) -> None:
    with pytest.raises(UserError, match="no exercise `great`; did you mean `greet`"):
        grading.grade(tiny, {}, "great")
