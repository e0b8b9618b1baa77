"""Grading on a Dask cluster: the same verdicts, even when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from course.errors import UserError
from course.grading import batch, cluster, handed
from course.grading.batch import Task
from course.grading.bundle import Bundle
from course.grading.verdict import Verdict
from course.lab.document import Lab

distributed = pytest.importorskip("distributed")


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Any]:
    """Two workers, processes of their own on loopback."""
    before = set(psutil.Process().children(recursive=True))
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as running:
        yield running
    _, alive = psutil.wait_procs(set(psutil.Process().children(recursive=True)) - before, timeout=10)
    # Python's own tracker of shared memory stays with the process that first needed it.
    words = [" ".join(one.cmdline()) for one in alive]
    assert [line for line in words if "resource_tracker" not in line] == []


def places(folder: Path, slug: str, count: int) -> list[handed.Place]:
    for number in range(count):
        place = folder / f"learner-{number}"
        place.mkdir(parents=True)
        sign = "-" if number % 3 == 0 else "+"
        (place / "adder.py").write_text(f"def add(left, right): return left {sign} right\n")
    return handed.find([folder], slug)


def alike(verdicts: list[Verdict | None]) -> dict[str, Verdict]:
    """By learner, without what depends on the moment."""
    return {
        one.learner: replace(one, at=0, checks=tuple(replace(check, seconds=0) for check in one.checks))
        for one in verdicts
        if one is not None
    }


def test_a_cluster_gives_the_verdicts_that_this_machine_gives_though_a_worker_is_killed(
    tmp_path: Path, tiny: Lab, dask: Any
) -> None:
    task = Task(Bundle(tiny), places(tmp_path / "in", tiny.slug, 6), "salt")
    running = cluster.run(task, dask.scheduler_address, lambda: 0.0)
    found = [next(running)]
    os.kill(next(iter(dask.workers.values())).pid, signal.SIGKILL)
    found += list(running)
    assert alike(found) == alike(list(batch.run(task, 1, lambda: 0.0)))
    assert len(found) == 6


def test_the_checks_go_out_once_and_few_submissions_at_a_time(
    tmp_path: Path, tiny: Lab, dask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the scheduler holds does not grow with the class."""
    monkeypatch.setattr(cluster, "IN_HAND", 2)
    submitted: list[tuple[Any, ...]] = []
    submit = distributed.Client.submit

    def noted(self: Any, function: Any, *given: Any, **how: Any) -> Any:
        future = submit(self, function, *given, **how)
        submitted.append((future, *given))
        waiting = [one for one, *_ in submitted[1:] if not one.done() and one.status != "cancelled"]
        assert len(waiting) <= 2
        return future

    monkeypatch.setattr(distributed.Client, "submit", noted)
    task = Task(Bundle(tiny), places(tmp_path / "in", tiny.slug, 5), "salt")
    first = next(iter(batch.run(replace(task, places=task.places[:1]), 1, lambda: 0.0)))
    assert first is not None
    found = list(cluster.run(replace(task, done={first.key}), dask.scheduler_address, lambda: 0.0))
    assert len([one for one in found if one is not None]) == 4
    assert found.count(None) == 1
    texts = [given for _, *every in submitted for given in every if isinstance(given, str)]
    assert sum("it_adds" in text for text in texts) == 1


def test_where_no_scheduler_answers_it_is_said(tiny: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTS_WITHIN", 1)
    with pytest.raises(UserError, match="no Dask scheduler answers there"):
        next(cluster.run(Task(Bundle(tiny), (), ""), "tcp://127.0.0.1:9", lambda: 0.0))
