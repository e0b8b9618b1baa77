"""Nothing that a learner had checked is lost: answers are listed, and come back without losing what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from course.commands.history import history
from course.commands.restore import restore
from course.errors import UserError
from course.lab import edition, kept_answers, learner, shelf
from course.lab.desk import Desk
from course.lab.document import Lab
from course.lab.journal import Journal


@pytest.fixture
def desk(tiny: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk of a learner who had two answers to `add` checked, and has a third one there."""
    pristine = tmp_path / "labs" / tiny.slug
    pristine.mkdir(parents=True)
    (pristine / "lab.ipynb").write_text(edition.notebook(tiny, "learner"), encoding="utf-8")
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path / "labs")
    mine = tmp_path / "my-labs" / tiny.slug
    mine.mkdir(parents=True)
    monkeypatch.chdir(mine)
    journal = Journal(tmp_path / "my-labs", lambda: 0.0)
    for number in (1, 2):
        journal.keep(tiny, tiny.exercises[0], {"adder.py": f"answer = {number}\n"})
    journal.record("check", lab=tiny.slug, exercise="add", attempt=2, verdict="failed", points=0)
    (mine / "adder.py").write_text("answer = 3\n")
    return Desk(tiny, mine, journal)


def test_the_answers_are_listed_with_what_became_of_them(desk: Desk) -> None:
    found = kept_answers.kept(desk, "add")
    assert [(one.number, one.files, one.verdict) for one in found] == [
        (1, {"adder.py": "answer = 1\n"}, ""),
        (2, {"adder.py": "answer = 2\n"}, "failed"),
    ]
    shown = learner.history("add")
    lines = shown.text.splitlines()
    assert lines[0] == "2 answers to add, the newest first:"
    assert lines[1].endswith("failed  adder.py")
    assert lines[2].endswith("not checked  adder.py")
    assert "answer = 1" in shown.html


def test_what_is_there_is_kept_before_an_old_answer_comes_back(desk: Desk) -> None:
    text = learner.restore("add", 1).text
    assert text.startswith("Answer 1 is back in `adder.py`.")
    assert (desk.folder / "adder.py").read_text() == "answer = 1\n"
    assert [one.files["adder.py"] for one in kept_answers.kept(desk, "add")] == [
        "answer = 1\n",
        "answer = 2\n",
        "answer = 3\n",
    ]


def test_restoring_into_an_empty_folder_or_over_a_stub_keeps_no_empty_answer(desk: Desk, tiny: Lab) -> None:
    (desk.folder / "adder.py").write_text(tiny.stubs["adder.py"])
    kept_answers.restore(desk, "add", 2)
    (desk.folder / "adder.py").unlink()
    kept_answers.restore(desk, "add", 2)
    assert (desk.folder / "adder.py").read_text() == "answer = 2\n"
    assert len(kept_answers.kept(desk, "add")) == 2


def test_a_slip_says_what_there_is(desk: Desk) -> None:
    assert learner.restore("add", 9).text == "no answer number 9 to `add` was kept; there are 1 to 2"
    assert learner.restore("greet", 1).text == "no answer number 1 to `greet` was kept; none was checked yet"
    assert learner.history("greet").text.startswith("No answer to `greet` was kept yet")
    with pytest.raises(UserError, match="did you mean `add`"):
        kept_answers.kept(desk, "ad")


def test_the_command_line_lists_and_restores(desk: Desk) -> None:
    folder = ["--folder", str(desk.folder.parent)]
    listed = CliRunner().invoke(history, ["07", "add", *folder])
    assert listed.output.startswith("2 answers to add")
    done = CliRunner().invoke(restore, ["07", "add", "2", *folder])
    assert done.output.strip() == f"restored: {desk.folder / 'adder.py'}"
    assert (desk.folder / "adder.py").read_text() == "answer = 2\n"
