"""The ARNs of the resources that a call names: patterns of the Service Authorization Reference, filled in.

A part of a pattern comes from the parameters that `data/iam_parameters.txt` names, from a parameter of the same
name, or from an ARN that fits the pattern. What only the service knows, such as the key behind an alias, a
`Lookup` may tell.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from lint_rules.engine.iam.actions import ActionFacts, resource_patterns
from lint_rules.engine.iam.asking import Place
from lint_rules.engine.iam.calls import values_at
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import Any

Lookup = Callable[[str, str], "str | None"]
"""From a type of resource (secretsmanager:Secret) and what the call says of it, to its ARN, if it is known."""

_TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "iam_parameters.txt")
_QUALIFIED = frozenset({"lambda:function", "states:statemachine"})
"""Types that a call may name with a version or an alias after a colon."""
_PART = regex(r"\$\{(\w+)\}")
_OPEN = regex(r"\$\{\w+\}")


def nobody_knows(kind: str, said: str) -> str | None:
    """A Lookup without knowledge."""
    return None


def arns(
    prefix: str,
    facts: ActionFacts,
    parameters: Mapping[str, Any],
    place: Place,
    lookup: Lookup = nobody_knows,
) -> tuple[str, ...]:
    """The resources of one action of a call: those of the required types, or else of the optional ones, that
    the parameters name. When they name none of the required, it has `*` for what is missing; an action that
    takes no resource, or of which no optional one is named, has `*` alone."""
    patterns = resource_patterns(prefix)
    required = [kind for kind, must in facts.resources if must and kind in patterns]
    kinds = required or [kind for kind, _ in facts.resources if kind in patterns]
    found: list[str] = []
    for kind in kinds:
        found += _filled(prefix, kind, patterns[kind], parameters, place, lookup)
    if required and not found:
        found.append(_OPEN.sub("*", _placed(patterns[required[0]], place)))
    return tuple(dict.fromkeys(found)) or ("*",)


def _filled(
    prefix: str, kind: str, pattern: str, parameters: Mapping[str, Any], place: Place, lookup: Lookup
) -> Iterator[str]:
    """The ARNs of one type that the parameters name in full."""
    whole = _shape(pattern, f"{prefix}:{kind}" in _QUALIFIED)
    parts = [part for part in _PART.findall(pattern) if part not in ("Partition", "Region", "Account")]
    choices: list[list[str]] = []
    for part in parts:
        names: list[str] = []
        for text in _texts(prefix, kind, part, parameters):
            known = lookup(f"{prefix}:{kind}", text) or (text if text.startswith("arn:") else None)
            if known is None:
                names.append(text)
            elif whole.match(known):
                yield known
        choices.append(names)
    if not parts or not all(choices):
        return
    base = _placed(pattern, place)
    for first in choices[0]:
        values = [first, *(texts[0] for texts in choices[1:])]
        text = base
        for part, value in zip(parts, values, strict=True):
            text = text.replace(f"${{{part}}}", value)
        yield text


def _texts(prefix: str, kind: str, part: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What the parameters say of one part: the first of its parameters that is set, all items of a list."""
    table = _table().get(prefix, {})
    paths = table.get(f"{kind}.{part}") or table.get(part) or ()
    for path in (*paths, part):
        if path.startswith("'"):
            return (path.strip("'"),)
        found = tuple(_name(prefix, value) for value in values_at(parameters, path) if isinstance(value, str))
        if found:
            return found
    return ()


def _name(prefix: str, text: str) -> str:
    """A name as ARNs hold it: of a parameter without its leading slash, of a provider without its scheme."""
    if prefix == "ssm" and text.startswith("/"):
        return text[1:]
    if prefix == "iam" and text.startswith("https://"):
        return text[len("https://") :]
    return text


def _placed(pattern: str, place: Place) -> str:
    return (
        pattern.replace("${Partition}", place.partition)
        .replace("${Region}", place.region)
        .replace("${Account}", place.account)
    )


@lru_cache(maxsize=512)
def _shape(pattern: str, qualified: bool) -> re.Pattern[str]:
    """The ARNs that a pattern stands for; a part may hold slashes, but no colon."""
    pieces = re.split(r"\$\{\w+\}", pattern)
    return re.compile("[^:]*".join(map(re.escape, pieces)) + (r"(:[^:]+)?\Z" if qualified else r"\Z"))


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    table: dict[str, dict[str, tuple[str, ...]]] = {}
    with open(_TABLE, encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                prefix, *entries = line.split()
                pairs = (entry.split("=") for entry in entries)
                table[prefix] = {part: tuple(paths.split(",")) for part, paths in pairs}
    return table
