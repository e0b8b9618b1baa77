"""A learner's folder: `my-labs/NN_slug/lab.ipynb`, the pages of `my-labs/reference`, and what we keep in
`my-labs/.lambdalab`.

A notebook is put there once and never written again: it is the learner's from then on. The digest of the
edition it came from is kept, so that a newer edition can be told of.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from course.errors import UserError
from course.lab import shelf
from course.lab.journal import FOLDER


@dataclass(frozen=True)
class Workspace:
    """A folder with a lab in it. `note` is one line for the learner, or empty."""

    folder: Path
    slug: str
    note: str = ""

    @property
    def kept(self) -> Path:
        """Where logs and settings go."""
        return self.folder / FOLDER

    @property
    def notebook(self) -> Path:
        """The learner's notebook."""
        return self.folder / self.slug / shelf.NOTEBOOK


def prepare(folder: Path, lab: str) -> Workspace:
    """The workspace in `folder` with the lab (a number or slug) in it, copied there when missing, as are the others.

    Raises UserError for an unknown lab or a folder that cannot be written.
    """
    pristine = shelf.notebook(lab)
    slug = pristine.parent.name
    workspace = Workspace(folder.absolute(), slug)
    digest = workspace.kept / "editions" / slug
    text = pristine.read_bytes()
    now = hashlib.sha256(text).hexdigest()
    try:
        for place in (workspace.notebook.parent, digest.parent):
            place.mkdir(parents=True, exist_ok=True)
            if not os.access(place, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied", str(place))
        _copy_pages(pristine.parents[1] / "reference", workspace)
        for other in shelf.slugs(pristine.parents[1]):
            _offer(pristine.parents[1] / other / shelf.NOTEBOOK, workspace)
        if not os.path.lexists(workspace.notebook):
            _create(workspace.notebook, text)
            digest.write_text(now + "\n", encoding="ascii")
            return workspace
        if not workspace.notebook.is_file():
            raise UserError(f"{workspace.notebook} is not a file; move it away, then start again")
        with contextlib.suppress(FileNotFoundError):
            if digest.read_text(encoding="ascii", errors="replace").strip() != now:
                note = f"a newer edition of this lab is installed; {workspace.notebook} is kept as it is"
                return Workspace(workspace.folder, slug, f"{note} (rename it and start again to get the new)")
    except OSError as error:
        raise UserError(
            f"{error.filename or folder} cannot be written: {error.strerror}; "
            "choose another folder with `--folder`"
        ) from None
    return workspace


def _offer(pristine: Path, workspace: Workspace) -> None:
    """Put another lab beside the one that was asked for, so that nothing must be stopped to go on with it."""
    slug = pristine.parent.name
    place = workspace.folder / slug
    if slug != workspace.slug and pristine.is_file() and not os.path.lexists(place):
        place.mkdir()
        _create(place / shelf.NOTEBOOK, pristine.read_bytes())
        (workspace.kept / "editions" / slug).write_text(_digest(pristine) + "\n", encoding="ascii")


def _copy_pages(pages: Path, workspace: Workspace) -> None:
    """Bring the reference pages up to date; one that the learner has changed is theirs and stays."""
    for page in sorted(pages.glob("*.md")):
        target, digest = workspace.folder / pages.name / page.name, workspace.kept / "editions" / page.name
        text = page.read_bytes()
        if os.path.lexists(target) and (not digest.is_file() or _digest(target) != digest.read_text("ascii")):
            continue
        for place in (target.parent, digest.parent):
            place.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        digest.write_text(_digest(target), encoding="ascii")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _create(path: Path, data: bytes) -> None:
    """Write a file that is not there, all of it or none."""
    with path.open("xb") as file:
        try:
            file.write(data)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise
