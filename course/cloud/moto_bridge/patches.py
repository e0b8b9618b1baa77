"""How moto is changed: functions of ours in place of some of its own, each with the hash of the source it stands for.

Patches are put in when moto has loaded the module, since loading all of them would cost seconds. They stay for the
life of the process and speak to the cloud that was opened last; without an open cloud moto is what it was.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from course.cloud.moto_bridge.reliance import digest, relies_on

Function = Callable[..., Any]
T = TypeVar("T")


@dataclass
class Patch:
    """`name` in `module` is replaced by what `wrap` makes of it; of a property, the getter is.

    `source` is the start of the SHA-256 of the source that it had when the patch was written.
    """

    module: str
    name: str
    source: str
    wrap: Callable[[Function], Function]
    original: Function | None = field(default=None)

    def apply(self) -> None:
        """Put it in, unless its module is not loaded or it is in already."""
        module = sys.modules.get(self.module)
        if module is None or self.original is not None:
            return
        *path, last = self.name.split(".")
        owner = functools.reduce(getattr, path, module)
        found: Any = getattr(owner, last)
        original: Any = found.fget if isinstance(found, property) else found
        self.original = original
        made = functools.wraps(original)(self.wrap(original))
        setattr(owner, last, property(made) if isinstance(found, property) else made)

    def digest(self) -> str:
        """That of the source that moto has. It must be loaded."""
        assert self.original is not None
        return digest(self.original)


@dataclass
class StandIn:
    """What `module` of moto's imported as `name` is replaced, in that module alone, by what `make` gives for it."""

    module: str
    name: str
    make: Callable[[Any], object]
    in_place: bool = False

    def apply(self) -> None:
        """Put it in, unless its module is not loaded or it is in already."""
        module = sys.modules.get(self.module)
        if module is not None and not self.in_place:
            setattr(module, self.name, self.make(getattr(module, self.name)))
            self.in_place = True


PATCHES: list[Patch] = []
ADDITIONS: list[tuple[str, str, Function]] = []
STAND_INS: list[StandIn] = []


def patch(module: str, name: str, source: str) -> Callable[[Callable[[Function], Function]], Function]:
    """Declare one; the decorated function takes the original and gives what stands in for it."""

    def declare(wrap: Callable[[Function], Function]) -> Function:
        PATCHES.append(Patch(module, name, source, wrap))
        if source:
            relies_on(module, {name: source})
        return wrap

    return declare


def addition(module: str, owner: str) -> Callable[[Function], Function]:
    """Declare a method that a class of moto's lacks; the decorated function is it, and has its name."""

    def declare(method: Function) -> Function:
        ADDITIONS.append((module, owner, method))
        return method

    return declare


def stand_in(module: str, name: str) -> Callable[[Callable[[Any], object]], object]:
    """Declare one; the decorated function or class takes what is there and gives what stands in for it."""

    def declare(make: Callable[[Any], object]) -> object:
        STAND_INS.append(StandIn(module, name, make))
        return make

    return declare


def apply() -> None:
    """Put in every patch, addition and stand-in whose module is loaded by now."""
    for each in PATCHES:
        each.apply()
    for other in STAND_INS:
        other.apply()
    for module, name, method in ADDITIONS:
        owner = getattr(sys.modules.get(module), name, None)
        if owner is not None and not hasattr(owner, method.__name__):
            setattr(owner, method.__name__, method)


class Current(Generic[T]):
    """What the patches speak to: that of the cloud that was opened last."""

    def __init__(self) -> None:
        self._open: list[T] = []

    def enter(self, receiver: T) -> None:
        self._open.append(receiver)

    def leave(self, receiver: T) -> None:
        """May be called twice."""
        self._open = [other for other in self._open if other is not receiver]

    @property
    def it(self) -> T | None:
        return self._open[-1] if self._open else None
