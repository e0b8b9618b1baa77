"""Time that can be skipped: every wait is a timer, and skipping is going from one to the next."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud.virtual_clock import VirtualClock


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    made = VirtualClock()
    yield made
    made.close()


def test_skipping_moves_the_wall_clock_of_the_process_and_gives_it_back():
    real = time.time()
    clock = VirtualClock()
    clock.advance(3600)
    assert 3600 <= time.time() - real < 3610
    assert clock.now() == pytest.approx(time.time(), abs=1)
    clock.close()
    assert 0 <= time.time() - real < 10


def test_skipped_time_counts_in_durations(clock):
    begun = clock.monotonic()
    clock.advance(60)
    assert 60 <= clock.monotonic() - begun < 65


def test_timers_run_in_order_each_at_its_moment(clock):
    begun, seen = clock.now(), []
    for seconds in (300, 60, 120):
        clock.call_at(begun + seconds, lambda: seen.append(clock.now() - begun))
    clock.advance(200)
    assert [round(moment) for moment in seen] == [60, 120]
    clock.advance(200)
    assert [round(moment) for moment in seen] == [60, 120, 300]


def test_what_a_timer_sets_is_run_on_the_same_way(clock):
    begun, seen = clock.now(), []

    def again(count: int) -> None:
        seen.append(round(clock.now() - begun))
        if count:
            clock.call_at(begun + (4 - count) * 60, lambda: again(count - 1))

    clock.call_at(begun, lambda: again(3))
    clock.advance(3600)
    assert seen == [0, 60, 120, 180]


def test_a_skip_waits_until_what_the_last_timer_began_has_come_to_rest(clock):
    begun, seen = clock.now(), []

    def start() -> None:
        clock.begin()
        threading.Thread(target=work).start()

    def work() -> None:
        with clock.carrying():
            threading.Event().wait(0.05)
            seen.append(round(clock.now() - begun))

    clock.call_at(begun + 60, start)
    clock.call_at(begun + 120, start)
    clock.advance(600)
    assert seen == [60, 120]


def test_a_cancelled_timer_does_not_run(clock):
    seen: list[int] = []
    timer = clock.call_at(clock.now() + 60, lambda: seen.append(1))
    timer.cancel()
    clock.advance(120)
    assert seen == []
    assert clock.waiting() == 0


def test_time_does_not_go_back(clock):
    with pytest.raises(ValueError, match="time cannot go back"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="time cannot go back"):
        clock.advance(float("nan"))


def test_a_skip_gives_up_on_what_never_rests(clock):
    clock.begin()
    with pytest.raises(TimeoutError, match="did not come to rest"):
        clock.advance(60, patience=0.05)
    clock.end()
    clock.advance(60)


def test_timers_run_in_real_time_when_nobody_skips(clock):
    done = threading.Event()
    clock.call_at(clock.now() + 0.02, done.set)
    assert done.wait(5)


def test_an_automatic_clock_skips_to_what_waits_when_nothing_is_at_work():
    clock = VirtualClock(automatic=True)
    begun, done = clock.now(), threading.Event()
    clock.call_at(begun + 6 * 3600, done.set)
    assert done.wait(5)
    assert 6 * 3600 <= clock.now() - begun < 6 * 3600 + 5
    clock.close()


def test_an_automatic_clock_does_not_skip_while_something_is_at_work():
    clock = VirtualClock(automatic=True)
    done = threading.Event()
    with clock.working():
        clock.call_at(clock.now() + 60, done.set)
        assert not done.wait(0.1)
    assert done.wait(5)
    clock.close()


def test_an_automatic_clock_does_not_run_after_what_repeats_for_ever():
    clock = VirtualClock(automatic=True)
    seen: list[int] = []
    clock.call_at(clock.now() + 60, lambda: seen.append(1), endless=True)
    threading.Event().wait(0.1)
    assert seen == []
    clock.automatic = False
    clock.advance(60)
    assert seen == [1]
    clock.close()


def test_skips_are_told(clock):
    told: list[float] = []
    clock.skipped = lambda before, after: told.append(round(after - before))
    clock.call_at(clock.now() + 60, lambda: None)
    clock.advance(100)
    assert told == [60, 40]


def test_clearing_forgets_timers_and_brings_the_real_time_back(clock):
    real, seen = time.time(), []
    clock.advance(86400)
    clock.call_at(clock.now() + 10, lambda: seen.append(1))
    lasted = clock.monotonic()
    clock.clear()
    assert time.time() - real < 10
    assert clock.monotonic() >= lasted
    clock.advance(60)
    assert seen == []


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(5, 10_000), max_size=20),  # what is due now may run before the next is set
    st.lists(st.floats(0, 3_000), min_size=1, max_size=6),
)
def test_whatever_the_steps_timers_run_in_order_and_never_early(moments, steps):
    clock = VirtualClock()
    try:
        begun, seen = clock.now(), []
        for moment in moments:
            clock.call_at(begun + moment, lambda due=begun + moment: seen.append((due, clock.now())))
        for step in steps:
            clock.advance(step)
        assert [due for due, _ in seen] == sorted(due for due, _ in seen)
        assert all(at >= due - 1e-3 for due, at in seen)
        assert {due for due, _ in seen} >= {begun + m for m in moments if m <= sum(steps)}
    finally:
        clock.close()
