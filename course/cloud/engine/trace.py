"""The trace header: `Root=1-…;Parent=…;Sampled=0;Lineage=1:…:…`.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader

AWS's SDKs send the header of the invocation that they run in with every call, and what such a call sets off carries
it further: through queues, topics, buses and buckets to the next function. That is also how Lambda finds loops.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import unquote

from course.cloud.clock import Clock

_served: ContextVar[str] = ContextVar("trace", default="")


def served() -> str:
    """The trace header of the request that this thread serves; empty if there is none."""
    return _served.get()


@contextmanager
def serving(header: str | None) -> Iterator[None]:
    """While inside, what this thread sets off carries that header."""
    token = _served.set(unquote(header or ""))  # SDKs quote the bar between two lineages
    try:
        yield
    finally:
        _served.reset(token)


def parse(header: str) -> dict[str, str]:
    """The fields of a header, in their order. What cannot stand in a line of ASCII is left out: it becomes one."""
    fields = (field.strip() for field in header.split(";"))
    pairs = (field.partition("=") for field in fields if field.isascii() and field.isprintable())
    return {name: value for name, equals, value in pairs if equals and name}


def render(fields: Mapping[str, str]) -> str:
    """The header of the fields."""
    return ";".join(f"{name}={value}" for name, value in fields.items())


class Traces:
    """Begins traces. Ids come from `chance`."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance

    def begin(self) -> str:
        """The header of a new trace that nobody asked to sample."""
        root = f"1-{int(self._clock.now()):08x}-{self._chance.getrandbits(96):024x}"
        return f"Root={root};Parent={self._chance.getrandbits(64):016x};Sampled=0"

    def follow(self, header: str | None) -> str:
        """That header, completed where it lacks what every trace has; a new one for none."""
        fields = parse(header or "")
        return render({**parse(self.begin()), **fields}) if fields else self.begin()
