"""One shard as one mapping reads it: how far it was read, and the lanes through which its records go."""

from __future__ import annotations

import hashlib

from course.cloud.sources.lane import Lane, Place
from course.cloud.sources.streams import StreamRecord


class Shard:
    """All methods are called while the place's lock is held."""

    def __init__(self, place: Place, id: str, after: int, lanes: int) -> None:
        self._place = place
        self.id = id
        self._read = after
        self._lanes = [Lane(place, id) for _ in range(lanes)]
        self._wanted = lanes

    def pull(self) -> None:
        """Give what is new to the lanes."""
        arn = self._place.settings()[0].source_arn
        streams = self._place.ground.streams[self._place.kind.service]
        given: dict[Lane, None] = {}
        for record in streams.read(arn, self.id, self._read):
            self._read = record.number
            lane = self._lane(record)
            lane.queue.append(record)
            given[lane] = None
        for lane in given:
            lane.hear()

    def wake(self) -> None:
        for lane in self._lanes:
            lane.wake()

    def halt(self) -> None:
        for lane in self._lanes:
            lane.halt()

    def divide(self, lanes: int) -> None:
        """Work with that many lanes, as soon as no record of a key can overtake another one by it."""
        self._wanted = lanes
        for lane in self._lanes:
            lane.closing = lanes != len(self._lanes)
        self.rested()
        self.wake()  # other settings may have changed too

    def rested(self) -> None:
        """A lane has nothing to do for now."""
        if self._wanted == len(self._lanes) or not all(lane.idle for lane in self._lanes):
            return
        records = sorted(
            (record for lane in self._lanes for record in lane.drain()), key=lambda record: record.number
        )
        self._lanes = [Lane(self._place, self.id) for _ in range(self._wanted)]
        for record in records:
            self._lane(record).queue.append(record)
        self.wake()

    @property
    def empty(self) -> bool:
        """Whether every record that was read has its fate."""
        return all(lane.empty for lane in self._lanes)

    def _lane(self, record: StreamRecord) -> Lane:
        digest = hashlib.md5(record.key.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
        return self._lanes[int.from_bytes(digest, "big") % len(self._lanes)]
