"""What every poller stands on: time, threads, the ledger, the function's door, and the stores it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from course.cloud.engine.outbox import Outbox
from course.cloud.engine.work import Work
from course.cloud.model import Outcome
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.queues import Queues
from course.cloud.virtual_clock import VirtualClock


class Call(Protocol):
    """Runs a function for an event source."""

    def __call__(self, function_arn: str, payload: bytes, *, trace: str = "", subject: str = "") -> Outcome:
        """Invoke a function, version or alias and wait for it, in the caller's thread.

        `trace` is the header that travelled with the event, `subject` the mapping's UUID. Raises AwsError:
        TooManyRequests if it is throttled, ResourceNotFound if there is no such function.
        """
        ...


@dataclass(frozen=True)
class Ground:
    """Shared by all pollers of a cloud. Every kind of source adds the store that it reads."""

    clock: VirtualClock
    work: Work
    ledger: Ledger
    call: Call
    outbox: Outbox
    processed: Callable[[str, str], None]
    """Told a mapping's UUID and its new `LastProcessingResult`."""
    queues: Queues
