"""Our records behave as those of `typing`, and our regular expressions as those of `re`."""

from __future__ import annotations

import copy
import pickle
import re
import typing

import pytest

from lint_rules.engine import typed
from lint_rules.engine.regex import regex


class Ours(typed.NamedTuple):
    """A place."""

    row: int
    column: int = 1
    name: str = ""

    @property
    def told(self) -> str:
        """Both numbers."""
        return f"{self.row}:{self.column}"


class Theirs(typing.NamedTuple):
    """A place."""

    row: int
    column: int = 1
    name: str = ""

    @property
    def told(self) -> str:
        """Both numbers."""
        return f"{self.row}:{self.column}"


@pytest.mark.parametrize("made", [Ours, Theirs])
def test_a_record_is_made_changed_compared_and_told(made: typing.Any) -> None:
    one = made(3, name="a")
    assert one == (3, 1, "a") == made(row=3, column=1, name="a") == made._make([3, 1, "a"])
    assert (one.row, one.column, one.name, one.told) == (3, 1, "a", "3:1")
    assert one._replace(column=2) == (3, 2, "a")
    assert hash(one) == hash((3, 1, "a"))
    assert one._asdict() == {"row": 3, "column": 1, "name": "a"}
    assert repr(one) == f"{made.__name__}(row=3, column=1, name='a')"
    assert pickle.loads(pickle.dumps(one)) == copy.copy(one) == one
    assert type(pickle.loads(pickle.dumps(one))) is made
    assert made._fields == made.__match_args__ == ("row", "column", "name")
    assert made._field_defaults == {"column": 1, "name": ""}
    assert made.__doc__ == "A place."
    assert isinstance(one, tuple)
    match one:
        case made(row, column):
            assert (row, column) == (3, 1)


@pytest.mark.parametrize("made", [Ours, Theirs])
def test_a_record_refuses_what_does_not_fit(made: typing.Any) -> None:
    with pytest.raises(TypeError):
        made()
    with pytest.raises(TypeError):
        made(1, 2, "", 4)
    with pytest.raises(TypeError):
        made(1, other=2)
    with pytest.raises(TypeError):
        made._make([1])
    with pytest.raises((TypeError, ValueError)):
        made(1)._replace(other=2)
    with pytest.raises(AttributeError):
        made(1).row = 2


def test_a_field_without_a_default_after_one_with_is_refused() -> None:
    with pytest.raises(TypeError, match="without a default"):

        class Wrong(typed.NamedTuple):
            a: int = 1
            b: int


def test_a_regular_expression_is_compiled_once_and_answers_like_any() -> None:
    ours, theirs = regex(r"(a)(b)?", re.IGNORECASE), re.compile(r"(a)(b)?", re.IGNORECASE)
    text = "xAbab a"
    for ask in ("findall", "split"):
        assert getattr(ours, ask)(text) == getattr(theirs, ask)(text)
    assert [found.span() for found in ours.finditer(text)] == [
        found.span() for found in theirs.finditer(text)
    ]
    assert ours.search(text).groups() == theirs.search(text).groups()
    assert ours.sub("-", text) == theirs.sub("-", text)
    assert ours.match(text) is None
    assert ours.pattern == theirs.pattern
    assert ours.search is ours.search
