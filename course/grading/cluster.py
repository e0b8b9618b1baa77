"""Grades on a Dask cluster: the same verdicts, made on other machines.

What is sent are texts: the check bundle, a learner's answer files, a seed; what comes back is a verdict as its line.
A learner's code never runs in a Dask worker, but below a child of it, as everywhere. What a lost worker had in hand is
done again elsewhere, and at last here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from course.cloud.clock import SystemClock
from course.errors import UserError
from course.grading import batch, bundle, handed
from course.grading.batch import Task
from course.grading.bundle import Bundle
from course.grading.handed import Place, Work
from course.grading.marking import Now
from course.grading.verdict import Verdict, parse
from course.lab.checks import Examiner

CONNECTS_WITHIN = 20
"""Seconds."""
IN_HAND = 256
"""Submissions that the scheduler has at a time: so many that no worker waits, so few that they take little memory."""
_examiners = threading.local()


def run(task: Task, address: str, now: Now) -> Generator[Verdict | None, None, None]:
    """The verdict on each place, as `batch.run` gives it. Raises UserError when no cluster answers at `address`, or
    its workers have another version of us."""
    try:
        dask: Any = import_module("dask.distributed")
    except ImportError:
        raise UserError('--scheduler needs Dask: pip install "lambdalint[dask]"') from None
    try:
        client = dask.Client(address, set_as_default=False, timeout=CONNECTS_WITHIN)
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(f"{address}: no Dask scheduler answers there: {error}") from None
    with client:
        _same_everywhere(client.run(identity), address)
        # A task that gives the text, not the text in each task: it is sent once a worker, and can be had again.
        text = client.submit(_told, task.bundle.text(), pure=False)
        works = _works(task)
        in_hand: dict[Any, tuple[Place, Work]] = {}
        lost: list[tuple[Place, Work]] = []
        finished = dask.as_completed([], loop=client.loop)

        def hand_out(count: int) -> int:
            """Submit so many of what is left; how many had a verdict already."""
            skipped = 0
            for place, work in works:
                if batch.key(task, place, work) in task.done:
                    skipped += 1
                    continue
                future = client.submit(mark, _order(place, work, task), text, pure=False)
                in_hand[future] = (place, work)
                finished.add(future)
                if (count := count - 1) == 0:
                    break
            return skipped

        yield from (None for _ in range(hand_out(IN_HAND)))
        for future in finished:
            taken = in_hand.pop(future)
            if future.status == "finished":
                yield _received(future.result(), address)
            else:
                lost.append(taken)
            future.release()
            yield from (None for _ in range(hand_out(1)))
        yield from _here(task, lost, now)


def mark(order: str, text: str) -> str:
    """In a Dask worker: the line of a verdict, or `error: ` and why none could be made. `text` is the bundle's."""
    # One a thread: an examiner's child serves one check at a time.
    found = json.loads(order)
    examiner = getattr(_examiners, "one", None)
    if examiner is None:
        examiner = _examiners.one = Examiner()
    task = Task(_bundle(text), (), found["salt"], weak=found["weak"])
    place = Place(found["learner"], Path(found["path"]), found["inside"])
    work = Work(found["files"], tuple(found["notes"]), found["problem"], found["hints"])
    try:
        batch.insist(task, examiner)
        return batch.marked(task, place, work, examiner, SystemClock().now).line()
    except UserError as error:
        return f"error: {error}"


def identity() -> str:
    """Our version, as a worker has it."""
    from importlib.metadata import version

    return version("lambdalint")


@lru_cache(maxsize=8)
def _bundle(text: str) -> Bundle:
    return bundle.parse(text)


def _works(task: Task) -> Iterator[tuple[Place, Work]]:
    names = {file.name for file in task.bundle.lab.files}
    return ((place, handed.read(place, names)) for place in task.places)


def _told(text: str) -> str:
    return text


def _order(place: Place, work: Work, task: Task) -> str:
    return json.dumps(
        {
            "learner": place.learner,
            "path": str(place.path),
            "inside": place.inside,
            "files": work.files,
            "notes": work.notes,
            "problem": work.problem,
            "hints": work.hints,
            "salt": task.salt,
            "weak": task.weak,
        }
    )


def _received(line: str, address: str) -> Verdict:
    if line.startswith("error: "):
        raise UserError(f"{address}: a worker cannot grade: {line.removeprefix('error: ')}")
    found = parse(line)
    if found is None:
        raise UserError(f"{address}: a worker sent what is no verdict; install the same version everywhere")
    return found


def _here(task: Task, lost: list[tuple[Place, Work]], now: Now) -> Iterator[Verdict]:
    if lost:
        with Examiner() as examiner:
            batch.insist(task, examiner)
            for place, work in lost:
                yield batch.marked(task, place, work, examiner, now)


def _same_everywhere(versions: dict[str, str], address: str) -> None:
    if not versions:
        raise UserError(f"{address}: the Dask cluster has no workers")
    for other in {*versions.values()} - {identity()}:
        raise UserError(
            f"{address}: a worker has lambdalint {other}, here it is {identity()}; install the same"
        )
