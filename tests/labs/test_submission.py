"""Reading a learner's folder: files first, then cells; accidents are forgiven or said in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course.errors import UserError
from course.lab import answer_cells, edition, submission
from course.lab.document import Lab


def notebook(folder: Path, *sources: str, **more: object) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    (folder / "lab.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, **more}), encoding="utf-8")


def test_a_fresh_learner_edition_gives_the_stubs(tiny: Lab, tmp_path: Path) -> None:
    (tmp_path / "lab.ipynb").write_text(edition.notebook(tiny, "learner"), encoding="utf-8")
    assert submission.read(tiny, tmp_path).files == tiny.stubs


def test_a_written_file_goes_before_its_cell(tiny: Lab, tmp_path: Path) -> None:
    notebook(tmp_path, "%%writefile adder.py\nx = 1", "%%writefile greeter.py\ny = 2")
    (tmp_path / "adder.py").write_text("x = 3\n")
    assert submission.read(tiny, tmp_path).files == {"adder.py": "x = 3\n", "greeter.py": "y = 2\n"}
    assert submission.read(tiny, tmp_path, notebook=False).files == {"adder.py": "x = 3\n"}


def test_of_two_cells_for_one_file_the_last_one_wins(tiny: Lab, tmp_path: Path) -> None:
    notebook(tmp_path, "%%writefile adder.py\nx = 1", "%%writefile adder.py\nx = 2")
    assert submission.read(tiny, tmp_path).files == {"adder.py": "x = 2\n"}


def test_cells_without_metadata_turned_to_markdown_or_in_parts_still_count(tiny: Lab, tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["%%writefile adder.py\n", "x = 1"]},
        {"source": "\n%%writefile greeter.py\ny = 2"},
        "no cell",
        {"source": 3},
        {},
    ]
    (tmp_path / "lab.ipynb").write_text(json.dumps({"cells": cells}))
    assert submission.read(tiny, tmp_path).files == {"adder.py": "x = 1\n", "greeter.py": "y = 2\n"}


def test_files_of_other_names_and_places_are_not_taken(tiny: Lab, tmp_path: Path) -> None:
    notebook(
        tmp_path, "%%writefile ../adder.py\nx", "%%writefile other.py\nx", "%%writefile greeter.py\ny = 2"
    )
    assert submission.read(tiny, tmp_path).files == {"greeter.py": "y = 2\n"}


def test_when_all_files_are_there_a_broken_notebook_does_not_matter(tiny: Lab, tmp_path: Path) -> None:
    (tmp_path / "lab.ipynb").write_text("{")
    (tmp_path / "adder.py").write_text("x = 1\n")
    assert submission.read(tiny, tmp_path, ["adder.py"]).files == {"adder.py": "x = 1\n"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"{", "is not a notebook any more (it is cut off, or was edited as text)"),
        (b"[]", "is JSON, but not a notebook"),
        (b"null", "is JSON, but not a notebook"),
        (b'{"cells": null}', "has no cells"),
        (b'{"metadata": {}}', "has no cells"),
        (b"\xff\xfe{}", "is not a notebook any more (it is cut off, or was edited as text)"),
        (b"[" * 100_000, "is nested too deeply to be a notebook"),
    ],
    ids=["empty", "torn", "a-list", "null", "cells-null", "no-cells", "utf-16", "deep"],
)
def test_what_is_no_notebook_is_said_in_one_line_with_the_way_out(
    tiny: Lab, tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "lab.ipynb").write_bytes(data)
    with pytest.raises(UserError) as caught:
        submission.read(tiny, tmp_path)
    assert f"lab.ipynb {said}; rename it and run `lambdalab start 07`" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_notebook_edited_beyond_recognition_is_said_in_one_line(tiny: Lab, tmp_path: Path) -> None:
    notebook(tmp_path, "print(1)", "# %%writefile adder.py")
    with pytest.raises(UserError, match="no answer cell of lab 07 is left"):
        submission.read(tiny, tmp_path)


def test_a_missing_folder_and_a_missing_notebook_say_how_to_begin(tiny: Lab, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist; run `lambdalab start 07`"):
        submission.read(tiny, tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"lab\.ipynb is missing; run `lambdalab start 07`"):
        submission.read(tiny, tmp_path)


def test_a_byte_order_mark_and_latin_1_are_forgiven(tiny: Lab, tmp_path: Path) -> None:
    (tmp_path / "adder.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    (tmp_path / "greeter.py").write_bytes("y = 'é'\n".encode("latin-1"))
    assert submission.read(tiny, tmp_path).files == {"adder.py": "x = 1\n", "greeter.py": "y = 'é'\n"}


def test_links_and_giants_are_refused(tiny: Lab, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "adder.py").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError, match="is a link"):
        submission.read(tiny, tmp_path)
    (tmp_path / "adder.py").unlink()
    (tmp_path / "adder.py").write_text("#" * (answer_cells.TEXT + 1))
    with pytest.raises(UserError, match="larger than 1 MB"):
        submission.read(tiny, tmp_path)
