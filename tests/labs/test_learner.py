"""What a learner sees when they check, ask for hints, predict and look at their progress."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from course import lab as lab_names
from course.lab import edition, learner, shelf
from course.lab.document import Lab
from course.lab.journal import Journal
from course.lab.learner import Desk


@pytest.fixture(scope="module", autouse=True)
def no_kernel_stays() -> Iterator[None]:
    yield
    learner.examiner().close()
    learner.examiner.cache_clear()


@pytest.fixture
def labs(tiny: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with the tiny lab, and the learner in their folder for it."""
    pristine = tmp_path / "labs" / tiny.slug
    pristine.mkdir(parents=True)
    (pristine / "lab.ipynb").write_text(edition.notebook(tiny, "learner"), encoding="utf-8")
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path / "labs")
    mine = tmp_path / "my-labs" / tiny.slug
    mine.mkdir(parents=True)
    (mine / "lab.ipynb").write_bytes((pristine / "lab.ipynb").read_bytes())
    monkeypatch.chdir(mine)
    return tmp_path


def journal(labs: Path) -> Journal:
    return Journal(labs / "my-labs", lambda: 0.0)


@pytest.mark.usefixtures("labs")
def test_before_any_cell_ran_everything_is_not_attempted() -> None:
    text = repr(learner.check())
    assert text.count("NOT ATTEMPTED") == 3
    assert "run that cell, then check again" in text


def test_a_right_answer_passes_and_is_recorded_and_kept(labs: Path, tiny: Lab) -> None:
    Path("adder.py").write_text(tiny.solution["adder.py"])
    shown = learner.check("add")
    assert "2 of 2 checks passed, 3 of 3 points" in repr(shown)
    assert "Stuck" not in repr(shown)
    assert "PASSED" in shown._repr_html_()
    event = journal(labs).events("check")[-1]
    assert (event["exercise"], event["verdict"], event["points"], event["attempt"]) == ("add", "passed", 3, 1)
    assert (labs / "my-labs/.lambdalab/history/07_tiny/add/1/adder.py").read_text() == tiny.solution[
        "adder.py"
    ]


@pytest.mark.usefixtures("labs")
def test_lambdalints_findings_follow_the_checks() -> None:
    source = "import boto3\n\n\ndef add(left, right):\n    return left - right\n"
    handler = source + "\n\ndef handler(event, context):\n    return boto3.client('s3').meta.region_name\n"
    Path("adder.py").write_text(handler)
    text = repr(learner.check("add"))
    assert text.index("✘ FAILED") < text.index("lambdalint has 1 remark")
    assert "adder.py:9  LAM101" in text
    assert "lambdalint explain LAM101" in text


def test_hints_come_one_by_one_then_all_together(labs: Path) -> None:
    shown = [repr(learner.hint("add")) for _ in range(4)]
    assert shown[0] == "Hint 1 of 3 for add:\n\nWhich operator *joins* two numbers?"
    assert shown[2] == "Hint 3 of 3 for add:\n\n`return left ...`"
    assert shown[3].startswith("These are all the hints for add:\n\nWhich")
    assert learner.hint_text("7", "greet", labs / "my-labs") == "Hint 1 of 3 for greet:\n\nWhere is the name?"
    assert [event["hint"] for event in journal(labs).events("hint", exercise="add")] == [1, 2, 3]


def test_a_prediction_is_noted_first_and_explained_after(labs: Path) -> None:
    assert repr(learner.predict("what-comes", "")) == (
        "Type one of a, b between the quotes, then run this cell again."
    )
    noted = repr(learner.predict("what-comes", "B"))
    assert noted.startswith("Noted: b. Now run the next cells")
    assert "run this one again: it explains" in noted
    assert "Integers" not in noted
    assert repr(learner.predict("what-comes", "b")).startswith("You predicted b; the answer is a.")
    assert repr(learner.predict("what-comes")) == (
        "You predicted b; the answer is a.\n\nIntegers add; texts would join."
        "\n\nThe question comes back in `lab.review()`, from tomorrow on."
    )
    learner.predict("what-comes", "a")
    assert (
        repr(learner.predict("what-comes"))
        == "You predicted a, which is right.\n\nIntegers add; texts would join."
    )
    assert [event["right"] for event in journal(labs).events("predict")] == [False, True]
    assert "Predictions that come back in lab.review(): what-comes" in repr(learner.progress())


@pytest.mark.usefixtures("labs")
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: learner.check("ad"), "lab 07 has no exercise `ad`; did you mean `add`? It has: add, greet"),
        (lambda: learner.check(2), "lab 07 has no exercise `2`; did you mean `greet`? It has: add, greet"),
        (
            lambda: learner.check("adder.py"),
            "lab 07 has no exercise `adder.py`; did you mean `add`? It has: add, greet",
        ),
        (lambda: learner.check(""), "lab 07 has no exercise ``; it has: add, greet"),
        (lambda: learner.check("3"), "lab 07 has no exercise `3`; it has: add, greet"),
        (lambda: learner.hint("nothing"), "lab 07 has no exercise `nothing`; it has: add, greet"),
        (lambda: learner.predict("x", "a"), "lab 07 has no prediction `x`; it has: what-comes"),
        (lambda: learner.predict("what-comes", 1), "`1` is none of the choices; they are: a, b"),
        (lambda: learner.predict("what-comes", "z"), "`z` is none of the choices; they are: a, b"),
    ],
)
def test_a_slip_is_one_line_not_a_traceback(call: object, said: str) -> None:
    assert repr(call()) == said  # type: ignore[operator]


def test_outside_a_labs_folder_the_line_says_where_to_go(labs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(labs)
    assert "is not a lab's folder; open the notebook with `lambdalab start 07`" in repr(learner.check("add"))


def test_a_desk_takes_the_lab_by_number_and_the_pristine_edition(labs: Path) -> None:
    Path("lab.ipynb").write_text("{}")
    Path("adder.py").write_text("def add(left, right): return 0\n")
    desk = Desk.at("07", labs / "my-labs")
    assert [check.name for check in desk.lab.checks] == ["it_adds", "it_adds_text", "it_greets"]
    assert desk.check("add").exercises[0].verdict.value == "failed"


def test_the_command_line_checks_the_cells_that_were_not_run(labs: Path, tiny: Lab) -> None:
    cells = [{"source": f"%%writefile adder.py\n{tiny.solution['adder.py']}"}]
    Path("lab.ipynb").write_text(json.dumps({"cells": cells}))
    grade, text = learner.check_text("7", labs / "my-labs", "add")
    assert grade.passed
    assert grade.attempted == {"adder.py": tiny.solution["adder.py"]}
    assert "2 of 2 checks passed" in text
    assert "07   Tiny   40/80      5/10        0/10         45/100  begun" in learner.progress_text(
        labs / "my-labs"
    )
    assert "Lab 07, Tiny: 45 of 100 points" in learner.progress_text(labs / "my-labs", "7")


def test_an_unknown_lab_names_those_there_are(labs: Path) -> None:
    with pytest.raises(learner.UserError, match="there is no lab `70`; labs: 07_tiny"):
        Desk.at("70", labs)
    with pytest.raises(learner.UserError, match="there is no lab `07_tony`; did you mean `07_tiny`"):
        Desk.at("07_tony", labs)


def test_who_has_mastered_a_lab_is_told_of_the_next_one(labs: Path, tiny: Lab) -> None:
    (labs / "labs" / "08_more").mkdir()
    more = edition.notebook(replace(tiny, slug="08_more", title="More"), "learner")
    (labs / "labs" / "08_more" / "lab.ipynb").write_text(more, encoding="utf-8")
    assert "Next" not in repr(learner.progress())
    for exercise in tiny.exercises:
        journal(labs).record("check", lab=tiny.slug, exercise=exercise.name, verdict="passed", points=9)
    assert repr(learner.progress()).endswith("\n\nNext: lab 08, More: `08_more/lab.ipynb`.")


@pytest.mark.usefixtures("labs")
def test_a_finding_of_the_labs_rules_costs_points_until_it_is_mended(tiny: Lab) -> None:
    slip = "import boto3\n\n\ndef handler(event, context):\n    return boto3.client('s3').meta.region_name\n"
    Path("adder.py").write_text(tiny.solution["adder.py"] + slip)
    learner.check("add")
    assert "remarks" in repr(learner.progress())
    Path("adder.py").write_text(tiny.solution["adder.py"])
    learner.check("add")
    assert "remarks" not in repr(learner.progress())


def test_every_name_of_lab_is_something_to_call_whichever_comes_first() -> None:
    names = lab_names.__all__
    for first in names:
        program = (
            f"from course import lab; lab.{first}; names = {names!r}; "
            "print([name for name in names if not callable(getattr(lab, name))])"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def test_the_import_is_light() -> None:
    heavy = "jupytext nbformat yaml moto boto3 matplotlib course.cloud IPython lint_rules.engine"
    program = (
        f"import sys; from course import lab; print(*[m for m in {heavy.split()!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
