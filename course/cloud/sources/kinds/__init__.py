"""The kinds of event source that a mapping can have, one a file.

A module of this package that has a `KIND` takes part: a new one needs no entry anywhere.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import NamedTuple, Protocol

from course.cloud.api.mapping import Mapping
from course.cloud.api.stored import Parameters
from course.cloud.model import Function
from course.cloud.sources.ground import Ground


class Poller(Protocol):
    """What does the work of one mapping, from its creation until it is deleted. None of its methods blocks."""

    def start(self) -> None:
        """The mapping is enabled: poll. Called again after `stop`; where it stopped is remembered."""
        ...

    def stop(self) -> None:
        """Fetch nothing any more; a batch that a function has is brought to its end."""
        ...

    def change(self, mapping: Mapping) -> None:
        """New settings, for the batches from now on."""
        ...

    def notify(self) -> None:
        """The source may have something new. Called in the thread of whoever put it there."""
        ...


Check = Callable[[str, Parameters, Function, Ground, "Mapping | None"], Parameters]
"""Called with the source's ARN, the settings given, the function, and the mapping before a change.

Gives all settings with defaults and raises AwsError, as `Sources.completed`.
"""


class Kind(NamedTuple):
    """A kind of source: `service` is the third part of its ARNs."""

    service: str
    check: Check
    poller: Callable[[Mapping, Ground], Poller]


def kinds() -> dict[str, Kind]:
    """Every kind of this package, by service."""
    found = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        kind = getattr(importlib.import_module(module.name), "KIND", None)
        if isinstance(kind, Kind):
            found[kind.service] = kind
    return found
