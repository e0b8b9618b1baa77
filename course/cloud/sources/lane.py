"""A lane: records of one shard in order, one batch of them after the other with the function.

A shard has as many lanes as the mapping's parallelization factor, and all records of a key go through the same one.
A lane runs on a thread only while there is something to do; a timer wakes it for a retry, for a batching window and
for the end of a tumbling window.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from course.cloud import quotas
from course.cloud.api.mapping import Mapping
from course.cloud.errors import AwsError
from course.cloud.sources.filters import Filters
from course.cloud.sources.ground import Ground
from course.cloud.sources.sqs_records import encode
from course.cloud.sources.stream_delivery import Portion, StreamDelivery
from course.cloud.sources.stream_records import Held, StreamType, admitted, hold
from course.cloud.sources.streams import StreamRecord
from course.cloud.sources.tumbling import Window, window

_AROUND = 20
"""Bytes of an event besides its records and its window."""
_AFTER_OUR_BUG = 1.0
"""Seconds until a lane goes on when it fell over."""


class Place(Protocol):
    """What a lane belongs to."""

    lock: threading.RLock
    """Of the small state of all its lanes."""
    on: bool
    """Whether the mapping is enabled."""
    kind: StreamType
    ground: Ground
    delivery: StreamDelivery

    def settings(self) -> tuple[Mapping, Filters]:
        """Those for the next batch."""
        ...

    def rested(self) -> None:
        """A lane has nothing to do for now. Called with the lock held."""
        ...


class Lane:
    """`queue` may be added to by others while they hold the lock; then `hear` must follow."""

    def __init__(self, place: Place, shard: str) -> None:
        self._place = place
        self._shard = shard
        self.queue: deque[StreamRecord] = deque()
        self.closing = False
        """Whether no new batch is to be begun, because the lanes will be divided anew."""
        self._held: list[Held] = []
        self._size = 0
        self._held_since = 0.0
        self._portions: list[Portion] = []
        """The next one last."""
        self._window: Window | None = None
        self.running = False
        self._cancel: Callable[[], None] | None = None

    @property
    def empty(self) -> bool:
        """Whether everything that came in has its fate. The caller holds the lock."""
        return not (self.running or self.queue or self._held or self._portions or self._window)

    @property
    def idle(self) -> bool:
        """Whether it can be emptied into other lanes. The caller holds the lock."""
        return not (self.running or self._window)

    def drain(self) -> list[StreamRecord]:
        """Take out all that is still to be delivered. The caller holds the lock, and it is idle."""
        self._forget_timer()
        records = [held.record for held in self._held]
        records += [record for portion in self._portions for record in portion.records]
        records += self.queue
        self._held, self._size = [], 0
        self._portions.clear()
        self.queue.clear()
        return records

    def hear(self) -> None:
        """There may be something new. The caller holds the lock."""
        if not (self._portions and self._cancel):  # a retry waits for its moment
            self.wake()

    def wake(self) -> None:
        """Go on. The caller holds the lock."""
        if not self.running and self._place.on:
            self._forget_timer()
            self.running = True
            self._place.ground.work.start(self._run)

    def halt(self) -> None:
        """Begin nothing any more; what runs comes to its end. The caller holds the lock."""
        self._forget_timer()

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except Exception as error:
            place = self._place
            mapping, _ = place.settings()
            place.ground.ledger.note("InternalFailure", mapping.uuid, because=repr(error), shard=self._shard)
            self._rest(place.ground.clock.now() + _AFTER_OUR_BUG)

    def _turn(self) -> bool:
        """One step; False if the lane rests now."""
        place = self._place
        now = place.ground.clock.now()
        if not place.on:
            return self._rest(None)
        mapping, filters = place.settings()
        if not self._portions:
            self._take(mapping, filters, now)
        if not self._portions:
            return self._rest(self._due(mapping), listening=not self.closing)
        portion = self._portions[-1]
        if portion.not_before > now:
            return self._rest(portion.not_before)
        length = int(mapping.members.get("TumblingWindowInSeconds") or 0)
        if length and self._window is None:  # the one before it ended early
            self._window = window(portion.records[0].at, length)
        left, self._window = place.delivery.deliver(mapping, self._shard, portion, self._window)
        self._portions[-1:] = left[::-1]
        if self._window is not None and self._window.early and portion.batch:
            self._portions.append(Portion([]))
        return True

    def _take(self, mapping: Mapping, filters: Filters, now: float) -> None:
        """Put the next batch together, if it is complete."""
        if self.closing and self._window is None:
            return
        place, length = self._place, int(mapping.members.get("TumblingWindowInSeconds") or 0)
        room = quotas.SYNC_PAYLOAD - _AROUND
        if self._window is not None:
            room -= len(encode(self._window.members(self._shard, mapping.source_arn, final=False)))
        role, full, over = "", False, False
        while self.queue and len(self._held) < mapping.batch_size:
            record = self.queue[0]
            over = self._window is not None and record.at >= self._window.end
            if over:
                break
            if not admitted(place.kind, filters, record):
                self.queue.popleft()
                place.delivery.filtered(mapping, record)
                continue
            role = role or self._role(mapping)
            held = hold(place.kind, mapping, role, record)
            full = bool(self._held) and self._size + len(held.json) > room
            if full:
                break
            self.queue.popleft()
            self._held.append(held)
            self._size += len(held.json) + 1
            if len(self._held) == 1:
                self._held_since = now
            if length and self._window is None:
                self._window = window(record.at, length)
        full = full or len(self._held) >= mapping.batch_size
        over = over or (self._window is not None and now >= self._window.end)
        if self._held and (full or over or now >= self._held_since + mapping.window):
            place.delivery.polled(mapping, self._shard, self._held)
            self._portions = [Portion(self._held)]
            self._held, self._size = [], 0
        elif not self._held and over:
            self._portions = [Portion([])]

    def _role(self, mapping: Mapping) -> str:
        if not self._place.kind.identity:
            return ""
        try:
            return self._place.ground.call.role(mapping.function_arn)
        except AwsError:  # the call will say what is wrong
            return ""

    def _due(self, mapping: Mapping) -> float | None:
        """When something happens by itself."""
        if self.closing and self._window is None:
            return None  # what is held goes to other lanes
        moments = [self._held_since + mapping.window] if self._held else []
        moments += [self._window.end] if self._window else []
        return min(moments, default=None)

    def _rest(self, until: float | None, *, listening: bool = False) -> bool:
        place = self._place
        with place.lock:
            if listening and self.queue and place.on:
                return True
            self.running = False
            if until is not None and place.on:
                self._cancel = place.ground.work.at(until, self._due_now)
            place.rested()
        return False

    def _due_now(self) -> None:
        with self._place.lock:
            self.wake()

    def _forget_timer(self) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            cancel()
