"""A learner's files, read from their folder: what their cells wrote, else the cells of the notebook.

Nothing of the learner's is run, only text of the lab's own files is taken, links and giants are refused, and
whatever else the notebook holds (points, outputs, checks, a different kernel) is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course.errors import UserError
from course.lab import answer_cells
from course.lab.document import Lab
from course.lab.shelf import NOTEBOOK


@dataclass(frozen=True)
class Submission:
    """Whose files (a folder's path), and the files: name to text."""

    name: str
    files: dict[str, str]


def read(lab: Lab, folder: Path, wanted: Iterable[str] | None = None, notebook: bool = True) -> Submission:
    """The learner's answer to a lab, as far as it is there.

    `wanted` are the files that matter (default: all of the lab's); with `notebook` those not in the folder
    are taken from the cells of its `lab.ipynb`. Raises UserError when there is nothing to read.
    """
    names = [file.name for file in lab.files] if wanted is None else list(wanted)
    if not folder.is_dir():
        raise UserError(f"{folder} does not exist; run `lambdalab start {lab.number}` to begin the lab")
    files = {file.name: _text(folder / file.name) for file in lab.files if _is_there(folder / file.name)}
    if notebook and any(name not in files for name in names):
        cells = _cells(lab, folder / NOTEBOOK)
        if not cells and not files:
            raise UserError(
                f"{folder / NOTEBOOK}: no answer cell of lab {lab.number} is left in it; "
                f"rename it and run `lambdalab start {lab.number}` for a fresh copy"
            )
        files = cells | files
    return Submission(str(folder), files)


def _is_there(path: Path) -> bool:
    if path.is_symlink():
        raise UserError(f"{path} is a link; put the file itself there")
    return path.is_file()


def _text(path: Path) -> str:
    """The text of a file; a byte order mark is dropped, and what is not UTF-8 is read as Latin-1."""
    try:
        if path.stat().st_size > answer_cells.TEXT:
            raise UserError(f"{path} is larger than 1 MB; an answer is a small text file")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    return answer_cells.decode(data)[0]


def _cells(lab: Lab, path: Path) -> dict[str, str]:
    """The answer files in the cells of a learner's notebook."""
    if path.is_symlink() or not path.is_file():
        raise UserError(f"{path} is missing; run `lambdalab start {lab.number}` for a fresh copy")
    try:
        return answer_cells.read(path.read_bytes(), {file.name for file in lab.files}).files
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except answer_cells.Unreadable as error:
        mended = f"rename it and run `lambdalab start {lab.number}` for a fresh copy"
        raise UserError(f"{path} {error}; {mended}") from None
