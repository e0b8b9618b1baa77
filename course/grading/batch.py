"""Grades many submissions side by side, each verdict as soon as it is there.

Each worker is a thread with an examiner of its own, so the code of one learner meets neither that of another nor this
process. A submission that could not be marked, whatever it did, gets a verdict that says so, and the others go on.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass

from course.errors import UserError
from course.grading import handed, marking
from course.grading.bundle import Bundle
from course.grading.handed import Place, Work
from course.grading.marking import Now
from course.grading.verdict import Verdict
from course.lab.checks import Examiner
from course.lab.forkserver import ForkServer

Key = tuple[str, str, str, str, int]


@dataclass(frozen=True)
class Task:
    """What is graded, against which checks, with inputs from which `salt`. `done` are keys of verdicts there are;
    `weak` allows to run hidden checks where learners' code cannot be kept apart."""

    bundle: Bundle
    places: Sequence[Place]
    salt: str
    done: Collection[Key] = frozenset()
    weak: bool = False


def run(task: Task, workers: int, now: Now) -> Generator[Verdict | None, None, None]:
    """The verdict on each place, in the order in which they come; None for one that was there already.

    Closing the iterator ends the workers with all that they started.
    """
    todo: queue.SimpleQueue[Place] = queue.SimpleQueue()
    for place in task.places:
        todo.put(place)
    made: queue.SimpleQueue[Verdict | BaseException | None] = queue.SimpleQueue()
    stopping = threading.Event()
    server = ForkServer()
    threads = [
        threading.Thread(
            target=_work, args=(task, server, todo, made, stopping, now), name=f"grader-{number}"
        )
        for number in range(max(1, min(workers, len(task.places))))
    ]
    try:
        for thread in threads:
            thread.start()
        for _ in task.places:
            found = made.get()
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        stopping.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        server.close()


def insist(task: Task, examiner: Examiner) -> None:
    """Raise UserError when hidden checks would meet code that could read them."""
    if task.weak or not any(check.hidden for check in task.bundle.lab.checks):
        return
    found = examiner.isolation()
    if found != "full":
        raise UserError(
            f"isolation is {found}; hidden checks could be read by the code they grade, so grade on Linux or in the "
            "container, or say --force"
        )


def one(task: Task, place: Place, examiner: Examiner, now: Now) -> Verdict | None:
    """The verdict on one place; None when it is there already. Raises UserError when no cloud can be started."""
    work = handed.read(place, {file.name for file in task.bundle.lab.files})
    return None if key(task, place, work) in task.done else marked(task, place, work, examiner, now)


def key(task: Task, place: Place, work: Work) -> Key:
    """The key that the verdict on a learner's work has."""
    lab = task.bundle.lab.slug
    return (place.learner, lab, work.digest, task.bundle.digest, marking.seed(task.salt, place.learner, lab))


def marked(task: Task, place: Place, work: Work, examiner: Examiner, now: Now) -> Verdict:
    """The verdict on a learner's work, whatever happens. Raises UserError when no cloud can be started."""
    seed = marking.seed(task.salt, place.learner, task.bundle.lab.slug)
    try:
        return marking.mark(task.bundle, place, work, seed, examiner, now)
    except UserError:
        raise
    except Exception as error:
        # A bug of ours must neither stop the others nor look like one of the learner's.
        examiner.renew()
        why = f"{type(error).__name__}: {error}"
        return marking.broken(task.bundle, place, work, seed, now(), why)


def _work(
    task: Task,
    server: ForkServer,
    todo: queue.SimpleQueue[Place],
    made: queue.SimpleQueue[Verdict | BaseException | None],
    stopping: threading.Event,
    now: Now,
) -> None:
    try:
        with _examiner(server) as examiner:
            while not stopping.is_set():
                try:
                    place = todo.get_nowait()
                except queue.Empty:
                    return
                insist(task, examiner)
                made.put(one(task, place, examiner, now))
    except BaseException as error:
        made.put(error)  # whoever waits for a verdict would wait for ever


def _examiner(server: ForkServer) -> Examiner:
    try:
        return Examiner(server)
    except OSError as error:
        raise UserError(
            f"no folder for checks can be made ({error}); make room, or name another place in TMPDIR"
        ) from None
