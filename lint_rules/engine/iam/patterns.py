"""Patterns of the policy language: `*`, `?` and policy variables, in plain texts and in ARNs.

A pattern is compiled once and asked often. In an ARN a wildcard stays between two colons, except in the last of
the six parts. What a variable stands for is taken literally: its own `*` is no wildcard.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lint_rules.engine.iam.variables import Context, Variable, resolve, split

_LAST = 5
"""Colons before the last part of an ARN."""


class Pattern:
    """A text that other texts are compared with. `arn` says that it is compared part by part."""

    __slots__ = ("_exact", "_parts", "_regex", "arn", "text")

    def __init__(self, text: str, *, arn: bool = False, variables: bool = True) -> None:
        self.text = text
        self.arn = arn
        parts = split(text) if variables else (text,)
        self._parts = parts if any(isinstance(part, Variable) for part in parts) else None
        self._exact: str | None = None
        self._regex: re.Pattern[str] | None = None
        if self._parts is None:
            plain = "".join(str(part) for part in parts)
            if "*" in plain or "?" in plain or (arn and plain.count(":") < _LAST):
                self._regex = _compiled(_source(parts, arn))
            else:
                self._exact = plain

    def matches(self, value: str, context: Context) -> bool:
        """Whether `value` fits. A variable that the context does not hold fits nothing."""
        if self._exact is not None:
            return self._exact == value
        if self._regex is not None:
            return self._regex.match(value) is not None
        assert self._parts is not None
        filled: list[str | Literal] = []
        for part in self._parts:
            if isinstance(part, Variable):
                known = resolve(part, context)
                if known is None:
                    return False
                filled.append(Literal(known))
            else:
                filled.append(part)
        return _compiled(_source(filled, self.arn)).match(value) is not None


class Literal(str):
    """A text whose characters all stand for themselves."""

    __slots__ = ()


@lru_cache(maxsize=2048)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


def _source(parts: Iterable[object], arn: bool) -> str:
    """The regular expression for a pattern."""
    if arn and list(parts) == ["*"]:
        return r".*\Z"
    out: list[str] = []
    colons = 0
    for part in parts:
        if isinstance(part, Literal) or not isinstance(part, str):
            out.append(re.escape(str(part)))
            continue
        for char in part:
            inside = arn and colons < _LAST
            if char == "*":
                out.append("[^:]*" if inside else ".*")
            elif char == "?":
                out.append("[^:]" if inside else ".")
            else:
                colons += char == ":"
                out.append(re.escape(char))
    if arn and colons < _LAST:
        out.append(":[^:]*" * (_LAST - 1 - colons) + ":.*")
    return "".join(out) + r"\Z"


class Names:
    """A list of action patterns. Case makes no difference, and the service before the colon is exact.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """

    __slots__ = ("_all", "_exact", "_regex", "texts")

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts
        lowered = [text.lower() for text in texts]
        self._all = "*" in lowered or "*:*" in lowered
        self._exact = frozenset(text for text in lowered if "*" not in text and "?" not in text)
        wild = [text for text in lowered if text not in self._exact and _service_is_exact(text)]
        self._regex = re.compile("|".join(_source((text,), False) for text in wild)) if wild else None

    def hold(self, action: str) -> bool:
        """Whether one of the patterns fits `action`, which is in lower case."""
        return (
            self._all
            or action in self._exact
            or (self._regex is not None and self._regex.match(action) is not None)
        )


def _service_is_exact(text: str) -> bool:
    service, colon, _ = text.partition(":")
    return bool(colon) and "*" not in service and "?" not in service
