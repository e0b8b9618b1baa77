"""Grading a class: fair verdicts in a file that only grows, whatever one of the learners does."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from course.errors import UserError
from course.grading import batch, bundle, handed, marking, releasing, run, verdict
from course.grading.batch import Task
from course.grading.bundle import Bundle
from course.grading.verdict import Book, Verdict
from course.lab.document import Check, Exercise, Lab

Grade = Callable[..., tuple[str, list[str], list[Verdict]]]
ADDER = "def add(left, right):\n    return left + right\n"
GREETER = 'def handler(event, context):\n    return {"greeting": "Hello, " + str(event.get("name"))}\n'


def hand_in(folder: Path, learner: str, **files: str) -> None:
    place = folder / learner
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / f"{name}.py").write_text(text)


@pytest.fixture
def grade(tmp_path: Path, tiny: Lab) -> Grade:
    """Grades tmp_path/in against a lab: the summary, what was told at once, and all verdicts there are."""

    def graded(lab: Lab = tiny, **settings: object) -> tuple[str, list[str], list[Verdict]]:
        checks = tmp_path / "checks.json"
        checks.write_text(Bundle(lab).text())
        order = run.Order((tmp_path / "in",), checks, tmp_path / "out", 2, "salt", **settings)  # type: ignore[arg-type]
        told: list[str] = []
        summary = run.grade(order, told.append, lambda done, total: None)
        return summary, told, Book(tmp_path / "out").read()

    return graded


def test_a_class_is_graded_and_nobody_pays_for_another(tmp_path: Path, tiny: Lab, grade: Grade) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER, greeter=GREETER)
    hand_in(tmp_path / "in", "ben", adder="import os\nos.kill(os.getppid(), 9)\nos._exit(0)")
    hand_in(tmp_path / "in", "cat", **{name[:-3]: text for name, text in tiny.stubs.items()})
    (tmp_path / "in" / "dan.ipynb").write_text("{")
    summary, told, found = grade()
    points = {one.learner: (one.points, one.total) for one in found}
    total = sum(exercise.points for exercise in tiny.exercises)
    assert points == {"ann": (total, total), "ben": (0, total), "cat": (0, total), "dan": (0, total)}
    assert {check.verdict for one in found for check in one.checks if one.learner == "cat"} == {
        "not attempted"
    }
    assert len(told) == 1
    assert told[0].startswith("dan: ")
    assert "4 graded, 0 had a verdict already" in summary
    assert "1 could not be read" in summary
    assert {one.isolation for one in found} == {"full"}


def test_what_has_a_verdict_is_not_graded_again(tmp_path: Path, grade: Grade) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER)
    grade()
    hand_in(tmp_path / "in", "ben", adder=ADDER)
    summary, _, found = grade()
    assert "1 graded, 1 had a verdict already" in summary
    hand_in(tmp_path / "in", "ann", adder=ADDER + "# better\n")
    summary, _, found = grade()
    assert "1 graded, 1 had a verdict already" in summary
    assert [one.learner for one in found] == ["ann", "ben", "ann"]
    again = grade(again=True)[2][3:]
    assert {one.key for one in again} == {one.key for one in found[1:]}
    assert {one.learner: one.points for one in again} == {"ann": 4, "ben": 4}


def test_a_changed_check_names_whose_grade_changes(tmp_path: Path, tiny: Lab, grade: Grade) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER)
    hand_in(tmp_path / "in", "ben", adder="def add(left, right): return int(left) + int(right)")
    grade()
    harder = changed(tiny, "it_adds", lambda check: replace(check, points=5))
    summary, _, _ = grade(harder)
    assert "ann: 4 -> 7 points in 07_tiny (it_adds)" in summary
    assert "ben: 3 -> 6 points in 07_tiny (it_adds)" in summary


def changed(lab: Lab, name: str, change: Callable[[Check], Check]) -> Lab:
    def with_change(exercise: Exercise) -> Exercise:
        checks = tuple(change(check) if check.name == name else check for check in exercise.checks)
        return replace(exercise, checks=checks)

    return replace(lab, exercises=tuple(with_change(exercise) for exercise in lab.exercises))


def test_a_check_that_breaks_costs_nothing_and_is_reported(tmp_path: Path, tiny: Lab, grade: Grade) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER, greeter=GREETER)
    broken = changed(
        tiny, "it_adds_below_zero", lambda check: replace(check, source=f"def {check.name}(c, a): 1/0\n")
    )
    summary, _, (one,) = grade(broken)
    assert one.share == 1
    assert one.total == sum(exercise.points for exercise in tiny.exercises) - 1
    assert "1 met checks that broke, which cost them nothing; please report: it_adds_below_zero" in summary
    assert "1 graded, 0 had a verdict" in grade(broken)[0], "what broke is tried again"


def test_learners_meet_inputs_of_their_own_each_time_the_same(tiny: Lab) -> None:
    seeds = [marking.seed("salt", name, "07_tiny") for name in ("ann", "ben", "ann")]
    assert seeds[0] == seeds[2] != seeds[1]
    assert marking.seed("other", "ann", "07_tiny") != seeds[0]


def test_a_bundle_has_the_hidden_checks_and_no_answer(tiny: Lab, tmp_path: Path) -> None:
    text = Bundle(tiny).text()
    assert "it_adds_below_zero" in text
    assert "total = left + right" not in text
    (tmp_path / "b.json").write_text(text)
    back = bundle.read(tmp_path / "b.json")
    assert (back.digest, back.checks, back.text()) == (Bundle(tiny).digest, Bundle(tiny).checks, text)
    assert not back.lab.solution


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": 9}', b"\xff", b"[" * 100_000])
def test_what_is_no_bundle_is_said_in_one_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b.json").write_bytes(data)
    with pytest.raises(UserError) as caught:
        bundle.read(tmp_path / "b.json")
    assert "make it anew with `lambdalab release`" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_line_that_a_crash_cut_off_is_left_out_and_left_behind(tmp_path: Path, grade: Grade) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER)
    (one,) = grade()[2]
    book = Book(tmp_path / "out")
    with book.path.open("a") as file:
        file.write(one.line()[:50])
    assert book.read() == [one]
    with book.appending() as appender:
        appender.add(replace(one, learner="ben"))
    assert [found.learner for found in book.read()] == ["ann", "ben"]
    assert all(json.loads(line) for line in book.path.read_text().splitlines() if line != one.line()[:50])


def test_a_learners_text_in_a_verdict_stays_text(tmp_path: Path, grade: Grade) -> None:
    hand_in(
        tmp_path / "in",
        'a<b>\n"x"',
        adder='raise ValueError(\'\\n{"learner": "root", "points": 99}\\n\\ud800\')',
    )
    (one,) = grade()[2]
    assert one.points == 0
    assert one.learner == 'a<b>?"x"'


def test_stopping_in_the_middle_ends_the_workers(tmp_path: Path, tiny: Lab) -> None:
    for name in ("ann", "ben", "cat"):
        hand_in(tmp_path / "in", name, adder=ADDER)
    places = handed.find([tmp_path / "in"], tiny.slug)
    found = batch.run(Task(Bundle(tiny), places, "salt"), 2, lambda: 0.0)
    assert next(found) is not None
    found.close()


def test_where_there_is_no_room_for_checks_grading_says_so_and_ends(
    tmp_path: Path, grade: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(UserError, match=r"no folder for checks can be made \(.*gone.*\).*TMPDIR"):
        grade()


def test_the_last_verdict_of_a_learner_counts() -> None:
    one = Verdict("ann", "07", "", "", "", 0, 1.0, "full", "", (), ())
    assert verdict.latest([one, replace(one, at=2.0), replace(one, learner="ben")])["ann", "07"].at == 2.0


WRITES = """
import os
for fd in range(3, 20):
    try: os.write(fd, %r)
    except OSError: pass
os._exit(0)
"""
DEEP = """
def add(left, right):
    deep = []
    for _ in range(900): deep = [deep]
    return deep
"""
SHAPES = {
    "another-type": "def add(left, right): return [1]",
    "too-deep-to-compare": DEEP,
    "half-an-answer": WRITES % b'{"error": {"kind": 1}}',
    "no-answer": WRITES % b"[]",
}


@pytest.mark.parametrize("source", SHAPES.values(), ids=SHAPES.keys())
def test_work_that_a_check_stumbles_over_does_not_make_the_others_worth_more(
    tmp_path: Path, tiny: Lab, grade: Grade, source: str
) -> None:
    careless = changed(
        tiny,
        "it_adds",
        lambda check: replace(
            check, source="def it_adds(c, a):\n    assert a.call('adder.py', 'add', {}, {})['sum'] == 3\n"
        ),
    )
    hand_in(tmp_path / "in", "ann", adder=source, greeter=GREETER)
    summary, _, (one,) = grade(careless)
    first = next(check for check in one.checks if check.check == "it_adds")
    assert first.verdict == "failed"
    assert one.total == sum(exercise.points for exercise in tiny.exercises)
    assert "broke" not in summary
    assert ("please look: ann" in summary) == ("os._exit" not in source)


def test_a_check_that_only_one_work_breaks_is_for_the_teacher_to_look_at(
    tmp_path: Path, tiny: Lab, grade: Grade
) -> None:
    careless = changed(
        tiny,
        "it_adds",
        lambda check: replace(check, source="def it_adds(c, a): a.call('adder.py', 'add', 1, 2)['sum']\n"),
    )
    hand_in(tmp_path / "in", "ann", adder="def add(left, right): return 'three'")
    _, _, (one,) = grade(careless)
    assert "it_adds ends with this work in a way that it cannot judge; please look at it" in one.notes
    assert one.checks[0].reason.startswith("what this gives is nothing that the check can judge (TypeError")


def test_checks_and_grades_are_for_nobody_else_on_the_machine(
    tmp_path: Path, sample: str, grade: Grade
) -> None:
    """On the machine of a class its learners have accounts, too."""
    (tmp_path / "solutions" / "07_tiny").mkdir(parents=True)
    (tmp_path / "solutions" / "07_tiny" / "lab.md").write_text(sample)
    learners, checks = releasing.release("07", tmp_path / "solutions", tmp_path / "release")
    assert checks.stat().st_mode & 0o077 == 0
    assert checks.parent.stat().st_mode & 0o077 == 0
    assert learners.stat().st_mode & 0o444 == 0o444
    hand_in(tmp_path / "in", "ann", adder=ADDER)
    grade()
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_folder_of_grades_that_several_teachers_share_stays_shared(tmp_path: Path, grade: Grade) -> None:
    hand_in(tmp_path / "in", "ann", adder=ADDER)
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o770)
    grade()
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o770
