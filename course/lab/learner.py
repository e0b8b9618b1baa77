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
from course.lab import (
    deployed_functions,
    notebook_cloud,
    remarks,
    render,
    shelf,
    shown_changes,
    shown_history,
    shown_standing,
)
from course.lab.bar import in_notebook
from course.lab.checks import Examiner
from course.lab.desk import Desk, now
from course.lab.grade import Grade, Progress
from course.lab.kept_answers import kept
from course.lab.kept_answers import restore as put_back
from course.lab.pile import Pile, asked, explained, nothing_due, reminder
from course.lab.render import Shown
from course.lab.standing import standing

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
    bar = in_notebook(desk.count(exercise), now)
    grade = desk.check(exercise, bar, notebook=False, examiner=examiner())
    if bar is not None:
        bar.end()
    return _graded(desk, grade)


def _graded(desk: Desk, grade: Grade) -> Shown:
    found = remarks.find(grade.attempted)
    desk.note_rules(grade, [(one.file, one.name) for one in found])
    return render.grade(grade, found)


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
    done = deployed_functions.deploy(Path.cwd(), name, handler, files, settings, debug=debug)
    return shown_changes.show(done)


@_shown
def resume() -> Shown:
    """Put the functions of this lab back into a cloud that has lost them, and say where you were."""
    desk = Desk.here(Path.cwd())
    told = [f"- {sentence}" for _, sentence in deployed_functions.resume(desk)]
    found = standing(desk.journal, desk.lab).exercises
    open_ones = [one.exercise for one in found if not one.badge]
    said = (
        [f"Next: {open_ones[0].title} (`{open_ones[0].name}`)."]
        if open_ones
        else ["Every exercise is passed."]
    )
    if not told:
        said.insert(
            0, "No function of this lab was deployed with `%%lambda` or `lab.deploy`; run its cells again."
        )
    return render.prose("\n\n".join(["\n".join(told), *said] if told else said))


@_shown
def progress() -> Shown:
    """Show what you have done in this lab."""
    desk = Desk.here(Path.cwd())
    found = standing(desk.journal, desk.lab)
    after = []
    if due := reminder(desk.folder.parent, now()):
        after.append(f"{due}: `lab.review()`.")
    following = [slug for slug in shelf.slugs(shelf.folder()) if slug > desk.lab.slug]
    if found.mastered and following:
        lab = shelf.lab(following[0])
        after.append(f"Next: lab {lab.number}, {lab.title}: `{lab.slug}/{shelf.NOTEBOOK}`.")
    return render.together([shown_standing.show(found), *map(render.note, after)])


@_shown
def review(letter: str = "") -> Shown:
    """Show the card that is due, or answer it with a letter."""
    pile = Pile(Desk.here(Path.cwd()).folder.parent, now())
    said = []
    if letter and pile.due:
        card = pile.due[0]
        said.append(explained(card, pile.answer(card, str(letter))))
        pile = Pile(Desk.here(Path.cwd()).folder.parent, now())
    if due := pile.due:
        said.append(asked(due[0], pile.title(due[0]), len(due)))
        said.append(f'Answer with `lab.review("{next(iter(due[0].question.choices))}")`.')
    else:
        said.append(nothing_due(pile))
    return render.prose("\n\n".join(said))


@_shown
def history(exercise: str) -> Shown:
    """Show the answers to an exercise that were kept."""
    desk = Desk.here(Path.cwd())
    return shown_history.show(desk.lab.number, exercise, kept(desk, exercise))


@_shown
def restore(exercise: str, number: int) -> Shown:
    """Put an answer that was kept back into its files; what they hold now is kept first."""
    desk = Desk.here(Path.cwd())
    found = put_back(desk, exercise, number)
    files = " and ".join(f"`{name}`" for name in found.files)
    note = render.note(
        f"Answer {number} is back in {files}. The cells in this notebook still hold what you wrote in them: running "
        "one writes that. To go on from here, copy the text below into the cell."
    )
    return render.together([note, shown_history.show(desk.lab.number, exercise, [found])])


@_shown
def reset() -> Shown:
    """Empty the cloud: no functions, no queues, no logs. Your files stay."""
    notebook_cloud.reset()
    return render.note("The cloud is empty. Run the cells again whose functions and queues you need.")


@_shown
def advance(seconds: float) -> Shown:
    """Skip time: retries, schedules and time-outs that become due on the way happen.

    With 0 it waits until what is under way has come to rest.
    """
    moment = notebook_cloud.advance(seconds)
    what = f"{_duration(seconds)} passed" if seconds else "What was under way has come to rest"
    return render.note(f"{what}; the cloud's clock says {_moment(moment)}.")


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds // size:g} {unit}"
    return f"{seconds:g} {'second' if seconds == 1 else 'seconds'}"


def _moment(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def hint_text(number: str, exercise: str, workspace: Path) -> str:
    """The next hint, for the command line. Raises UserError."""
    return Desk.at(number, workspace).hint(exercise)


def progress_text(workspace: Path, number: str | None = None) -> str:
    """The standing in one lab, or in all of them, for the command line."""
    desks = [Desk.at(slug, workspace) for slug in ([number] if number else shelf.slugs(shelf.folder()))]
    standings = [standing(desk.journal, desk.lab) for desk in desks]
    text = (shown_standing.show(standings[0]) if number else shown_standing.overview(standings)).text
    due = reminder(workspace, now())
    return f"{text}\n\n{due}: `lambdalab review`." if due else text


def history_text(number: str, exercise: str, workspace: Path) -> str:
    """The answers to an exercise that were kept, for the command line."""
    desk = Desk.at(number, workspace)
    return shown_history.show(desk.lab.number, exercise, kept(desk, exercise)).text


def check_text(
    number: str, workspace: Path, exercise: str | None = None, on_progress: Progress | None = None
) -> tuple[Grade, str]:
    """Check a lab in a workspace, for the command line: the grade, and its text. Raises UserError."""
    desk = Desk.at(number, workspace)
    grade = desk.check(exercise, on_progress)
    return grade, _graded(desk, grade).text
