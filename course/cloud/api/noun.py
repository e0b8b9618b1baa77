"""The nouns of the API and the table of their operations.

Every module of this package that defines a `Noun` takes part: a new one needs no entry anywhere.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from course.cloud.api.account import Account
from course.cloud.api.stored import Parameters

Operation = Callable[[Parameters], Parameters]


class Noun:
    """A kind of resource. Its public methods are operations, in snake case; they raise AwsError."""

    def __init__(self, account: Account) -> None:
        self._account = account


def nouns() -> Iterator[type[Noun]]:
    """Every noun of this package."""
    package = importlib.import_module(__package__ or "course.cloud.api")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            own = isinstance(value, type) and value.__module__ == found.name
            if own and issubclass(value, Noun) and value is not Noun:
                yield value


def operations(account: Account) -> dict[str, Operation]:
    """What the control plane can do, by operation name in snake case."""
    table: dict[str, Operation] = {}
    for noun in nouns():
        made: Any = noun(account)
        table.update({name: getattr(made, name) for name in vars(noun) if not name.startswith("_")})
    return table


def page(
    items: list[Parameters],
    parameters: Parameters,
    most: int = 50,
    *,
    key: Callable[[Parameters], list[Any]],
) -> tuple[list[Parameters], str | None]:
    """One page of a list, and the marker of the next.

    A marker is the key of what was shown last, by which the list ascends, so that nothing is skipped when something
    that was shown is deleted before the next page.
    """
    limit = min(int(parameters.get("MaxItems") or most), most)
    marker = str(parameters.get("Marker") or "")
    start = 0
    if marker:
        with contextlib.suppress(ValueError, TypeError):  # not one of ours: from the beginning
            last = json.loads(base64.urlsafe_b64decode(marker))
            start = next((place for place, one in enumerate(items) if key(one) > last), len(items))
    end = start + limit
    if end >= len(items):
        return items[start:end], None
    return items[start:end], base64.urlsafe_b64encode(json.dumps(key(items[end - 1])).encode()).decode()
