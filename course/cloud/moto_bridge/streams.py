"""The streams of one cloud and the Time to Live of its tables, built and wired to moto."""

from __future__ import annotations

from collections.abc import Mapping

from course.cloud.engine.work import Work
from course.cloud.moto_bridge import patches, ttl_watch
from course.cloud.moto_bridge.dynamodb_store import MotoDynamoStreams
from course.cloud.moto_bridge.kinesis_store import MotoKinesis
from course.cloud.moto_bridge.ttl import MotoTables
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.streams import Streams
from course.cloud.sources.ttl import TimeToLive
from course.cloud.virtual_clock import VirtualClock


class MotoStreams:
    """`stores` are for `Ground`."""

    def __init__(self, clock: VirtualClock, work: Work, ledger: Ledger) -> None:
        self._kinesis = MotoKinesis(clock)
        self._dynamodb = MotoDynamoStreams(clock)
        self.stores: Mapping[str, Streams] = {"kinesis": self._kinesis, "dynamodb": self._dynamodb}
        self._written = TimeToLive(MotoTables(), clock, work, ledger).written
        patches.apply()
        ttl_watch.current.enter(self._written)

    def close(self) -> None:
        """Tell nobody of changes any more. May be called twice."""
        self._kinesis.close()
        self._dynamodb.close()
        ttl_watch.current.leave(self._written)
