"""The poller of one stream for one mapping: which of its shards are read, from where, and in which order.

1. Where reading begins is decided for all shards at the moment at which the mapping is enabled first. A shard that
   appears later is read from its beginning, once its parents are through.
2. Word of a new record gives it to its lane, in the thread of whoever put it there.
3. A mapping that is disabled keeps its place, with what it has read and not brought to an end.
"""

from __future__ import annotations

import threading

from course.cloud.api.mapping import Mapping
from course.cloud.sources.filters import Filters
from course.cloud.sources.ground import Ground
from course.cloud.sources.polling import may_read
from course.cloud.sources.shard import Shard
from course.cloud.sources.stream_delivery import StreamDelivery
from course.cloud.sources.stream_records import StreamType, filters
from course.cloud.sources.streams import ShardState

_AFTER_OUR_BUG = 1.0
"""Seconds until a stream is looked at again when a look fell over."""


class StreamPoller:
    """A `kinds.Poller`, and the `Place` of its lanes."""

    def __init__(self, mapping: Mapping, ground: Ground, kind: StreamType) -> None:
        self.ground = ground
        self.kind = kind
        self.delivery = StreamDelivery(ground, kind)
        self.lock = threading.RLock()
        self.on = False
        self._settings = (mapping, filters(kind, mapping))
        self._starts: dict[str, int] | None = None
        self._shards: dict[str, Shard] = {}
        self._through: set[str] = set()

    def start(self) -> None:
        with self.lock:
            self.on = True
            for shard in self._shards.values():
                shard.wake()
        self.notify()

    def stop(self) -> None:
        with self.lock:
            self.on = False
            for shard in self._shards.values():
                shard.halt()

    def change(self, mapping: Mapping) -> None:
        with self.lock:
            self._settings = (mapping, filters(self.kind, mapping))
            for shard in list(self._shards.values()):
                shard.divide(_lanes(mapping))

    def notify(self) -> None:
        try:
            with self.lock:
                if self.on:
                    if self._starts is None:
                        self._starts = self._positions()
                    self._look()
        except Exception as error:
            # Ours or the store's. Whoever put a record there has done so, and nothing that was read is lost.
            ground = self.ground
            ground.ledger.note("InternalFailure", self._settings[0].uuid, because=repr(error))
            ground.work.at(ground.clock.now() + _AFTER_OUR_BUG, self.notify)

    def settings(self) -> tuple[Mapping, Filters]:
        return self._settings

    def rested(self) -> None:
        for shard in self._shards.values():
            shard.rested()
        if any(shard.empty for shard in self._shards.values()) and self.on:
            self._end_shards()

    def _positions(self) -> dict[str, int]:
        mapping, _ = self._settings
        members = mapping.members
        moment = float(members.get("StartingPositionTimestamp") or 0)
        streams = self.ground.streams[self.kind.service]
        return {
            shard.id: streams.position(mapping.source_arn, shard.id, members["StartingPosition"], moment)
            for shard in streams.shards(mapping.source_arn)
        }

    def _look(self) -> None:
        """Begin with shards that can be read now, and give what is new to the lanes."""
        if not may_read(self.ground, self._settings[0]):
            return
        self._begin_shards(self._states())
        for shard in list(self._shards.values()):
            shard.pull()
        self._end_shards()

    def _states(self) -> list[ShardState]:
        mapping, _ = self._settings
        return self.ground.streams[self.kind.service].shards(mapping.source_arn)

    def _begin_shards(self, states: list[ShardState]) -> None:
        known = {state.id for state in states}
        for state in states:
            ahead = [parent for parent in state.parents if parent in known and parent not in self._through]
            # An open shard that is through belongs to another stream, made under the name of one deleted.
            fresh = state.id not in self._shards and (state.open or state.id not in self._through)
            if not ahead and fresh:
                after = (self._starts or {}).get(state.id, 0)
                self._shards[state.id] = Shard(self, state.id, after, _lanes(self._settings[0]))

    def _end_shards(self) -> None:
        """Let go of closed shards that are through; their children can begin."""
        closed = [state.id for state in self._states() if not state.open and state.id in self._shards]
        for id in closed:
            self._shards[id].pull()  # what came between the last look and the closing
        ended = [id for id in closed if self._shards[id].empty]
        if not ended:
            return
        for id in ended:
            del self._shards[id]
            self._through.add(id)
        self._look()


def _lanes(mapping: Mapping) -> int:
    return int(mapping.members.get("ParallelizationFactor") or 1)
