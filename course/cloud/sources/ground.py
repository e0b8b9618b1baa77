"""What every poller stands on: time, threads, the ledger, the function's door, and the stores it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from course.cloud.engine.outbox import Outbox
from course.cloud.engine.work import Work
from course.cloud.iam.rights import EVERY_RIGHT, Rights
from course.cloud.model import Outcome
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.queues import Queues
from course.cloud.sources.streams import Streams
from course.cloud.virtual_clock import VirtualClock


class Call(Protocol):
    """Runs a function for an event source."""

    def __call__(self, function_arn: str, payload: bytes, *, trace: str = "") -> Outcome:
        """Invoke a function, version or alias and wait for it, in the caller's thread.

        `trace` is the header that travelled with the event. Raises AwsError: TooManyRequests if it is throttled,
        ResourceNotFound if there is no such function, RecursiveInvocation if it is stopped in a loop.
        """
        ...

    def role(self, function_arn: str) -> str:
        """The ARN of the function's execution role. Raises ResourceNotFound."""
        ...


class Board(Protocol):
    """All mappings of the cloud, as one poller sees them."""

    def processed(self, uuid: str, result: str) -> None:
        """A mapping has a new `LastProcessingResult`."""
        ...

    def notify(self, source_arn: str, besides: object = None) -> None:
        """Tell the other pollers of a source that something changed there."""
        ...


@dataclass
class Ground:
    """Shared by all pollers of a cloud. Every kind of source adds the store that it reads."""

    clock: VirtualClock
    work: Work
    ledger: Ledger
    call: Call
    outbox: Outbox
    queues: Queues
    streams: Mapping[str, Streams] = field(default_factory=dict)
    """By service: the third part of a stream's ARN."""
    new_id: Callable[[], str] = str
    """Makes request ids for what never became a request."""
    rights: Rights = EVERY_RIGHT
    """Says what a function's role lacks, in whose name sources are read and destinations written."""
    board: Board = field(init=False)
    """`Mappings` puts itself here."""
