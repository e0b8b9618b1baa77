"""Hints in reports: told by the learner's own journal, bounded, and never a matter of points."""

from __future__ import annotations

import json
import stat
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.grading import handed, hints, pages
from course.grading.bundle import Bundle
from course.grading.handed import Place, Work
from course.grading.marking import broken
from course.grading.verdict import Verdict, parse
from course.lab.document import Lab
from course.lab.journal import FOLDER, LOG, Journal

NAMES = ("adder.py", "greeter.py")
SLUG = "07_tiny"


def workspace(folder: Path, *shown: int) -> Path:
    """A learner's workspace with one lab in it and a journal of hints."""
    lab = folder / SLUG
    lab.mkdir(parents=True)
    (lab / "adder.py").write_text("def add(left, right): return left + right\n")
    journal = Journal(folder, lambda: 0.0)
    for number in shown:
        journal.record("hint", lab=SLUG, exercise="add", hint=number)
    return folder


def read(path: Path) -> Work:
    (place,) = handed.find([path], SLUG)
    return handed.read(place, NAMES)


def test_the_journal_beside_a_lab_tells_how_many_hints_were_shown(tmp_path: Path) -> None:
    workspace(tmp_path / "in" / "ann", 1, 2)
    assert read(tmp_path / "in").hints == {SLUG: {"add": 2}}


def test_a_journal_in_an_archive_is_read_too(tmp_path: Path) -> None:
    made = workspace(tmp_path / "ann", 1)
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as archive:
        for path in sorted(made.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(made))
    assert read(tmp_path / "ann.zip").hints == {SLUG: {"add": 1}}


def test_a_journal_that_an_archive_has_as_a_link_or_bomb_costs_nothing(tmp_path: Path) -> None:
    link, bomb = zipfile.ZipInfo(hints.PATH), zipfile.ZipInfo(hints.PATH)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    bomb.compress_type = zipfile.ZIP_DEFLATED
    for number, (entry, data) in enumerate([(link, b"/elsewhere"), (bomb, bytes(3 * 1024**2))]):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            archive.writestr(f"{SLUG}/adder.py", "def add(left, right): return left + right\n")
            archive.writestr(entry, data)
        found = read(tmp_path / f"{number}.zip")
        assert (found.hints, found.problem, list(found.files)) == ({}, "", ["adder.py"])


def test_without_a_journal_nothing_is_told(tmp_path: Path) -> None:
    workspace(tmp_path / "in" / "ann")
    assert read(tmp_path / "in").hints == {}


def test_hints_are_no_part_of_what_is_graded(tmp_path: Path) -> None:
    with_hints = read(workspace(tmp_path / "one" / "ann", 1).parent)
    without = read(workspace(tmp_path / "two" / "ann").parent)
    assert with_hints.digest == without.digest


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b'{"event": "hint"}',
        b'{"event": "hint", "lab": 1, "exercise": [], "hint": {}}',
        b'{"event": "hint", "lab": "07_tiny", "exercise": "add", "hint": "2"}',
        b'{"event": "hint", "lab": "07_tiny", "exercise": "add", "hint": true}',
        b'{"event": "check", "lab": "07_tiny", "exercise": "add", "points": 100}',
    ],
    ids=["bytes", "deep", "null", "bare", "kinds", "text", "true", "another-event"],
)
def test_a_journal_that_somebody_wrote_otherwise_tells_nothing_and_costs_nothing(
    tmp_path: Path, line: bytes
) -> None:
    made = workspace(tmp_path / "in" / "ann")
    (made / FOLDER).mkdir()
    (made / FOLDER / LOG).write_bytes(line)
    found = read(tmp_path / "in")
    assert (found.hints, found.problem, list(found.files)) == ({}, "", ["adder.py"])


def test_numbers_that_no_journal_has_are_bounded() -> None:
    lines = [
        {"event": "hint", "lab": "l", "exercise": "e", "hint": 10**30},
        {"event": "hint", "lab": "l", "exercise": "f", "hint": -1},
        {"event": "hint", "lab": "l" * 10_000, "exercise": "e", "hint": 1},
    ]
    found = hints.used("\n".join(map(json.dumps, lines)).encode())
    assert found == {"l": {"e": 9, "f": 0}, "l" * 100: {"e": 1}}
    many = "\n".join(
        json.dumps({"event": "hint", "lab": "l", "exercise": str(number), "hint": 1})
        for number in range(3 * hints.MANY)
    )
    assert len(hints.used(many.encode())["l"]) == hints.MANY


def test_a_journal_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    made = workspace(tmp_path / "in" / "ann")
    elsewhere = workspace(tmp_path / "teacher", 3)
    (made / FOLDER).symlink_to(elsewhere / FOLDER)
    found = read(tmp_path / "in")
    assert (found.hints, found.problem) == ({}, "")


def verdict(tiny: Lab, learner: str, shown: dict[str, Any]) -> Verdict:
    return broken(Bundle(tiny), Place(learner, Path("x")), Work({}, hints={tiny.slug: shown}), 1, 0.0, "why")


def test_a_verdict_has_the_hints_of_its_lab_and_older_lines_have_none(tiny: Lab) -> None:
    made = verdict(tiny, "ann", {"add": 2, "no exercise of it": 3, "greet": 0})
    assert made.hints == {"add": 2}
    assert parse(made.line()) == made
    older = {key: value for key, value in json.loads(made.line()).items() if key != "hints"}
    assert parse(json.dumps(older)) == replace(made, hints={})


def test_the_pages_show_hints_where_there_are_any(tiny: Lab) -> None:
    with_hints, without = verdict(tiny, "ann", {"add": 2}), verdict(tiny, "bob", {})
    page = pages.class_page([with_hints, without], "Tiny")
    assert "Hints that were shown" in page
    assert "Hints cost no points" in page
    assert "Hints that were shown" not in pages.class_page([without], "Tiny")
    assert "add, with 2 hints" in pages.learner_page(with_hints, "Tiny")
    assert "hint" not in pages.learner_page(without, "Tiny")
