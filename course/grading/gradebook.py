"""Everything that is made from a folder of verdicts: tables for other systems, and pages for people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from course.errors import UserError
from course.grading import pages, tables, verdict
from course.grading.tables import Roster
from course.grading.verdict import Book, Verdict


def write(
    folder: Path, known: Roster, formats: Iterable[str], title: str, *, show_hidden: bool = False
) -> list[Path]:
    """Write `FORMAT.csv` and, for each lab, `LAB/class.html` and `LAB/learners/*.html` into the folder of verdicts;
    the paths of what a teacher opens first. Raises UserError when there are no verdicts or no room."""
    verdicts = list(verdict.latest(Book(folder).read()).values())
    if not verdicts:
        raise UserError(
            f"{folder} has no verdicts; run `lambdalab grade` first, or name its folder with --to"
        )
    made: dict[Path, str] = {
        folder / f"{name}.csv": tables.FORMATS[name](verdicts, known) for name in formats
    }
    shown = list(made)
    for lab in sorted({one.lab for one in verdicts}):
        mine = [one for one in verdicts if one.lab == lab]
        shown.append(folder / lab / "class.html")
        made[shown[-1]] = pages.class_page(mine, f"{title}, lab {lab}")
        made |= {
            _page(folder, one): pages.learner_page(one, f"Lab {lab}", show_hidden=show_hidden) for one in mine
        }
    for path, text in made.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="replace", newline="")
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror}") from None
    return shown


def _page(folder: Path, one: Verdict) -> Path:
    return folder / one.lab / "learners" / pages.page(one.learner)
