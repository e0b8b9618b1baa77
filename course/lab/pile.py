"""The cards of a learner that wait to be answered, over all labs of their workspace."""

from __future__ import annotations

from pathlib import Path

from course.errors import UserError
from course.lab import shelf
from course.lab.cards import Card, cards
from course.lab.journal import Journal


class Pile:
    """The cards in a workspace at a moment, `now` in epoch seconds."""

    def __init__(self, workspace: Path, now: float) -> None:
        self._journal = Journal(workspace, lambda: now)
        self._labs = [shelf.lab(slug) for slug in shelf.slugs(shelf.folder())]
        self.now = now
        self.cards = cards(self._labs, self._journal.events())

    @property
    def due(self) -> list[Card]:
        """Those to answer now, the oldest in front."""
        return [card for card in self.cards if card.due <= self.now]

    def answer(self, card: Card, letter: str) -> bool:
        """Record an answer to a card, and say whether it is right. Raises UserError for a letter it does not have."""
        wanted = letter.strip().lower()
        if wanted not in card.question.choices:
            raise UserError(
                f"`{letter}` is none of the choices; they are: {', '.join(card.question.choices)}"
            )
        right = card.question.is_right(wanted)
        name = card.question.name
        self._journal.record("review", lab=card.lab, question=name, letter=wanted, right=right)
        return right

    def title(self, card: Card) -> str:
        """Where a card comes from."""
        lab = next(lab for lab in self._labs if lab.slug == card.lab)
        return f"lab {lab.number}, {lab.title}"


def asked(card: Card, title: str, left: int) -> str:
    """A card's question, in Markdown; `left` cards are due with it."""
    choices = "\n".join(f"- **{letter}**: {text}" for letter, text in card.question.choices.items())
    return f"**{left} due.** From {title}:\n\n{card.question.question}\n\n{choices}"


def explained(card: Card, right: bool) -> str:
    """What follows an answer."""
    verdict = "Right." if right else f"Not quite: the answer is {card.question.answer}."
    return f"{verdict} {card.question.why}"


def reminder(workspace: Path, now: float) -> str:
    """A line about cards that are due, or nothing when there are none."""
    count = len(Pile(workspace, now).due)
    return f"{count} card{'' if count == 1 else 's'} came back to be answered" if count else ""


def nothing_due(pile: Pile) -> str:
    """What is said when there is nothing to answer."""
    if not pile.cards:
        return "No card waits for you. Predictions that go wrong and the questions at the end of labs become cards."
    days = max(1, -(-(pile.cards[0].due - pile.now) // 86_400))
    count = f"{len(pile.cards)} card{'' if len(pile.cards) == 1 else 's'}"
    return f"Nothing is due. You have {count}; the next comes back in {days:g} day{'' if days == 1 else 's'}."
