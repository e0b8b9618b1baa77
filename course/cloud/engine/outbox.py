"""How what happens inside Lambda reaches queues, topics, buses, buckets and other functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Undeliverable(Exception):
    """The target would not take it. `reason` is its complaint, as a sentence or AWS's own text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outbox(Protocol):
    """Sends in the caller's thread and returns when the target has it."""

    def send(
        self,
        target_arn: str,
        body: str,
        attributes: Mapping[str, str | int],
        *,
        group: str = "",
        trace: str = "",
        key: str = "",
    ) -> None:
        """Send `body` to the target of an ARN: SQS, SNS, an EventBridge bus, Lambda (as an event), or S3 at `key`.

        `attributes` become message attributes, of the type Number where the value is one; on a bus they are the
        entry's members `Source`, `DetailType` and `Resources` (ARNs with spaces between). `group` is the message
        group of a FIFO queue or topic, `trace` the header that travels along. Raises Undeliverable.
        """
        ...


class Accept(Protocol):
    """Lambda's own door for events."""

    def __call__(
        self,
        function_arn: str,
        payload: bytes,
        *,
        source: str = "",
        source_arn: str = "",
        trace: str | None = None,
    ) -> str:
        """Take an event for a function, version or alias, and return the request id; the function runs later.

        `source` is the service principal that sends it, `source_arn` the resource there; `trace` is the sender's
        trace header, by default that of the request which this thread serves. Raises AwsError if there is no such
        function or the payload is too large.
        """
        ...
