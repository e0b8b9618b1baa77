"""What is handed in to be read within bounds: archives in archives, pipes, crowds of files, names that obey nobody."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from course.grading import handed
from course.grading.handed import Place

NAMES = ("hello.py",)
SLUG = "01_hello_event"
ANSWER = "def handler(event, context):\n    return {}\n"


def notebook() -> bytes:
    cell = {"cell_type": "code", "source": f"%%writefile hello.py\n{ANSWER}", "metadata": {}, "outputs": []}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name.replace("__", "."), data)
    return buffer.getvalue()


def test_an_archive_in_moodles_folders_is_looked_into(tmp_path: Path) -> None:
    put(tmp_path / "all" / "Ann Lee_4711_assignsubmission_file_" / "work.zip", zipped(lab__ipynb=notebook()))
    (place,) = handed.find([tmp_path / "all"], SLUG)
    assert (place.learner, handed.read(place, NAMES).files) == ("Ann Lee_4711", {"hello.py": ANSWER})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as made:
        for learner in ("Ann_1", "Ben_2"):
            made.writestr(f"{learner}_assignsubmission_file_/work.zip", zipped(hello__py=ANSWER.encode()))
    found = handed.find([tmp_path / "all.zip"], SLUG)
    assert [place.learner for place in found] == ["Ann_1", "Ben_2"]
    assert [handed.read(place, NAMES).files for place in found] == [{"hello.py": ANSWER}] * 2


def test_archives_in_archives_have_bounds_and_an_end(tmp_path: Path) -> None:
    deep = zipped(inner__zip=zipped(lab__ipynb=notebook()))
    bomb = zipped(hello__py=bytes(70 * 1024**2))
    for data, said in (
        (zipped(deeper__zip=deep), "nothing to grade"),
        (zipped(bomb__zip=bomb), "would unpack"),
    ):
        work = handed.read(Place("ann", put(tmp_path / "ann.zip", data)), NAMES)
        assert said in work.problem
    unusual = io.BytesIO()
    with zipfile.ZipFile(unusual, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("hello.py", ANSWER)
    assert (
        "unusual" in handed.read(Place("ann", put(tmp_path / "ann.zip", unusual.getvalue())), NAMES).problem
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    os.mkfifo(tmp_path / "ann" / "lab.ipynb")
    work = handed.read(Place("ann", tmp_path / "ann"), NAMES)
    assert work.problem.endswith("holds what is no file (lab.ipynb)")


def test_a_folder_has_bounds_as_an_archive_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "ann" / "hello.py", ANSWER.encode())
    monkeypatch.setattr(handed, "MANY", 3)
    assert handed.read(Place("ann", tmp_path / "ann"), NAMES).files
    for number in range(4):
        put(tmp_path / "ann" / "more" / f"{number}.txt", b"")
    assert "more than 3 files" in handed.read(Place("ann", tmp_path / "ann"), NAMES).problem


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux")
def test_names_that_no_terminal_and_no_table_takes_are_made_plain(tmp_path: Path) -> None:
    for name in (b"ann\xff", b"ben\x1b[31m"):
        place = Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/" + name))
        put(place / "lab.ipynb", b"{")
    found = handed.find([tmp_path / "in"], SLUG)
    assert sorted(place.learner for place in found) == ["ann?", "ben?[31m"]
    assert all(handed.read(place, NAMES).problem.isprintable() for place in found)
    assert all(place.source.isprintable() for place in found)


DIRECTORY, END = b"PK\1\2", -22
"""How the record of a member begins, and where the last record of an archive does."""


def changed(data: bytes, at: int, layout: str, value: int) -> bytes:
    edited = bytearray(data)
    struct.pack_into(layout, edited, at, value)
    return bytes(edited)


def without_name(data: bytes) -> bytes:
    """The name of its first member made a comment."""
    member = data.index(DIRECTORY)
    (length,) = struct.unpack_from("<H", data, member + 28)
    return changed(changed(data, member + 28, "<H", 0), member + 32, "<H", length)


DAMAGED = {
    "a name that is no text": zipped(é__py=b"1").replace("é".encode(), b"\xff\xff"),
    "a place before the first": changed(zipped(x__py=b"1"), END + 16, "<I", 10**6),
    "no name": without_name(zipped(x__py=b"1")),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_archive_is_one_problem_and_stops_no_class(tmp_path: Path, case: str) -> None:
    put(tmp_path / "eve.zip", DAMAGED[case])
    put(tmp_path / "ann" / "hello.py", ANSWER.encode())
    put(tmp_path / "bob" / "mine.zip", DAMAGED[case])
    works = {place.learner: handed.read(place, NAMES) for place in handed.find([tmp_path], SLUG)}
    assert works["ann"].files == {"hello.py": ANSWER}
    for learner in ("bob", "eve"):
        assert works[learner].problem.startswith(str(tmp_path / learner))
