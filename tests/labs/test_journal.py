"""The journal: it only grows, forgives a torn line, and keeps every answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.errors import UserError
from course.lab.checks import CheckResult, Verdict
from course.lab.document import Lab
from course.lab.grade import ExerciseResult
from course.lab.journal import Journal


def journal(folder: Path) -> Journal:
    return Journal(folder, lambda: 1_700_000_000.0)


def checked(lab: Lab, *verdicts: Verdict) -> ExerciseResult:
    exercise = lab.exercises[0]
    return ExerciseResult(
        exercise,
        tuple(CheckResult(check, verdict) for check, verdict in zip(exercise.checks, verdicts, strict=True)),
    )


def test_an_event_is_one_line_with_its_time(tmp_path: Path) -> None:
    journal(tmp_path).record("hint", lab="07_tiny", exercise="add", hint=1)
    text = (tmp_path / ".lambdalab" / "progress.jsonl").read_text()
    assert text == (
        '{"at": "2023-11-14T22:13:20+00:00", "event": "hint", '
        '"exercise": "add", "hint": 1, "lab": "07_tiny"}\n'
    )


def test_events_come_back_in_order_by_kind_and_facts(tmp_path: Path) -> None:
    log = journal(tmp_path)
    assert log.events() == []
    for number, exercise in enumerate(["add", "greet", "add"]):
        log.record("hint", lab="07_tiny", exercise=exercise, hint=number)
    log.record("check", lab="07_tiny", exercise="add")
    assert [event["hint"] for event in log.events("hint", exercise="add")] == [0, 2]
    assert len(log.events()) == 4


def test_a_torn_last_line_loses_itself_only(tmp_path: Path) -> None:
    log = journal(tmp_path)
    log.record("hint", hint=1)
    path = tmp_path / ".lambdalab" / "progress.jsonl"
    with path.open("ab") as file:
        file.write(b'{"event": "hint", "hi\xff')
    assert [event["hint"] for event in log.events("hint")] == [1]
    log.record("hint", hint=2)
    assert [event["hint"] for event in log.events("hint")] == [1, 2]
    assert path.read_bytes().count(b"\n") == 3


def test_lines_that_are_no_events_are_passed_over(tmp_path: Path) -> None:
    log = journal(tmp_path)
    log.record("hint", hint=1)
    with (tmp_path / ".lambdalab" / "progress.jsonl").open("a") as file:
        file.write('3\n[]\nnull\n\n{"no": "event"}\n')
    assert len(log.events("hint")) == 1


def test_every_different_answer_is_kept_and_the_same_one_once(tmp_path: Path, tiny: Lab) -> None:
    log, add = journal(tmp_path), tiny.exercises[0]
    assert log.keep(tiny, add, {"adder.py": "x = 1\n", "greeter.py": "not of this exercise"}) == 1
    assert log.keep(tiny, add, {"adder.py": "x = 1\n"}) == 1
    assert log.keep(tiny, add, {"adder.py": "x = 'é\r\n'\n"}) == 2
    assert log.keep(tiny, add, {"adder.py": "x = 1\n"}) == 3
    place = tmp_path / ".lambdalab" / "history" / "07_tiny" / "add"
    assert sorted(path.relative_to(place).as_posix() for path in place.rglob("*.py")) == [
        "1/adder.py",
        "2/adder.py",
        "3/adder.py",
    ]
    assert (place / "2" / "adder.py").read_bytes() == "x = 'é\r\n'\n".encode()


def test_standing_takes_the_best_points_and_the_last_verdict(tmp_path: Path, tiny: Lab) -> None:
    log = journal(tmp_path)
    passed, failed = Verdict.PASSED, Verdict.FAILED
    log.record_check(tiny, checked(tiny, passed, passed, failed), attempt=1, seed=1)
    log.record_check(tiny, checked(tiny, passed, failed, failed), attempt=2, seed=2)
    log.record("hint", lab=tiny.slug, exercise="add", hint=2)
    add, greet = log.standing(tiny)
    assert (add.verdict, add.points, add.attempts, add.hints) == ("failed", 3, 2, 2)
    assert (greet.verdict, greet.points, greet.attempts, greet.hints) == (None, 0, 0, 0)


def test_a_prediction_wrong_at_first_is_to_be_reviewed_though_mended(tmp_path: Path, tiny: Lab) -> None:
    log = journal(tmp_path)
    for name, right in [("one", False), ("two", True), ("one", True)]:
        log.record("predict", lab=tiny.slug, prediction=name, right=right)
    assert log.to_review(tiny) == ["one"]


def test_a_workspace_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, tiny: Lab) -> None:
    (tmp_path / ".lambdalab").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        journal(tmp_path).record("hint")
    with pytest.raises(UserError, match="cannot be written"):
        journal(tmp_path).keep(tiny, tiny.exercises[0], {"adder.py": ""})
