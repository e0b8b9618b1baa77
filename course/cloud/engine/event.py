"""An accepted event, as a frozen value, and what decides about it.

The directory is the control plane's side of it: events are accepted for a name and meet, at each attempt, the code
and the settings that stand behind it then.

The ledger tells of an event, under its request id: `event.accepted`; `event.attempt` for each run, with its number,
outcome and the event's age; `event.throttled` and `event.failure` (ours) for what was no run; `event.retried` with the
seconds until the next; one of `event.processed` and `event.dropped`, with the condition; and for each record or dead
letter one of `event.destination`, `event.dead-lettered` and `event.undelivered`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from course.cloud.model import Function, Outcome

Condition = Literal[
    "Success", "RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency", "RecursiveLoop"
]
RETRIES = 2
MAXIMUM_AGE = 6 * 3600.0


class Addressee(NamedTuple):
    """A function, or one of its versions or aliases: its ARN as called, and with `$LATEST` where nothing is named."""

    name: str
    arn: str
    qualified: str


class Terms(NamedTuple):
    """How events of an addressee are handled. `age` is seconds; the others are ARNs, empty where there is none.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """

    retries: int = RETRIES
    age: float = MAXIMUM_AGE
    on_success: str = ""
    on_failure: str = ""
    dead_letter: str = ""
    role: str = ""
    """The ARN of the role in whose name Lambda sends there."""


class Directory(Protocol):
    """What the control plane knows of the functions that events are for."""

    def addressee(self, function_arn: str) -> Addressee:
        """What an ARN or a name stands for. Raises ResourceNotFound, and AccessDenied for another account."""
        ...

    def target(self, to: Addressee) -> Function:
        """The version that runs this attempt. Raises ResourceNotFound if it has gone."""
        ...

    def terms(self, to: Addressee) -> Terms:
        """How its events are handled now. Raises ResourceNotFound if it has gone."""
        ...

    def may_recurse(self, name: str) -> bool:
        """Whether the function may call itself without end."""
        ...

    def closed(self, name: str) -> bool:
        """Whether the function has a reserved concurrency of 0 and cannot run at all."""
        ...


@dataclass(frozen=True)
class Event:
    """An event and how far it has come. `accepted` is epoch seconds."""

    id: str
    to: Addressee
    payload: bytes
    trace: str
    accepted: float
    tenant: str = ""
    """For whom it is, where the function isolates tenants."""
    runs: int = 0
    """How often the function ran for it."""
    pushed_back: int = 0
    """How often in a row it was not let in."""
    function: Function | None = None
    outcome: Outcome | None = None
    """What ran last, and how that ended; None until it ran."""
    carried: str = ""
    """The trace header with which it ran last."""
    refusal: tuple[int, str] = (200, "")
    """The status and the message with which it was pushed back last, until it runs again."""
