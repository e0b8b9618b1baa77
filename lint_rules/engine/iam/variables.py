"""Policy variables: `${aws:username}`, with a default as in `${aws:PrincipalTag/team, 'none'}`, and `${*}`.

Only policies of version 2012-10-17 have them, and only keys of a single value can be used.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

Context = Mapping[str, "str | tuple[str, ...]"]
"""What is known of a request: condition keys in lower case, each with its value or its values."""

_VARIABLE = regex(r"\$\{([^}']*?(?:'[^']*'[^}']*)?)\}")
_DEFAULT = regex(r"(.*?),\s*'(.*)'\s*\Z", re.DOTALL)
_CHARACTERS = frozenset("*?$")


class Variable(NamedTuple):
    """A condition key in a pattern, in lower case, and what stands there when the request has none."""

    key: str
    default: str | None = None


def split(text: str) -> tuple[str | Variable, ...]:
    """The parts of a pattern. The characters `${*}`, `${?}` and `${$}` become variables that are always
    known."""
    if "${" not in text:
        return (text,)
    parts: list[str | Variable] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        if found.start() > at:
            parts.append(text[at : found.start()])
        parts.append(_variable(found[1]))
        at = found.end()
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts)


def _variable(inside: str) -> Variable:
    if inside in _CHARACTERS:
        return Variable("", inside)
    given = _DEFAULT.match(inside)
    if given:
        return Variable(given[1].strip().lower(), given[2])
    return Variable(inside.strip().lower())


def resolve(variable: Variable, context: Context) -> str | None:
    """What the variable stands for; None when the request has no single value for it, and no default is
    given."""
    value = context.get(variable.key)
    return value if isinstance(value, str) else variable.default


def expand(parts: tuple[str | Variable, ...], context: Context) -> str | None:
    """The text with every variable replaced; None when one stands for nothing."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, Variable):
            value = resolve(part, context)
            if value is None:
                return None
            out.append(value)
        else:
            out.append(part)
    return "".join(out)
