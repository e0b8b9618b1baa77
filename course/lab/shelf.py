"""Where the labs are: the learner editions that came with this package, and the authors' sources beside it.

A checkout has `labs/` and `solutions/` next to `course/`; a wheel has `course/labs_data/` only. Checks and
hints are always taken from here, never from a learner's copy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from course.errors import UserError
from course.lab import edition
from course.lab.document import Check, Exercise, Lab

PACKAGE = Path(__file__).resolve().parents[1]
SLUG = re.compile(r"^\d\d_\w+$")
NOTEBOOK = "lab.ipynb"


def folder() -> Path:
    """The folder of learner editions. Raises UserError when there is none."""
    for place in (PACKAGE.parent / "labs", PACKAGE / "labs_data"):
        if place.is_dir() and slugs(place):
            return place
    raise UserError("no labs are installed; in a checkout run `lambdalab build`, else reinstall lambdalint")


def slugs(place: Path) -> list[str]:
    """The labs in a folder, in order."""
    return sorted(path.name for path in place.iterdir() if SLUG.match(path.name) and path.is_dir())


def slug(number: str, place: Path | None = None) -> str:
    """The slug of a lab given as `1`, `01`, or its slug. Raises UserError naming those that exist."""
    known = slugs(place or folder())
    wanted = number.strip().rstrip("/")
    for name in known:
        if wanted == name or (wanted.isdigit() and int(wanted) == int(name[:2])):
            return name
    raise UserError(_unknown(f"there is no lab `{number}`", _near(wanted, known), "labs", known))


def notebook(number: str) -> Path:
    """The pristine learner notebook of a lab."""
    place = folder()
    path = place / slug(number, place) / NOTEBOOK
    if not path.is_file():
        raise UserError(f"{path} is missing; in a checkout run `lambdalab build`, else reinstall lambdalint")
    return path


def lab(number: str) -> Lab:
    """The lab as learners have it: visible checks, hints, predictions and stubs."""
    path = notebook(number)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, stamp: int) -> Lab:
    return edition.read(path.read_text(encoding="utf-8"), str(path))


def exercise(lab: Lab, name: str) -> Exercise:
    """The exercise of that name. Raises UserError with the nearest name."""
    for item in lab.exercises:
        if item.name == name:
            return item
    known = [item.name for item in lab.exercises]
    raise UserError(
        _unknown(f"lab {lab.number} has no exercise `{name}`", _meant(lab, str(name)), "it has", known)
    )


def check(lab: Lab, name: str) -> Check:
    """The check of that name; the caller knows it exists."""
    return next(item for item in lab.checks if item.name == name)


def _meant(lab: Lab, said: str) -> str | None:
    """The exercise somebody may mean by its number, its title, one of its files, or nearly its name."""
    by_number = re.fullmatch(r"(?:exercise )?0?(\d)", said.strip().lower())
    for place, item in enumerate(lab.exercises, start=1):
        stems = {file.name.removesuffix(".py") for file in item.files}
        if by_number and int(by_number[1]) == place:
            return item.name
        if said.removesuffix(".py").replace("-", "_") in stems or (
            len(said) > 2 and said.lower() in item.title.lower()
        ):
            return item.name
    return _near(said.lower(), [item.name for item in lab.exercises])


def _near(said: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(said, list(known), n=1, cutoff=0.5)), None)


def _unknown(what: str, meant: str | None, label: str, known: Iterable[str]) -> str:
    asked = f"did you mean `{meant}`? {label.capitalize()}" if meant else label
    return f"{what}; {asked}: {', '.join(known)}"
