"""Cards come from wrong predictions and retrieval questions, and come back when they are about to be forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from course.commands.review import review
from course.errors import UserError
from course.lab import desk, edition, learner, pile, shelf, source
from course.lab.cards import cards
from course.lab.document import Lab
from course.lab.journal import Journal
from course.lab.pile import Pile

DAY = 86_400.0
START = 1_700_000_000.0
RECALL = """
```yaml recall="what-lasts"
question: How long does an environment last?
choices: {a: for ever, b: as long as Lambda likes}
answer: b
why: Nobody promises anything.
```
"""


@pytest.fixture(scope="module")
def lab(sample: str) -> Lab:
    return source.parse(sample + RECALL, slug="07_tiny")


@pytest.fixture
def mine(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace of a learner of the tiny lab, who is in its folder."""
    pristine = tmp_path / "labs" / lab.slug
    pristine.mkdir(parents=True)
    (pristine / "lab.ipynb").write_text(edition.notebook(lab, "learner"), encoding="utf-8")
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path / "labs")
    (tmp_path / "my-labs" / lab.slug).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "my-labs" / lab.slug)
    return tmp_path / "my-labs"


def at(workspace: Path, days: float = 0) -> Journal:
    return Journal(workspace, lambda: START + days * DAY)


def predict(journal: Journal, right: bool) -> None:
    journal.record("predict", lab="07_tiny", prediction="what-comes", right=right)


def test_a_wrong_prediction_becomes_a_card_and_a_right_one_does_not(lab: Lab, tmp_path: Path) -> None:
    predict(at(tmp_path / "wrong"), False)
    predict(at(tmp_path / "right"), True)
    (card,) = cards([lab], at(tmp_path / "wrong").events())
    assert (card.lab, card.question.name, card.right, card.answered) == ("07_tiny", "what-comes", False, 1)
    assert card.due == START + DAY
    assert cards([lab], at(tmp_path / "right").events()) == []


def test_changing_ones_mind_makes_no_other_card(lab: Lab, tmp_path: Path) -> None:
    for right in (False, True, False):
        predict(at(tmp_path), right)
    assert [card.answered for card in cards([lab], at(tmp_path).events())] == [1]


def test_a_retrieval_question_becomes_a_card_either_way(lab: Lab, tmp_path: Path) -> None:
    for right, least, most in ((True, 2, 5), (False, 1, 1)):
        journal = at(tmp_path / str(right))
        journal.record("recall", lab="07_tiny", question="what-lasts", right=right)
        (card,) = cards([lab], journal.events())
        assert least <= (card.due - START) / DAY <= most


def test_each_right_answer_puts_a_card_off_for_longer_and_a_wrong_one_brings_it_back(
    lab: Lab, tmp_path: Path
) -> None:
    predict(at(tmp_path), False)
    days, waits = 0.0, []
    for _ in range(5):
        (card,) = cards([lab], at(tmp_path).events())
        waits.append((card.due - START) / DAY - days)
        days = (card.due - START) / DAY
        at(tmp_path, days).record("review", lab="07_tiny", question="what-comes", right=True)
    assert waits == sorted(waits)
    assert waits[-1] > 5
    at(tmp_path, days).record("review", lab="07_tiny", question="what-comes", right=False)
    (card,) = cards([lab], at(tmp_path).events())
    assert (card.due - START) / DAY - days == 1
    assert not card.right


def test_no_card_waits_for_longer_than_half_a_year(lab: Lab, tmp_path: Path) -> None:
    predict(at(tmp_path), False)
    days = 0.0
    for _ in range(15):
        at(tmp_path, days).record("review", lab="07_tiny", question="what-comes", right=True)
        (card,) = cards([lab], at(tmp_path).events())
        assert card.due - (START + days * DAY) <= 180 * DAY
        days = (card.due - START) / DAY


def test_events_that_are_no_answers_or_of_unknown_questions_make_no_cards(lab: Lab, tmp_path: Path) -> None:
    journal = at(tmp_path)
    journal.record("hint", lab="07_tiny", exercise="add", hint=1)
    journal.record("recall", lab="07_tiny", question="gone", right=False)
    journal.record("review", lab="07_tiny", question="what-comes", right=False)
    events = [
        *journal.events(),
        {"event": "predict", "lab": "07_tiny", "prediction": "what-comes", "at": "soon"},
    ]
    assert cards([lab], events) == []


def test_a_recall_cell_is_explained_at_once_and_noted_once(mine: Path) -> None:
    assert learner.recall("what-lasts").text.startswith("Type one of a, b")
    told = "You answered a; the answer is b.\n\nNobody promises anything.\n\nThe question comes back in `lab.review()`"
    assert learner.recall("what-lasts", "A").text.startswith(told)
    assert (
        learner.recall("what-lasts", "b").text
        == "You answered b, which is right.\n\nNobody promises anything."
    )
    learner.recall("what-lasts", "a")
    learner.recall("what-lasts", "a")
    assert [event["right"] for event in at(mine).events("recall")] == [False, True, False]
    assert "has no question `what-comes`; it has: what-lasts" in learner.recall("what-comes", "a").text


def test_the_pile_gives_what_is_due_and_takes_answers(mine: Path) -> None:
    assert pile.nothing_due(Pile(mine, START)).startswith("No card waits for you.")
    predict(at(mine), False)
    assert Pile(mine, START).due == []
    assert (
        pile.nothing_due(Pile(mine, START))
        == "Nothing is due. You have 1 card; the next comes back in 1 day."
    )
    later = Pile(mine, START + DAY)
    (card,) = later.due
    asked = pile.asked(card, later.title(card), 1)
    assert asked.startswith("**1 due.** From lab 07, Tiny:\n\nWhat does `1 + 1` give?\n\n- **a**: two")
    with pytest.raises(UserError, match="`z` is none of the choices; they are: a, b"):
        later.answer(card, "z")
    assert not later.answer(card, "b")
    assert pile.explained(card, False) == "Not quite: the answer is a. Integers add; texts would join."
    assert Pile(mine, START + DAY).due == []


def test_in_a_notebook_a_card_is_answered_by_its_letter(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(at(mine), False)
    monkeypatch.setattr(learner, "now", lambda: START + 2 * DAY)
    assert 'Answer with `lab.review("a")`.' in learner.review().text
    text = learner.review("a").text
    assert text.startswith("Right. Integers add; texts would join.\n\nNothing is due. You have 1 card;")
    assert [event["right"] for event in at(mine).events("review")] == [True]


def test_progress_tells_of_cards_that_are_due_and_of_none_not(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(at(mine), False)
    monkeypatch.setattr(learner, "now", lambda: START)
    assert "came back" not in learner.progress().text
    monkeypatch.setattr(learner, "now", lambda: START + 2 * DAY)
    assert learner.progress().text.endswith("\n\n1 card came back to be answered: `lab.review()`.")
    assert learner.progress_text(mine).endswith("\n\n1 card came back to be answered: `lambdalab review`.")


def test_in_a_terminal_cards_come_until_none_is_due(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(at(mine), False)
    monkeypatch.setattr(desk, "now", lambda: START + 2 * DAY)
    stopped = CliRunner().invoke(review, ["--folder", str(mine)], input="\n")
    assert (stopped.exit_code, at(mine).events("review")) == (0, [])
    done = CliRunner().invoke(review, ["--folder", str(mine)], input="q\na\n")
    assert "`q` is none of the choices" in done.output
    assert "Right. Integers add" in done.output
    assert "Nothing is due." in done.output
    ended = CliRunner().invoke(review, ["--folder", str(mine)], input="")
    assert ended.output.startswith("Nothing is due.")
