"""What an event source mapping needs of SQS: messages, and word of when there may be more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """A message as one receive gave it. `attributes` are SQS's own, `message_attributes` the sender's."""

    id: str
    receipt: str
    body: str
    md5: str
    attributes: Mapping[str, str]
    message_attributes: Mapping[str, Mapping[str, object]]
    md5_of_attributes: str


@dataclass(frozen=True)
class QueueSettings:
    """What the checks of a mapping ask of a queue. Times are seconds."""

    visibility: int
    fifo: bool


class Queues(Protocol):
    """The queues of one account and Region, by ARN."""

    def settings(self, arn: str) -> QueueSettings | None:
        """None if there is no such queue."""
        ...

    def receive(self, arn: str, most: int) -> list[Message]:
        """Up to `most` messages that are visible now, which makes them invisible; none if the queue is gone."""
        ...

    def delete(self, arn: str, messages: Sequence[Message]) -> list[Message]:
        """Delete what was received. Gives those that were still there: visible again to others they may be gone."""
        ...

    def next_change(self, arn: str, since: float) -> float | None:
        """The first moment after `since` at which a message became or becomes visible by itself; None if none does.

        Moments are epoch seconds.
        """
        ...

    def watch(self, notify: Callable[[str], None]) -> None:
        """From now on call `notify` with a queue's ARN, in the thread that causes it, when something changed there:
        a message sent or made visible, deleted or received by others."""
        ...
