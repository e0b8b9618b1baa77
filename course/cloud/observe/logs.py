"""What every format of a function's log shares: where lines go, what is billed, the tail of an invocation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from course.cloud import quotas
from course.cloud.model import Function
from course.cloud.runtime.output import Event


class LogSink(Protocol):
    """Where log events go."""

    def write(self, function: Function, stream: str, events: list[Event]) -> None:
        """Append events to a stream of the function's log group, making both as needed, if its role may do so."""
        ...


class Start(NamedTuple):
    """How a cold environment came up: milliseconds of INIT, or of the restore of a snapshot."""

    ms: float
    restored: bool


def billed(duration_ms: float, start: Start | None) -> int:
    """Billed milliseconds of an invocation of `duration_ms`. INIT counts; a restore is billed on its own.

    https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
    """
    init = start.ms if start is not None and not start.restored else 0.0
    return max(1, math.ceil(round(duration_ms + init, 2)))


def tail(events: Iterable[Event]) -> bytes:
    """The last 4 KB of an invocation's log, as `LogType=Tail` returns it (before base64)."""
    text = "".join(event.text if event.text.endswith("\n") else event.text + "\n" for event in events)
    return text.encode()[-quotas.LOG_TAIL :]
