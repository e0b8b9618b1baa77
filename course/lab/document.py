"""What a lab is made of: exercises with answer files, checks, hints and wrong answers, and predictions.

Values only. `source` reads them from the author's Markdown, where everything is there; `edition` from a
learner's notebook, where reference answers, hidden checks, wrong answers and planted mistakes are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from course.lab.fences import Fence


@dataclass(frozen=True)
class AnswerFile:
    """One file of an answer: its flat name, the stub that the learner begins with, and the reference answer, which
    is None in a learner edition. `given` says that there is nothing to write in it: the lab gives it whole."""

    name: str
    stub: str
    reference: str | None = None
    given: bool = False


@dataclass(frozen=True)
class Check:
    """One observation of an answer. `source` defines the function called `name`; `sentence` is its docstring;
    `needs` names the check that must not fail first; `seconds` is its time limit."""

    name: str
    sentence: str
    points: float
    source: str
    hidden: bool = False
    needs: str | None = None
    seconds: float = 10.0


@dataclass(frozen=True)
class WrongAnswer:
    """A mistake people really make: the reference answer with `files` replaced fails exactly `fails`."""

    name: str
    files: dict[str, str]
    fails: tuple[str, ...]


@dataclass(frozen=True)
class Planted:
    """Files with mistakes that lambdalint must find: `rules` are codes or names of rules, `line` says where the
    author planted them."""

    files: dict[str, str]
    rules: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Exercise:
    """One task: what the learner writes, the three hints, and the checks in the order they run."""

    name: str
    title: str
    files: tuple[AnswerFile, ...]
    checks: tuple[Check, ...]
    hints: tuple[str, ...]
    wrong_answers: tuple[WrongAnswer, ...] = ()

    def is_untouched(self, files: dict[str, str]) -> bool:
        """Whether every answer file is missing from `files` or still the stub, white space aside."""
        return all(
            file.name not in files or files[file.name].split() in ([], file.stub.split())
            for file in self.files
        )

    @property
    def points(self) -> float:
        """The sum over its checks."""
        return sum(check.points for check in self.checks)


@dataclass(frozen=True)
class Question:
    """A prediction, asked before the cloud answers it, or a question on what was learnt before. The right letter is
    kept as a salted digest, and `why` as text only that letter opens, so that a glance at the notebook's JSON
    spoils nothing."""

    name: str
    question: str
    choices: dict[str, str]
    digest: str
    sealed_why: str

    @classmethod
    def seal(
        cls, lab: str, name: str, question: str, choices: dict[str, str], answer: str, why: str
    ) -> Question:
        """The question as a learner may have it. The salt is made of names, so that builds are
        repeatable."""
        digest = _digest(f"{lab}/{name}", answer)
        return cls(
            name, question, choices, f"{lab}/{name}:{digest}", _mask(why.encode(), digest, answer).hex()
        )

    def is_right(self, letter: str) -> bool:
        """Whether `letter` is the answer."""
        salt, _, digest = self.digest.rpartition(":")
        return _digest(salt, letter) == digest

    @property
    def answer(self) -> str:
        """The right letter, found by trying them."""
        return next(letter for letter in self.choices if self.is_right(letter))

    @property
    def why(self) -> str:
        """The explanation, to be shown after the cloud has decided."""
        return _mask(bytes.fromhex(self.sealed_why), self.digest.rpartition(":")[2], self.answer).decode()


@dataclass(frozen=True)
class Lab:
    """A lab. `slug` is its folder's name, `NN_words`; `cells` is the author's document in order, empty when
    the lab was read from a learner edition."""

    slug: str
    title: str
    goals: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    prerequisites: tuple[str, ...]
    minutes: int
    rules: tuple[str, ...]
    rows: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    predictions: tuple[Question, ...] = ()
    recalls: tuple[Question, ...] = ()
    planted: tuple[Planted, ...] = ()
    cells: tuple[Fence, ...] = ()

    @property
    def number(self) -> str:
        """The two digits its slug begins with."""
        return self.slug.partition("_")[0]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Predictions and retrieval questions."""
        return self.predictions + self.recalls

    @property
    def files(self) -> tuple[AnswerFile, ...]:
        """The answer files of all exercises."""
        return tuple(file for exercise in self.exercises for file in exercise.files)

    @property
    def checks(self) -> Iterator[Check]:
        """The checks of all exercises."""
        return (check for exercise in self.exercises for check in exercise.checks)

    @property
    def stubs(self) -> dict[str, str]:
        """The files of a learner who has not begun."""
        return {file.name: file.stub for file in self.files}

    @property
    def solution(self) -> dict[str, str]:
        """The reference answer's files; empty for a learner edition."""
        return {file.name: file.reference for file in self.files if file.reference is not None}


def _digest(salt: str, letter: str) -> str:
    return hashlib.sha256(f"{salt}:{letter.strip().lower()}".encode()).hexdigest()


def _mask(data: bytes, digest: str, answer: str) -> bytes:
    """`data` under a key stream that the right letter makes; applied twice it is `data` again."""
    key = b""
    while len(key) < len(data):
        key += hashlib.sha256(f"{digest}:{answer.strip().lower()}:{len(key)}".encode()).digest()
    return bytes(one ^ other for one, other in zip(data, key, strict=False))
