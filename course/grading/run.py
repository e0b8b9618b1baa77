"""One run of grading, from what was handed in to verdicts on disk and a summary for the teacher."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from course.cloud.clock import SystemClock
from course.grading import batch, bundle, cluster, handed, marking, verdict
from course.grading.batch import Task
from course.grading.verdict import Book, Verdict

Tell = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Order:
    """What to grade and how; see `lambdalab grade --help`."""

    submissions: tuple[Path, ...]
    bundle: Path
    folder: Path
    workers: int | None = None
    salt: str = ""
    again: bool = False
    force: bool = False
    scheduler: str = ""


def grade(order: Order, tell: Tell, progress: Progress) -> str:
    """Grade and say in a few lines what came of it. `tell` hears of what the teacher should know at once,
    `progress` how many are done of how many. Raises UserError."""
    checks = bundle.read(order.bundle)
    places = handed.find(order.submissions, checks.lab.slug)
    book = Book(order.folder)
    before = [one for one in book.read() if one.lab == checks.lab.slug]
    done = frozenset() if order.again else frozenset(one.key for one in before if not _is_ours(one))
    clock = SystemClock()
    task = Task(checks, places, order.salt, done, order.force)
    if order.scheduler:
        running = cluster.run(task, order.scheduler, clock.now)
    else:
        running = batch.run(task, order.workers or os.cpu_count() or 1, clock.now)
    made: list[Verdict] = []
    with book.appending() as appender, closing(running) as found:
        progress(0, len(places))
        for count, one in enumerate(found, start=1):
            if one is not None:
                appender.add(one)
                made.append(one)
                if one.problem:
                    tell(f"{one.learner}: {one.problem}")
            progress(count, len(places))
    return _summary(made, len(places) - len(made), book, verdict.changes(before, made))


def _is_ours(one: Verdict) -> bool:
    """Whether grading itself failed, so that it is worth another try."""
    return any(check.verdict == "broken" for check in one.checks)


def _summary(made: list[Verdict], skipped: int, book: Book, changed: list[str]) -> str:
    graded = [one for one in made if not one.problem]
    lines = [f"{len(made)} graded, {skipped} had a verdict already: {book.path}"]
    if graded:
        mean = sum(one.share for one in graded) / len(graded)
        lines.append(
            f"mean {mean:.0%} of the points, {sum(one.share == 1 for one in graded)} with all of them"
        )
    if len(made) > len(graded):
        lines.append(f"{len(made) - len(graded)} could not be read (said above, and in the verdicts)")
    broken = [one for one in made if _is_ours(one)]
    if broken:
        names = ", ".join(
            sorted({check.check for one in broken for check in one.checks if check.verdict == "broken"})
        )
        lines.append(f"{len(broken)} met checks that broke, which cost them nothing; please report: {names}")
    odd = [one.learner for one in graded if any(marking.UNJUDGED in check.reason for check in one.checks)]
    if odd:
        lines.append(
            f"checks could not judge what these gave, and say failed; please look: {', '.join(odd[:20])}"
        )
    return "\n".join([*lines, *changed])
