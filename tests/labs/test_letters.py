"""Whoever always takes the same letter learns nothing from it: right answers are spread over the letters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from course.lab import build, shelf, source
from course.lab.document import Question

ROOT = Path(__file__).resolve().parents[2]
SLUGS = shelf.slugs(ROOT / "solutions")


def questions(slug: str) -> list[Question]:
    """The predictions and retrieval questions of a lab that leave three choices or more."""
    lab = source.read(ROOT / "solutions" / slug / build.SOURCE)
    return [one for one in lab.questions if len(one.choices) >= 3]


@pytest.mark.parametrize("slug", SLUGS)
def test_no_letter_answers_more_than_half_of_the_questions_of_a_lab(slug: str) -> None:
    found = Counter(one.answer for one in questions(slug))
    assert found, "a lab asks questions"
    assert max(found.values()) <= (found.total() + 1) // 2, found


def test_no_letter_answers_more_than_45_percent_of_all_questions() -> None:
    found = Counter(one.answer for slug in SLUGS for one in questions(slug))
    assert max(found.values()) <= 0.45 * found.total(), found
