"""Buckets as event sources: what happens to their objects goes to functions, queues, topics and the default bus.

A notification is on its way when the request that caused it is answered. S3 has no dead-letter queue: what cannot be
delivered is dropped, and the ledger says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from course.cloud.clock import Clock
from course.cloud.sources import s3
from course.cloud.sources.delivery import Deliveries, Delivery

PRINCIPAL = "s3.amazonaws.com"


class Marks(NamedTuple):
    """What S3 gives to a request: its moment, its place in the order of events of one object, and two ids."""

    at: float
    sequencer: str
    request: str
    host: str


class Buckets:
    """Told by the store of what happens."""

    def __init__(
        self,
        deliveries: Deliveries,
        put_event: Callable[[dict[str, Any]], None],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._deliveries = deliveries
        self._put_event = put_event
        self._clock = clock
        self._new_id = new_id
        self._lock = threading.Lock()
        self._last = 0

    def marks(self) -> Marks:
        """Fresh ones. Sequencers rise, so that they can be compared as strings."""
        at = self._clock.now()
        with self._lock:
            self._last = max(self._last + 1, int(at * 1e6))
            sequencer = f"{self._last:018X}"
        first, second = self._new_id().replace("-", "").upper(), self._new_id().replace("-", "")
        return Marks(at, sequencer, first[:16], f"{first[16:]}{second}/{second[:11]}=")

    def happened(
        self, happening: s3.Happening, notifications: Iterable[s3.Notification], to_bus: bool
    ) -> None:
        """Tell everyone who wants to know."""
        for notification in notifications:
            if notification.wants(happening):
                self._send(happening.bucket, notification.arn, s3.record(happening, notification.id))
        if to_bus:
            self._put_event(s3.event(happening, self._new_id()))

    def configured(self, bucket: str, arns: Iterable[str]) -> None:
        """Test queues and topics that were named in a configuration."""
        marks = self.marks()
        for arn in dict.fromkeys(arns):
            self._send(bucket, arn, s3.test_event(bucket, marks.at, marks.request, marks.host))

    def _send(self, bucket: str, arn: str, message: dict[str, Any]) -> None:
        self._deliveries.send(
            Delivery(
                id=self._new_id(),
                target=arn,
                body=json.dumps(message, separators=(",", ":")),
                principal=PRINCIPAL,
                source_arn=f"arn:aws:s3:::{bucket}",
                subject="Amazon S3 Notification",
            )
        )
