"""What a learner calls in a notebook: `check`, `hint`, `predict`, `deploy`, `progress` and others, for the lab whose
folder they are in.

Everything comes back as something to show; a mistake of the learner's is shown as one line, not raised. What is asked
and kept is `desk`'s.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import ParamSpec

from course.errors import UserError
from course.lab import deployment, notebook_cloud, remarks, render, shelf, shown_changes
from course.lab.checks import Examiner
from course.lab.desk import Desk
from course.lab.grade import Grade, Progress
from course.lab.render import Shown

P = ParamSpec("P")


@functools.cache
def examiner() -> Examiner:
    """The kernel's own examiner. Its cloud stays up between checks, so that only the first one waits."""
    made = Examiner()
    atexit.register(made.close)
    return made


def _shown(function: Callable[P, Shown]) -> Callable[P, Shown]:
    """Shows a UserError as its line: a traceback frightens and says nothing the line does not."""

    @functools.wraps(function)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Shown:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            return render.note(str(error))

    return shown


@_shown
def check(exercise: str | None = None) -> Shown:
    """Check the answer to an exercise of this lab, or to all of them."""
    desk = Desk.here(Path.cwd())
    grade = desk.check(exercise, notebook=False, examiner=examiner())
    return render.grade(grade, remarks.find(grade.attempted))


@_shown
def hint(exercise: str) -> Shown:
    """Show the next of three hints for an exercise."""
    return render.prose(Desk.here(Path.cwd()).hint(exercise))


@_shown
def predict(name: str, letter: str = "") -> Shown:
    """Say what you expect before the cloud shows it."""
    return render.prose(Desk.here(Path.cwd()).predict(name, letter))


@_shown
def recall(name: str, letter: str = "") -> Shown:
    """Answer a question on what you have learnt before."""
    return render.prose(Desk.here(Path.cwd()).recall(name, letter))


@_shown
def deploy(name: str, handler: str, *files: str, debug: bool = False, **settings: object) -> Shown:
    """Create a function from files of this folder, or bring the one that exists up to date.

    `settings` go to `create_function`. With `debug=True` its environments wait for an editor.
    """
    return shown_changes.show(deployment.deploy(Path.cwd(), name, handler, files, settings, debug=debug))


@_shown
def progress() -> Shown:
    """Show what you have done in this lab."""
    return standing(Desk.here(Path.cwd()))


@_shown
def reset() -> Shown:
    """Empty the cloud: no functions, no queues, no logs. Your files stay."""
    notebook_cloud.reset()
    return render.note("The cloud is empty. Run the cells again whose functions and queues you need.")


@_shown
def advance(seconds: float) -> Shown:
    """Skip time: retries, schedules and time-outs that become due on the way happen."""
    now = notebook_cloud.advance(seconds)
    return render.note(f"{_duration(seconds)} passed; the cloud's clock says {_moment(now)}.")


def standing(desk: Desk) -> Shown:
    """The progress at a desk."""
    title = f"Lab {desk.lab.number}, {desk.lab.title}"
    return render.standing(title, desk.journal.standing(desk.lab), desk.journal.to_review(desk.lab))


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds // size:g} {unit}"
    return f"{seconds:g} {'second' if seconds == 1 else 'seconds'}"


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def hint_text(number: str, exercise: str, workspace: Path) -> str:
    """The next hint, for the command line. Raises UserError."""
    return Desk.at(number, workspace).hint(exercise)


def progress_text(workspace: Path) -> str:
    """The standing in every lab, for the command line."""
    return "\n\n".join(standing(Desk.at(slug, workspace)).text for slug in shelf.slugs(shelf.folder()))


def check_text(
    number: str, workspace: Path, exercise: str | None = None, on_progress: Progress | None = None
) -> tuple[Grade, str]:
    """Check a lab in a workspace, for the command line: the grade, and its text. Raises UserError."""
    grade = Desk.at(number, workspace).check(exercise, on_progress)
    return grade, render.grade(grade, remarks.find(grade.attempted)).text
