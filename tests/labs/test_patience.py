"""Limits of real time grow on a busy machine, and not without end."""

from __future__ import annotations

import pytest

from course.lab.patience import MOST, factor, grown


@pytest.mark.parametrize(
    ("load", "processors", "expected"),
    [(0.0, 2, 1.0), (1.9, 2, 1.0), (2.0, 2, 1.0), (5.0, 2, 2.5), (8.0, 8, 1.0), (400.0, 2, MOST)],
)
def test_a_limit_grows_with_what_waits_for_each_processor(
    load: float, processors: int, expected: float
) -> None:
    assert grown(load, processors) == expected


def test_it_is_never_shorter_than_what_the_author_said() -> None:
    assert 1.0 <= factor() <= MOST


def test_where_nobody_counts_the_load_the_limit_is_the_authors(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> tuple[float, float, float]:
        raise OSError

    monkeypatch.setattr("os.getloadavg", nobody)
    assert factor() == 1.0
