"""What learners hand in: found in any layout, read whatever happened to it, and never followed out of its place."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from course.errors import UserError
from course.grading import handed
from course.grading.handed import Place, Work

NAMES = ("hello.py",)
SLUG = "01_hello_event"
ANSWER = "def handler(event, context):\n    return {}\n"


def notebook(*sources: str, **more: Any) -> bytes:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources or (f"%%writefile hello.py\n{ANSWER}",)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def put(path: Path, data: bytes | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook() if data is None else data)
    return path


def learners(*paths: Path) -> list[str]:
    return sorted(place.learner for place in handed.find(paths, SLUG))


def read(path: Path) -> Work:
    (place,) = handed.find([path], SLUG)
    return handed.read(place, NAMES)


def test_a_notebook_is_the_work_of_whom_it_is_named_after(tmp_path: Path) -> None:
    path = put(tmp_path / "alice.ipynb")
    assert learners(path) == ["alice"]
    assert read(path) == Work({"hello.py": ANSWER})


def test_a_learners_folder_is_one_work(tmp_path: Path) -> None:
    put(tmp_path / "bob" / "lab.ipynb")
    put(tmp_path / "bob" / "scratch.ipynb")
    assert learners(tmp_path / "bob") == ["bob"]
    assert learners(tmp_path / "bob" / "lab.ipynb") == ["bob"]
    assert read(tmp_path / "bob").files == {"hello.py": ANSWER}


def test_answer_files_without_a_notebook_are_work_too(tmp_path: Path) -> None:
    put(tmp_path / "carol" / "hello.py", ANSWER.encode())
    put(tmp_path / "carol" / "setup.py", b"print('not asked for')")
    assert read(tmp_path / "carol") == Work({"hello.py": ANSWER})


def test_a_folder_of_notebooks_has_one_for_each_learner(tmp_path: Path) -> None:
    for name in ("ann", "ben"):
        put(tmp_path / f"{name}.ipynb")
    assert learners(tmp_path) == ["ann", "ben"]


def test_the_layout_of_nbgrader_is_known(tmp_path: Path) -> None:
    for name in ("ann", "ben"):
        put(tmp_path / "submitted" / name / SLUG / "lab.ipynb")
        put(tmp_path / "submitted" / name / "02_other" / "lab.ipynb", notebook("print(1)"))
    assert learners(tmp_path) == learners(tmp_path / "submitted") == ["ann", "ben"]
    places = handed.find([tmp_path], SLUG)
    assert [handed.read(place, NAMES).files for place in places] == [{"hello.py": ANSWER}] * 2


def test_the_folders_of_moodle_are_known(tmp_path: Path) -> None:
    put(tmp_path / "Ann Lee_4711_assignsubmission_file_" / "lab.ipynb")
    put(tmp_path / "Ben Ray_4712_assignsubmission_file_lab.ipynb")
    assert learners(tmp_path) == ["Ann Lee_4711", "Ben Ray_4712"]


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


def test_the_archive_of_moodle_holds_many_works(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "all.zip",
        {
            "Ann Lee_4711_assignsubmission_file_/lab.ipynb": notebook(),
            "Ben Ray_4712_assignsubmission_file_/hello.py": ANSWER.encode(),
        },
    )
    assert learners(path) == ["Ann Lee_4711", "Ben Ray_4712"]
    assert [handed.read(place, NAMES).files for place in handed.find([path], SLUG)] == [
        {"hello.py": ANSWER}
    ] * 2


def test_an_archive_is_one_learners_work(tmp_path: Path) -> None:
    path = archive(tmp_path / "dora.zip", {"deep/lab.ipynb": notebook(), "__MACOSX/._lab.ipynb": b"\0"})
    assert learners(path) == ["dora"]
    assert read(path).files == {"hello.py": ANSWER}


def test_two_learners_of_one_name_stay_two(tmp_path: Path) -> None:
    put(tmp_path / "a" / "kim.ipynb")
    put(tmp_path / "b" / "kim.ipynb")
    assert learners(tmp_path / "a", tmp_path / "b") == ["kim", "kim (2)"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist; name notebooks, folders or zip archives"):
        handed.find([tmp_path / "nowhere"], SLUG)
    with pytest.raises(UserError, match="nothing was handed in below"):
        handed.find([tmp_path], SLUG)


CELL = f"%%writefile hello.py\n{ANSWER}"
MALFORMED: dict[str, tuple[bytes, str]] = {
    "copied answer cell": (notebook("%%writefile hello.py\nx = 1", CELL), "2 cells write hello.py"),
    "schema version 99": (notebook(CELL, metadata={"nbgrader": {"schema_version": 99}}), ""),
    "metadata stripped": (json.dumps({"cells": [{"source": CELL}]}).encode(), ""),
    "metadata of another kind": (notebook(CELL, metadata=[1, 2]), ""),
    "check cells deleted": (notebook(CELL), ""),
    "check cells emptied": (notebook(CELL, "", ""), ""),
    "points edited": (notebook(CELL, metadata={"lambdalab": {"points": 10**6}}), ""),
    "answer as Markdown": (
        json.dumps({"cells": [{"cell_type": "markdown", "source": CELL}]}).encode(),
        "",
    ),
    "source as a list": (json.dumps({"cells": [{"source": CELL.splitlines(keepends=True)}]}).encode(), ""),
    "cells that are none": (json.dumps({"cells": [None, 1, "x", {}, {"source": CELL}]}).encode(), ""),
    "nbformat 3": (
        json.dumps({"worksheets": [{"cells": [{"input": CELL}]}], "nbformat": 3}).encode(),
        "",
    ),
    "nbformat 6": (notebook(CELL, nbformat=6), ""),
    "minor 99": (notebook(CELL, nbformat_minor=99), ""),
    "unknown kernel": (notebook(CELL, metadata={"kernelspec": {"name": "julia-9"}}), ""),
    "the same ids": (
        json.dumps({"cells": [{"id": "a", "source": "1"}, {"id": "a", "source": CELL}]}).encode(),
        "",
    ),
    "byte order mark": (b"\xef\xbb\xbf" + notebook(CELL), ""),
    "windows line ends": (notebook(CELL.replace("\n", "\r\n")), ""),
    "huge outputs": (
        json.dumps({"cells": [{"source": CELL, "outputs": ["x" * 20_000_000]}]}).encode(),
        "",
    ),
}
HOPELESS: dict[str, tuple[bytes, str]] = {
    "truncated": (notebook()[:-20], "is not a notebook any more"),
    "not JSON": (b"hello", "is not a notebook any more"),
    "empty": (b"", "is empty"),
    "a list": (b"[]", "is JSON, but not a notebook"),
    "no cells": (b'{"metadata": {}}', "has no cells"),
    "sheets without a list": (b'{"worksheets": [{"cells": 5}]}', "no answer cell is left in it"),
    "cells null": (b'{"cells": null}', "has no cells"),
    "a hundred thousand deep": (b"[" * 100_000, "is nested too deeply"),
    "3,000 cells": (
        json.dumps({"cells": [{"source": ""}] * 3_000}).encode(),
        "has 3,000 cells; 2,000 are read",
    ),
    "no answer cell": (notebook("print(1)"), "no answer cell is left in it"),
    "utf-16": (notebook().decode().encode("utf-16"), "is not a notebook any more"),
    "70 MB": (b" " * 70_000_000, "is larger than 64 MB"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_notebook_that_was_edited_is_read_all_the_same(tmp_path: Path, case: str) -> None:
    data, note = MALFORMED[case]
    work = read(put(tmp_path / "ann.ipynb", data))
    assert work.problem == ""
    assert work.files["hello.py"].replace("\r\n", "\n") == ANSWER
    assert note in " ".join(work.notes)


@pytest.mark.parametrize("case", HOPELESS)
def test_what_cannot_be_read_says_so_in_one_line(tmp_path: Path, case: str) -> None:
    data, said = HOPELESS[case]
    work = read(put(tmp_path / "ann.ipynb", data))
    assert (work.files, said in work.problem, "\n" in work.problem) == ({}, True, False), work.problem


def test_latin_1_is_forgiven_and_noted(tmp_path: Path) -> None:
    data = notebook("%%writefile hello.py\nx = 'é'\n").decode().replace("\\u00e9", "é").encode("latin-1")
    work = read(put(tmp_path / "ann.ipynb", data))
    assert work.files == {"hello.py": "x = 'é'\n"}
    assert work.notes == ("it is not UTF-8 and was read as Latin-1",)


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret.ipynb")
    folder = tmp_path / "in"
    (folder / "eve").mkdir(parents=True)
    (folder / "eve" / "lab.ipynb").symlink_to(secret)
    (folder / "mal.ipynb").symlink_to(secret)
    works = {place.learner: handed.read(place, NAMES) for place in handed.find([folder], SLUG)}
    assert {
        name: "is a link" in work.problem or "holds a link" in work.problem for name, work in works.items()
    } == {
        "eve": True,
        "mal": True,
    }


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("lab.ipynb")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "eve.zip", "w") as made:
        made.writestr(entry, "/etc/passwd")
    assert "holds a link (lab.ipynb)" in read(tmp_path / "eve.zip").problem


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "eve.zip", {"lab.ipynb": b"0" * 100_000_000})
    assert path.stat().st_size < 200_000
    assert "would unpack lab.ipynb to 95 MB" in read(path).problem


def test_an_archive_that_lies_about_its_sizes_is_stopped(tmp_path: Path) -> None:
    data = bytearray(archive(tmp_path / "eve.zip", {"lab.ipynb": b"0" * 80_000_000}).read_bytes())
    told = (80_000_000).to_bytes(4, "little")
    (tmp_path / "eve.zip").write_bytes(bytes(data).replace(told, (100).to_bytes(4, "little")))
    assert read(tmp_path / "eve.zip").problem != ""


def test_archives_that_are_none_or_locked_are_said(tmp_path: Path) -> None:
    (tmp_path / "eve.zip").write_bytes(b"PK\x03\x04nothing")
    assert "is not a zip archive that can be read" in read(tmp_path / "eve.zip").problem
    many = {f"{number}.txt": b"" for number in range(5_001)}
    assert "has 5,001 members" in read(archive(tmp_path / "mal.zip", many)).problem


def test_members_that_point_out_of_the_archive_go_nowhere(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("../../lab.ipynb", notebook())
    (tmp_path / "eve.zip").write_bytes(buffer.getvalue())
    assert read(tmp_path / "eve.zip").files == {"hello.py": ANSWER}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eve.zip"]


def test_two_notebooks_without_a_name_that_says_which_are_one_problem(tmp_path: Path) -> None:
    path = archive(tmp_path / "eve.zip", {"a.ipynb": notebook(), "b.ipynb": notebook()})
    assert "holds 2 notebooks (a.ipynb, b.ipynb); one of them must be lab.ipynb" in read(path).problem


def test_a_vanished_notebook_is_a_problem_of_its_own(tmp_path: Path) -> None:
    place = Place("ann", tmp_path / "gone.ipynb")
    assert "cannot be read" in handed.read(place, NAMES).problem
