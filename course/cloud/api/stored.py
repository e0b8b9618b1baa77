"""Functions, their versions and layers as the control plane keeps them.

Values are frozen; `Stored`, the function itself, is changed under the account's lock. What other nouns attach to a
function lies on its shelves, by qualifier, and goes when the function or the qualifier does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from course.cloud.api.code import Package

Parameters = dict[str, Any]
T = TypeVar("T")

LATEST = "$LATEST"


@dataclass(frozen=True)
class LayerVersion:
    """One published version of a layer. `members` are those of the request that are answered as they were sent."""

    arn: str
    number: int
    package: Package
    members: Parameters
    created: float

    @property
    def layer_arn(self) -> str:
        """The ARN without the version."""
        return self.arn.rpartition(":")[0]


@dataclass(frozen=True)
class Version:
    """Code and configuration under one number, or under $LATEST.

    `fingerprint` changes with code or configuration only, `revision` with everything that AWS counts as a change.
    """

    number: str
    package: Package
    configuration: Parameters
    layers: tuple[LayerVersion, ...]
    revision: str
    fingerprint: str
    modified: float
    source: str = ""
    """The fingerprint of the $LATEST that was published."""


@dataclass
class Stored:
    """A function. The versions are in the order in which they were published."""

    name: str
    latest: Version
    tags: dict[str, str]
    versions: dict[str, Version] = field(default_factory=dict)
    published: int = 0
    """The number of the version that was published last; numbers are never given twice."""
    shelves: dict[type, dict[str, Any]] = field(default_factory=dict)

    def shelf(self, kind: type[T]) -> dict[str, T]:
        """What one noun keeps for this function, by qualifier; `$LATEST` stands for the function itself."""
        return cast("dict[str, T]", self.shelves.setdefault(kind, {}))

    def forget(self, qualifier: str) -> None:
        """Take what belongs to a qualifier from every shelf."""
        for shelf in self.shelves.values():
            shelf.pop(qualifier, None)

    def every(self) -> list[Version]:
        """$LATEST and all published versions."""
        return [self.latest, *self.versions.values()]
