"""What was handed in: whose it is, where it lies, and the answer files in it.

Notebooks, folders and zip archives are taken as they come from nbgrader (`submitted/<learner>/<lab>/`), from Moodle
(`Name_12345_assignsubmission_file_`), from a folder with one notebook for each learner, or from one learner alone.
Whatever is wrong with one of them is its problem, in one line, and no other's. Links are never followed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from course.errors import UserError
from course.grading import archive
from course.grading import hints as hinted
from course.grading.hints import Hints
from course.lab import answer_cells, shelf

MOODLE = re.compile(r"^(?P<name>.+_\d+)_assignsubmission_(?:file|onlinetext)_?")
NOTEBOOK = "lab.ipynb"
MANY = 20_000


@dataclass(frozen=True)
class Place:
    """Where one learner's work lies: a `path`, and for a part of an archive the folder or file `inside` it."""

    learner: str
    path: Path
    inside: str | None = None

    @property
    def source(self) -> str:
        """The place, for people."""
        return _plain(str(self.path) if self.inside is None else f"{self.path}:{self.inside}")


@dataclass(frozen=True)
class Work:
    """A learner's answer files, name to text; a `problem` in one line when there are none to grade. `hints` are what
    their journal tells, which is no part of what is graded."""

    files: dict[str, str]
    notes: tuple[str, ...] = ()
    problem: str = ""
    hints: Hints = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with the files."""
        told = json.dumps([self.files, self.problem], sort_keys=True).encode("utf-8", "surrogatepass")
        return hashlib.sha256(told).hexdigest()[:12]


def find(paths: Iterable[Path], slug: str) -> list[Place]:
    """The places below `paths`, one a learner; of two by the same name the later one says so in its name.

    Raises UserError for a path that does not exist and when nothing is found.
    """
    found: dict[str, Place] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UserError(
                f"{path} does not exist; name notebooks, folders or zip archives that were handed in"
            )
        for place in _places(path, slug):
            learner, count = place.learner, 2
            while learner in found:
                learner, count = f"{place.learner} ({count})", count + 1
            found[learner] = replace(place, learner=learner)
            if len(found) > MANY:
                raise UserError(f"more than {MANY:,} submissions; grade them in several runs")
    if not found:
        raise UserError(f"nothing was handed in below {', '.join(str(path) for path in paths)}")
    return list(found.values())


def read(place: Place, names: Collection[str]) -> Work:
    """The answer files of those names at a place. Never raises: what is wrong is the work's problem."""
    try:
        return _work(place, _contents(place, names), names)
    except (archive.Refused, answer_cells.Unreadable) as error:
        return Work({}, problem=_plain(f"{place.source} {error}"))
    except OSError as error:
        return Work({}, problem=f"{place.source} cannot be read: {error.strerror or error}")


def _places(path: Path, slug: str) -> Iterator[Place]:
    if path.is_symlink() or path.is_file():
        yield from _of_file(path)
        return
    inner = path / "submitted"
    root = inner if inner.is_dir() and not inner.is_symlink() else path
    entries = _entries(root)
    if any(entry.name == NOTEBOOK or (entry.suffix == ".py" and entry.is_file()) for entry in entries):
        yield Place(_name(root.name), root)
        return
    for entry in entries:
        if entry.is_symlink() or entry.is_file():
            yield from _of_file(entry)
            continue
        below = entry / slug
        # Unlike Path's, this is false, and no error, in a folder that a learner has closed to us.
        inside = os.path.isdir(below) and not below.is_symlink()
        yield Place(_name(entry.name), below if inside else entry)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(
            entry
            for entry in folder.iterdir()
            if entry.name not in archive.LEFT_OUT and not entry.name.startswith(".")
        )
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}") from None


def _of_file(path: Path) -> Iterator[Place]:
    if path.suffix == ".zip" and not path.is_symlink():
        try:
            with _opened(path) as file:
                names = archive.names(file)
        except (archive.Refused, OSError):  # which `read` tells
            names = []
        owners = sorted({name.partition("/")[0] for name in names if MOODLE.match(name)})
        for owner in owners:
            yield Place(_name(owner), path, owner)
        if not owners:
            yield Place(_name(path.stem), path)
    elif path.suffix == ".ipynb":
        yield Place(_name(path.parent.name if path.name == NOTEBOOK else path.stem), path)


def _name(name: str) -> str:
    match = MOODLE.match(name)
    return _plain(match["name"] if match else name)


def _plain(text: str) -> str:
    """Without what a terminal would obey or UTF-8 has no bytes for: learners choose the names of their files."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _contents(place: Place, names: Collection[str]) -> dict[str, bytes]:
    """The files at a place by their names. Raises OSError and `archive.Refused`."""
    if place.path.is_symlink():
        raise archive.Refused("is a link; the file itself must be handed in")
    if place.path.suffix == ".zip":
        with _opened(place.path) as file:
            return archive.read(file, place.inside)
    if not place.path.is_dir():
        return {place.path.name: _bytes(place.path)}
    contents: dict[str, bytes] = {}
    for name, within in _walk(place.path, names):
        path = PurePosixPath(name)
        if stat.S_ISLNK(os.stat(path.name, dir_fd=within, follow_symlinks=False).st_mode):
            raise archive.Refused(f"holds a link ({path.name}); the file itself must be handed in")
        if path.suffix == archive.SUFFIX:
            with _opened(path, within) as file:
                contents |= {f"{name}/{member}": data for member, data in archive.read(file).items()}
        else:
            contents[name] = _bytes(path, within)
        if sum(map(len, contents.values())) > archive.TOTAL:
            raise archive.Refused("has more than 128 MB in it; hand in the notebook alone")
    # Who hands in a workspace has the labs in it beside the journal.
    for folder in (place.path, *([place.path.parent] if shelf.SLUG.match(place.path.name) else [])):
        journal = folder / hinted.PATH
        with suppress(OSError, archive.Refused):
            if not journal.parent.is_symlink() and journal.stat().st_size <= hinted.SIZE:
                contents[hinted.PATH] = _bytes(journal)
    return contents


def _bytes(path: PurePath, folder: int | None = None) -> bytes:
    with _opened(path, folder) as file:
        data = file.read(answer_cells.SIZE + 1)
    if len(data) > answer_cells.SIZE:
        raise archive.Refused(f"is larger than 64 MB ({path.name}); its outputs must be cleared")
    return data


@contextmanager
def _opened(path: PurePath, folder: int | None = None) -> Iterator[IO[bytes]]:
    """A file, by its path or by its name in an open `folder`. A pipe would never end, and a file may have become a link
    since it was looked at."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path if folder is None else path.name, flags, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise archive.Refused(f"holds what is no file ({path.name})")
        yield file


def _walk(top: Path, names: Collection[str]) -> Iterator[tuple[str, int]]:
    """Notebooks, archives and answer files, a few levels deep, each with the open folder in which it lies.

    Nothing of it is followed, not even a link that takes the place of a folder meanwhile: learners may write here.
    """

    def fail(error: OSError) -> None:
        raise error

    seen = 0
    for root, folders, files, descriptor in os.fwalk(top, onerror=fail):
        seen += len(folders) + len(files)
        if seen > MANY:
            raise archive.Refused(f"has more than {MANY:,} files in it; hand in the notebook alone")
        below = Path(root).relative_to(top)
        deep = len(below.parts) >= 3
        folders[:] = sorted(name for name in folders if name not in archive.LEFT_OUT and not deep)
        for name in sorted(files):
            if name in names or name.endswith((".ipynb", archive.SUFFIX)):
                yield (below / name).as_posix(), descriptor


def _work(place: Place, contents: dict[str, bytes], names: Collection[str]) -> Work:
    notebooks = [name for name in contents if name.endswith(".ipynb")]
    chosen = [name for name in notebooks if PurePosixPath(name).name == NOTEBOOK] or notebooks
    if len(chosen) > 1:
        raise answer_cells.Unreadable(
            f"holds {len(chosen)} notebooks ({', '.join(sorted(chosen)[:3])}); one of them must be {NOTEBOOK}"
        )
    files: dict[str, str] = {}
    notes: list[str] = []
    if chosen:
        cells = answer_cells.read(contents[chosen[0]], names)
        files, notes = dict(cells.files), list(cells.notes)
    for name, data in contents.items():
        flat = PurePosixPath(name).name
        if flat in names and flat not in files and len(data) <= answer_cells.TEXT:
            files[flat], odd = answer_cells.decode(data)
            notes += [f"{flat}: {note}" for note in odd]
    if not files:
        what = "no answer cell is left in it" if chosen else "neither a notebook nor an answer file is in it"
        raise answer_cells.Unreadable(f"has nothing to grade: {what}")
    journal = next((data for name, data in contents.items() if name.endswith(hinted.PATH)), b"")
    return Work(files, tuple(notes), hints=hinted.used(journal))
