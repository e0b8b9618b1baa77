"""Filter patterns of CloudWatch Logs: terms, JSON conditions and space-delimited fields.

`ERROR -Timeout`, `?ERROR ?WARN`, `"two words"`, `%a regular expression%`, `{ $.level = "ERROR" }`,
`[ip, user, ..., status = 5*, bytes > 1000]`. An empty pattern is met by everything.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (2026-11)
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from course.cloud.sources import paths
from course.cloud.sources.conditions import Reader, Test

_TERM = re.compile(r"\s*([?-]?)(?:\"((?:[^\"\\]|\\.)*)\"|%((?:[^%\\]|\\.)*)%|([^\s\"%]+))(?=\s|$)")
_FIELD = re.compile(r"\[([^\]]*)\]|\"([^\"]*)\"|(\S+)")
_NAME = re.compile(r"\s*([\w\-]+)\s*")


class Match(NamedTuple):
    """A message met a pattern. `fields` are what a space-delimited pattern found in it."""

    fields: dict[str, str] | None


class LogPattern:
    """A pattern that was read. Raises ValueError if it is none."""

    def __init__(self, text: str) -> None:
        text = text.strip()
        self._matcher: _Terms | _Json | _Fields
        if text.startswith("{") and text.endswith("}"):
            self._matcher = _Json(text[1:-1])
        elif text.startswith("[") and text.endswith("]"):
            self._matcher = _Fields(text[1:-1])
        else:
            self._matcher = _Terms(text)

    def match(self, message: str) -> Match | None:
        """What the pattern finds in a message, None if it is not met."""
        return self._matcher.match(message)


class _Terms:
    def __init__(self, text: str) -> None:
        self._wanted: list[re.Pattern[str]] = []
        self._any: list[re.Pattern[str]] = []
        self._unwanted: list[re.Pattern[str]] = []
        kinds = {"": self._wanted, "?": self._any, "-": self._unwanted}
        position = 0
        while position < len(text):
            found = _TERM.match(text, position)
            if found is None:
                raise ValueError(text)
            sign, phrase, expression, word = found.groups()
            plain = re.sub(r"\\(.)", r"\1", phrase) if phrase is not None else word
            kinds[sign].append(re.compile(expression if expression is not None else re.escape(plain)))
            position = found.end()

    def match(self, message: str) -> Match | None:
        if any(term.search(message) for term in self._unwanted):
            return None
        if not all(term.search(message) for term in self._wanted):
            return None
        # With terms that must or must not be there, those with a question mark count for nothing.
        alone = not self._wanted and not self._unwanted
        if alone and self._any and not any(term.search(message) for term in self._any):
            return None
        return Match(None)


class _Json:
    def __init__(self, text: str) -> None:
        known: dict[str, tuple[paths.Step, ...]] = {}

        def find(event: Any, name: str) -> list[Any]:
            if name not in known:
                known[name] = paths.parse(name)
            return paths.find(event, known[name])

        self._test = Reader(text, find).read()

    def match(self, message: str) -> Match | None:
        try:
            event = json.loads(message)
        except (ValueError, RecursionError):
            return None
        return Match(None) if isinstance(event, dict) and self._test(event) else None


class _Fields:
    def __init__(self, text: str) -> None:
        self._names: list[str | None] = []
        """None is the ellipsis."""
        self._tests: list[Test] = []
        for position, part in enumerate(_split(text)):
            if part.strip() == "...":
                self._names.append(None)
                continue
            found = _NAME.match(part)
            self._names.append(found[1] if found else str(position + 1))
            if part.strip() != (found[1] if found else ""):
                self._tests.append(Reader(part, _named).read())
        if self._names.count(None) > 1:
            raise ValueError(text)

    def match(self, message: str) -> Match | None:
        values = [str(found[found.lastindex or 0]) for found in _FIELD.finditer(message)]
        names = self._names
        if None in names:
            missing = len(values) - len(names) + 1
            if missing < 0:
                return None
            at = names.index(None)
            unnamed: list[str | None] = [str(at + 1 + number) for number in range(missing)]
            names = [*names[:at], *unnamed, *names[at + 1 :]]
        elif names and len(names) != len(values):
            return None
        fields = {str(name): value for name, value in zip(names, values, strict=False)}
        return Match(fields) if all(test(fields) for test in self._tests) else None


def _named(event: Any, name: str) -> list[Any]:
    return [event[name]] if name in event else []


def _split(text: str) -> list[str]:
    """The parts between commas that are in no quotes."""
    parts = re.findall(r"(?:\"(?:[^\"\\]|\\.)*\"|%(?:[^%\\]|\\.)*%|[^,\"%])+", text)
    return [part for part in parts if part.strip()]
