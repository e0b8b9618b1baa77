"""The journal: it only grows, forgives a torn line, and keeps every answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.errors import UserError
from course.lab.document import Lab
from course.lab.journal import Journal


def journal(folder: Path) -> Journal:
    return Journal(folder, lambda: 1_700_000_000.0)


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


def test_a_workspace_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, tiny: Lab) -> None:
    (tmp_path / ".lambdalab").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        journal(tmp_path).record("hint")
    with pytest.raises(UserError, match="cannot be written"):
        journal(tmp_path).keep(tiny, tiny.exercises[0], {"adder.py": ""})
