"""Makes of an author's lab what learners get and what grading needs; neither has the answers."""

from __future__ import annotations

from pathlib import Path

from course.errors import UserError
from course.grading.bundle import Bundle
from course.lab import edition, shelf, source


def release(number: str, sources: Path, folder: Path) -> list[Path]:
    """Write `learners/NN_slug/lab.ipynb` and `checks/NN_slug.json` below `folder`, and say where they are.

    What lies in `checks` is for the teacher alone: learners may have accounts on the same machine. Raises UserError
    when there is no such lab or the files cannot be written.
    """
    slug = shelf.slug(number, sources)
    lab = source.read(sources / slug / "lab.md")
    made = {
        folder / "learners" / slug / shelf.NOTEBOOK: edition.notebook(lab, "learner"),
        folder / "checks" / f"{slug}.json": Bundle(lab).text(),
    }
    for path, text in made.items():
        secret = path.parent.name == "checks"
        try:
            path.parent.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(exist_ok=True, mode=0o700 if secret else 0o777)
            if secret:
                path.touch(0o600)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(
                f"{path} cannot be written: {error.strerror}; choose a folder with --to"
            ) from None
    return list(made)
