"""The arguments of a common run, read without the command line library, whose import takes longer than linting.

What is not plainly right (help, a slip, an odd spelling) is left to the library: it answers in full.
"""

from __future__ import annotations

from collections.abc import Sequence

from lint_rules.commands.options import OPTIONS, Option, Request
from lint_rules.engine.typed import Any

_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}
_OPPOSITES = {option.opposite: option for option in OPTIONS if option.opposite}


def read(arguments: Sequence[str]) -> Request | None:
    """What the arguments ask for; None where somebody else should look at them."""
    values: dict[str, Any] = {}
    paths: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            paths += rest
        elif word == "-" or not word.startswith("-"):
            paths.append(word)
        elif word in _OPPOSITES:
            values[_OPPOSITES[word].field] = False
        else:
            flag, joined, value = word.partition("=")
            option = _BY_FLAG.get(flag)
            if option is None or (joined and not (option.takes and flag.startswith("--"))):
                return None
            if not option.takes:
                values[option.field] = option.value
                continue
            given = value if joined else next(rest, None)
            read_ = _value(option, given)
            if read_ is None:
                return None
            values[option.field] = read_
    return Request(paths=tuple(paths), **values)


def _value(option: Option, given: str | None) -> str | int | None:
    if given is None or (given.startswith("-") and given != "-"):
        return None
    if option.choices and given not in option.choices:
        return None
    if option.number:
        return int(given) if given.isdecimal() else None
    return given
