"""Derives the editions of every lab, the learner's notebook under `labs/` and the worked one under `solutions/`, and
the reference pages.

The same source gives the same bytes, so a stale edition is one whose text differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from course.errors import UserError
from course.lab import reference, shelf, source
from course.lab.edition import notebook

SOURCE = "lab.md"


def editions(path: Path, root: Path) -> dict[Path, str]:
    """The files derived from the lab at `path` and their text."""
    lab = source.read(path)
    return {
        root / "labs" / lab.slug / shelf.NOTEBOOK: notebook(lab, "learner"),
        path.parent / "solution.ipynb": notebook(lab, "solution"),
    }


def build_all(root: Path, check: bool = False, labs: Sequence[str] = ()) -> list[Path]:
    """Write every edition that is missing or stale and give their paths; with `check` only report them. `labs` are
    numbers; without any all labs are derived.

    `root` is the checkout. Raises UserError when it has no labs, and LabError for a mistake in one.
    """
    solutions = root / "solutions"
    if not solutions.is_dir():
        raise UserError(f"{solutions} does not exist; run this in a checkout of the repository")
    changed: list[Path] = []
    slugs = [shelf.slug(number, solutions) for number in labs] or shelf.slugs(solutions)
    derived = [editions(solutions / slug / SOURCE, root) for slug in slugs]
    for path, text in [item for files in [*derived, reference.pages(root)] for item in files.items()]:
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        changed.append(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return changed
