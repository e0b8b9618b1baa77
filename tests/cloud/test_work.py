"""Threads for what happens by itself: the clock waits for them, sleepers take no place, a reset ends what follows."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from course.cloud.engine.work import THREADS, Work
from course.cloud.virtual_clock import VirtualClock


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    made = VirtualClock()
    yield made
    made.close()


@pytest.fixture
def work(clock) -> Iterator[Work]:
    made = Work(clock)
    yield made
    made.close()


def test_what_is_started_is_waited_for(clock, work):
    done: list[int] = []
    for number in range(100):
        work.start(lambda number=number: done.append(number))
    clock.advance(0)
    assert sorted(done) == list(range(100))
    assert work.settle(0)


def test_no_more_runs_at_once_than_there_are_places(work):
    running, most, lock = [0], [0], threading.Lock()

    def one() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.002)
        with lock:
            running[0] -= 1

    for _ in range(3 * THREADS):
        work.start(one)
    assert work.settle(10)
    assert 1 < most[0] <= THREADS


def test_what_sleeps_takes_no_place(clock, work):
    woken: list[float] = []
    begun = clock.now()

    def sleep() -> None:
        over = threading.Event()

        def wake() -> None:
            clock.wake()
            over.set()

        clock.call_at(begun + 60, wake)
        clock.fall_asleep()
        over.wait()
        woken.append(clock.now() - begun)

    for _ in range(3 * THREADS):
        work.start(sleep)
    clock.advance(120, patience=30)
    assert len(woken) == 3 * THREADS
    assert woken == pytest.approx([60] * len(woken), abs=10)


def test_what_is_to_happen_later_happens_then_or_not_at_all(clock, work):
    done: list[str] = []
    work.at(clock.now() + 60, lambda: done.append("first"))
    take_back = work.at(clock.now() + 90, lambda: done.append("second"))
    clock.advance(30)
    assert done == []
    take_back()
    clock.advance(120)
    assert done == ["first"]


def test_nothing_follows_from_what_outlives_a_reset(clock, work):
    done: list[str] = []
    go_on, running = threading.Event(), threading.Event()

    def outlive() -> None:
        running.set()
        go_on.wait(5)
        work.start(lambda: done.append("at once"))
        work.at(clock.now() + 1, lambda: done.append("later"))

    work.start(outlive)
    assert running.wait(5)
    work.drop()
    go_on.set()
    assert work.settle(5)
    work.start(lambda: done.append("new"))
    clock.advance(10)
    assert done == ["new"]


def test_nothing_starts_when_it_is_closed(clock, work):
    done: list[str] = []
    work.close()
    work.start(lambda: done.append("late"))
    clock.advance(1)
    assert done == []
    assert work.settle(0)
