"""What the models of AWS's services say of operations besides their parameters: pages, batches and exceptions.

Reads the dated snapshot `data/boto3_models.txt`, of each the services that are asked for; of services that it does
not hold nothing is known.
"""

from __future__ import annotations

from functools import lru_cache

from lint_rules.engine.analysis.sdk import operation_names, section, waited_for, waiter_names
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_BORDER = regex(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FILE = "boto3_models.txt"


class Pages(NamedTuple):
    """How an operation answers page by page: the members of the answer that say that there is more, the parameters
    that ask for it, the members that go on, and the parameter that limits a page, if there is one."""

    told: frozenset[str]
    asked: frozenset[str]
    results: tuple[str, ...]
    limit: str


class Batch(NamedTuple):
    """What an operation takes at once: by parameter, with "*" for a key, the most entries; `failed` are the members of
    the answer that tell which entries were not done."""

    longest: dict[str, int]
    failed: tuple[str, ...]


def pages_of(service: str, operation: str) -> Pages | None:
    """The pages of an operation; None where it has none, or nothing is known."""
    return _known(service)[1].get(operation)


def batch_of(service: str, operation: str) -> Batch | None:
    """What an operation takes at once; None where nothing is known."""
    return _known(service)[2].get(operation)


def exceptions_of(service: str) -> frozenset[str]:
    """The exceptions that a client of a service has, those of botocore itself for "-"; empty where nothing is
    known."""
    return _known(service)[0]


def is_unknown_exception(service: str, name: str) -> bool:
    """Whether a client of a service certainly has no exception of a name. ClientError and `from_code` all have."""
    known = exceptions_of(service)
    return bool(known) and name not in known and name not in ("ClientError", "from_code") and name[:1] != "_"


def is_unknown_name(getter: str, service: str, name: str) -> bool:
    """Whether a client of a service certainly has no waiter or paginator of a name, as `get_waiter` and
    `get_paginator` take it."""
    if not exceptions_of(service):
        return False
    if getter == "get_waiter":
        return waited_for(service, name) is None
    return not any(name.replace("_", "").lower() == each.lower() for each in _known(service)[1])


def names_of(kind: str, service: str) -> list[str]:
    """The names that a service has for an "exception", a "waiter", a "paginator" or a "method", as code writes
    them."""
    if kind == "exception":
        return sorted(filter(None, exceptions_of(service)))
    if kind == "waiter":
        return waiter_names(service)
    known = {*_known(service)[1]} if kind == "paginator" else {*operation_names(service)}
    return sorted(_BORDER.sub("_", name).lower() for name in known)


@lru_cache(maxsize=256)
def _known(service: str) -> tuple[frozenset[str], dict[str, Pages], dict[str, Batch]]:
    names: frozenset[str] = frozenset()
    pages: dict[str, Pages] = {}
    batches: dict[str, Batch] = {}
    for line in section(_FILE, service):
        kind, *words = line.split(" ")
        if kind == "e":
            names = frozenset(words)
        elif kind == "p":
            by_mark = {word[0]: word[1:] for word in words[1:]}
            told, asked = (frozenset(by_mark[mark].split(",")) for mark in "><")
            results = tuple(filter(None, by_mark["="].split(",")))
            pages[words[0]] = Pages(told, asked, results, by_mark.get("#", ""))
        else:
            failed = tuple(word[1:] for word in words[1:] if word[0] == "!")
            pairs = [word.partition(":") for word in words[1:] if word[0] != "!"]
            batches[words[0]] = Batch({name: int(most) for name, _, most in pairs}, failed)
    return names, pages, batches
