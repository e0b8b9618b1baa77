"""Conditions of CloudWatch Logs filter patterns: `$.code >= 500 && ($.user = "j*" || $.user NOT EXISTS)`.

One grammar for JSON and for space-delimited patterns; only what a name stands for differs.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (2026-11)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

Find = Callable[[Any, str], list[Any]]
"""What a name stands for in an event: no value, one, or several."""
Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"\s*(?:(&&|\|\||[()])|(!=|>=|<=|=|<|>)|(\"(?:[^\"\\]|\\.)*\")|(%(?:[^%\\]|\\.)*%)"
    r"|((?:\$(?:\.[\w\-*]+|\.?\['[^']*'\]|\[[\d*]+\])*)|[^\s()=<>!&|\"]+))"
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KEYWORDS: dict[tuple[str, ...], Callable[[list[Any]], bool]] = {
    ("IS", "NULL"): lambda values: any(value is None for value in values),
    ("IS", "TRUE"): lambda values: any(value is True for value in values),
    ("IS", "FALSE"): lambda values: any(value is False for value in values),
    ("NOT", "EXISTS"): lambda values: not values,
}


class Reader:
    """Reads one condition. Raises ValueError where it is none."""

    def __init__(self, text: str, find: Find) -> None:
        self._find = find
        self._tokens: list[str] = []
        position, text = 0, text.strip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                raise ValueError(text)
            self._tokens.append(found[0].strip())
            position = found.end()
        self._next = 0

    def read(self) -> Test:
        test = self._either()
        if self._next != len(self._tokens):
            raise ValueError(" ".join(self._tokens))
        return test

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise ValueError(" ".join(self._tokens))
        self._next += 1
        return token

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() == "||":
            self._take()
            tests.append(self._both())
        return lambda event: any(test(event) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek() == "&&":
            self._take()
            tests.append(self._one())
        return lambda event: all(test(event) for test in tests)

    def _one(self) -> Test:
        if self._peek() == "(":
            self._take()
            test = self._either()
            if self._take() != ")":
                raise ValueError(" ".join(self._tokens))
            return test
        name, find = self._take(), self._find
        if name in ("&&", "||", ")"):
            raise ValueError(" ".join(self._tokens))
        find({}, name)  # a name that is none is found now, not with the first event
        kind = self._take()
        if kind.upper() in ("IS", "NOT"):
            pair = (kind.upper(), self._take().upper())
            if pair not in _KEYWORDS:
                raise ValueError(" ".join(self._tokens))
            holds = _KEYWORDS[pair]
            return lambda event: holds(find(event, name))
        compare = comparison(kind, self._take())
        return lambda event: any(compare(value) for value in find(event, name))


def comparison(kind: str, text: str) -> Test:
    """The comparison of a value with what a pattern says. Raises ValueError for an operator that is none."""
    if kind in _ORDER:
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"{kind} {text}")
        order, bound = _ORDER[kind], float(text)
        return lambda value: (number := _as_number(value)) is not None and order(number, bound)
    if kind not in ("=", "!="):
        raise ValueError(kind)
    equal = _equality(text)
    return equal if kind == "=" else lambda value: not equal(value)


def _equality(text: str) -> Test:
    if text.startswith("%"):
        pattern = re.compile(text[1:-1])
        return lambda value: pattern.search(_as_text(value)) is not None
    if text.startswith('"'):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    elif _NUMBER.fullmatch(text):
        bound = float(text)
        return lambda value: _as_number(value) == bound
    if "*" in text:
        wild = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
        return lambda value: wild.fullmatch(_as_text(value)) is not None
    return lambda value: _as_text(value) == text


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, (dict, list)) else str(value)
