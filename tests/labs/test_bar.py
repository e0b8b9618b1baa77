"""The progress bar of a long check: it comes late, counts, and goes."""

from __future__ import annotations

from course.lab.bar import Bar, in_notebook
from course.lab.checks import CheckResult, Verdict
from course.lab.document import Lab


def heard(lab: Lab, seconds: list[float]) -> list[str]:
    """What a bar shows and clears when results come at these moments, the first being its start."""
    moments = iter(seconds)
    said: list[str] = []
    bar = Bar(
        len(seconds) - 1,
        lambda: next(moments),
        lambda shown: said.append(shown.text),
        lambda: said.append("-"),
    )
    check = lab.exercises[0].checks[0]
    for _ in seconds[1:]:
        bar(CheckResult(check, Verdict.PASSED))
    bar.end()
    return said


def test_nothing_is_shown_of_what_is_quick(tiny: Lab) -> None:
    assert heard(tiny, [0.0, 0.3, 0.6, 0.9]) == []


def test_a_long_check_counts_and_the_last_bar_goes(tiny: Lab) -> None:
    assert heard(tiny, [0.0, 0.5, 1.2, 2.0, 3.0]) == [
        "2 of 4 checks are done ...",
        "-",
        "3 of 4 checks are done ...",
        "-",
    ]


def test_one_slow_check_has_nothing_to_count(tiny: Lab) -> None:
    assert heard(tiny, [0.0, 9.0]) == []


def test_there_is_none_outside_a_notebook(monkeypatch) -> None:
    monkeypatch.delitem(__import__("sys").modules, "ipykernel", raising=False)
    assert in_notebook(3, lambda: 0.0) is None
