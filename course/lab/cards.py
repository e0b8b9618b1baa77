"""Cards that come back: predictions that went wrong and retrieval questions, each when it is about to be forgotten.

A card is made of the journal's events alone, so nothing of it is stored. When it comes back is decided by FSRS
(https://github.com/open-spaced-repetition/py-fsrs), with steps of days and without chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from course.lab.document import Lab, Question
from course.lab.journal import Event

RETENTION = 0.9
LONGEST = 180
"""Days; a course is not learnt for longer."""
SOON = timedelta(days=1)
"""After a wrong answer."""


@dataclass(frozen=True)
class Card:
    """A question of a lab. `due` is the moment (epoch seconds) from which it wants to be answered again, `answered`
    how often it was, `right` whether the last answer was."""

    lab: str
    question: Question
    due: float
    answered: int
    right: bool


def cards(labs: Iterable[Lab], events: Iterable[Event]) -> list[Card]:
    """All cards of a learner, those that are due first in front."""
    known = {(lab.slug, question.name): question for lab in labs for question in lab.questions}
    answers: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for key, at, right, makes in _answers(events):
        if key in known and (makes or key in answers):
            answers.setdefault(key, []).append((at, right))
    found = [_card(key, known[key], given) for key, given in answers.items()]
    return sorted(found, key=lambda card: (card.due, card.lab, card.question.name))


def _answers(events: Iterable[Event]) -> Iterator[tuple[tuple[str, str], float, bool, bool]]:
    """Lab and name of each question answered, when, whether rightly, and whether that makes a card of it.

    Of predictions the first answer counts, and only a wrong one makes a card.
    """
    predicted: set[tuple[str, str]] = set()
    for event in events:
        kind, right = event.get("event"), bool(event.get("right"))
        key = str(event.get("lab")), str(event.get("prediction" if kind == "predict" else "question"))
        at = _moment(event.get("at"))
        if at is None or kind not in ("predict", "recall", "review"):
            continue
        if kind != "predict":
            yield key, at, right, kind == "recall"
        elif key not in predicted:
            predicted.add(key)
            if not right:
                yield key, at, right, True


def _card(key: tuple[str, str], question: Question, given: list[tuple[float, bool]]) -> Card:
    from fsrs import Card as Remembered
    from fsrs import Rating, Scheduler

    scheduler = Scheduler(
        desired_retention=RETENTION,
        learning_steps=(SOON,),
        relearning_steps=(SOON,),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )
    start = datetime.fromtimestamp(given[0][0], timezone.utc)
    card = Remembered(card_id=1, due=start)
    for at, right in given:
        rating = Rating.Good if right else Rating.Again
        card, _ = scheduler.review_card(card, rating, datetime.fromtimestamp(at, timezone.utc))
    return Card(key[0], question, card.due.timestamp(), len(given), given[-1][1])


def _moment(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        return None
