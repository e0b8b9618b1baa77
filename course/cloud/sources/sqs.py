"""The poller of one SQS queue for one mapping.

1. Word of a change at the queue, or the moment at which a message becomes visible, starts a worker.
2. A worker fetches a batch, hands it to the function, deletes what was processed, and fetches the next. When there
   is nothing it ends, and a timer waits for the next message that becomes visible by itself.
3. With a batching window, what was fetched is held until there is a full batch or the window is over.
4. A batch that is throttled is tried again after 1, 2, 4 … seconds until its messages become visible to others.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from course.cloud.api.mapping import Mapping
from course.cloud.sources.filters import Filters
from course.cloud.sources.ground import Ground
from course.cloud.sources.polling import may_read
from course.cloud.sources.queues import Message
from course.cloud.sources.scaling import Scaling
from course.cloud.sources.sqs_delivery import Batch, Delivery
from course.cloud.sources.sqs_records import chunks

_AFTER_OUR_BUG = 1.0
"""Seconds until a queue is looked at again when a worker fell over."""
_LATER = 0.002
"""Seconds from our reading of the clock to that of the queue, at most."""
_AROUND_A_BODY = 1000
"""Bytes, roughly, of a record besides its body."""


class SqsPoller:
    """A `kinds.Poller`."""

    def __init__(self, mapping: Mapping, ground: Ground) -> None:
        self._ground = ground
        self._delivery = Delivery(ground, self, self._scaled)
        self._lock = threading.Lock()
        """Of the small state; nobody else is called while it is held."""
        self._gathering = threading.Lock()
        """Of what is held back for a window; one worker at a time fetches then."""
        self._resting = threading.Lock()
        self._on = False
        self._workers = 0
        self._news = 0
        self._held: list[Message] = []
        self._held_until = 0.0
        self._over = False
        self._next_look = math.inf
        self._timers: dict[str, Callable[[], None]] = {}
        self._scaling = Scaling(mapping.source_arn.endswith(".fifo"), None)
        self.change(mapping)

    def start(self) -> None:
        with self._lock:
            self._on = True
        self.notify()

    def stop(self) -> None:
        with self._lock:
            self._on = False
            for cancel in self._timers.values():
                cancel()
            self._timers.clear()
        with self._gathering:
            held, self._held = self._held, []
        self._delivery.returned(self._mapping, [one.id for one in held], "the mapping was disabled")

    def change(self, mapping: Mapping) -> None:
        with self._lock:
            self._mapping = mapping
            self._filters = Filters(mapping.patterns, key="body")
            self._scaling.maximum = (mapping.members.get("ScalingConfig") or {}).get("MaximumConcurrency")

    def notify(self) -> None:
        with self._lock:
            self._news += 1
        self._hire()

    def _hire(self) -> None:
        """One more worker, if there may be one more."""
        with self._lock:
            if not self._on:
                return
            now = self._ground.clock.monotonic()
            if self._workers >= self._scaling.limit(now):
                wait = self._scaling.next_growth(now)
                if wait is not None and "growth" not in self._timers:
                    self._at("growth", self._ground.clock.now() + wait, self._hire)
                return
            self._workers += 1
        self._ground.work.start(self._work)

    def _work(self) -> None:
        self._guarded(self._go_on)

    def _again(self, batch: Batch) -> None:
        """A throttled batch is tried again. Its worker was kept for it."""

        def try_it() -> None:
            if not self._on:
                self._delivery.give_up(self._mapping, batch, "the mapping was disabled")
            if self._deliver(batch):
                self._go_on()

        self._guarded(try_it)

    def _guarded(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:
            # Ours or the store's. What was fetched comes back by itself.
            self._ground.ledger.note("InternalFailure", self._mapping.uuid, because=repr(error))
            with self._lock:
                self._workers -= 1
                if self._on:
                    self._at("again", self._ground.clock.now() + _AFTER_OUR_BUG, self.notify)

    def _go_on(self) -> None:
        while self._turn():
            pass

    def _turn(self) -> bool:
        """Fetch and deliver one batch; False if this worker has nothing more to do, or will go on by a timer."""
        with self._lock:
            news, mapping, filters = self._news, self._mapping, self._filters
            since = self._ground.clock.now()
            if not self._on:
                self._workers -= 1
                return False
        messages, until = self._fetch(mapping)
        if messages:
            self._look_again(until)  # should the function take longer than its messages stay invisible
            if len(messages) >= mapping.batch_size:
                self._hire()  # where so many came from there may be more
            return self._deliver(self._delivery.batch(mapping, filters, messages, until))
        with self._lock:
            if news != self._news and self._on:
                return True
            self._workers -= 1
            if not self._workers:
                self._scaling.idle()
                self._cancel("growth")
        self._rest(since)
        return False

    def _deliver(self, batch: Batch) -> bool:
        wait = self._delivery.deliver(self._mapping, batch)
        if wait is None:
            return True
        self._ground.work.at(self._ground.clock.now() + wait, lambda: self._again(batch))
        return False

    def _fetch(self, mapping: Mapping) -> tuple[list[Message], float]:
        """A batch, and the moment at which it becomes visible to others; none if there is no full one yet."""
        ground, arn = self._ground, mapping.source_arn
        queue = ground.queues.settings(arn)
        until = ground.clock.now() + (queue.visibility if queue else 0) + _LATER
        if not mapping.window:
            return self._receive(mapping, mapping.batch_size), until
        with self._gathering:
            room = mapping.batch_size - len(self._held)
            new = self._receive(mapping, room) if room > 0 else []
            if new and not self._held:
                self._held_until, self._over = until, False
                with self._lock:
                    if self._on:
                        self._at("window", ground.clock.now() + mapping.window, self._window_over)
            self._held += new
            parts = len(chunks(len(one.body) + _AROUND_A_BODY for one in self._held))
            if not self._held or not (
                self._over or not self._on or parts > 1 or len(self._held) >= mapping.batch_size
            ):
                return [], until
            with self._lock:
                self._cancel("window")
            held, self._held = self._held, []
            return held, self._held_until

    def _window_over(self) -> None:
        self._over = True
        self.notify()

    def _receive(self, mapping: Mapping, most: int) -> list[Message]:
        if not may_read(self._ground, mapping, "sqs:DeleteMessage"):
            return []
        messages = self._ground.queues.receive(mapping.source_arn, most)
        if messages:
            ids = [one.id for one in messages]
            source = mapping.source_arn
            self._ground.ledger.note("mapping.polled", mapping.uuid, source=source, count=len(ids), ids=ids)
        return messages

    def _rest(self, since: float) -> None:
        """Nothing was visible at that moment: look again when something is."""
        with self._resting:
            with self._lock:
                self._cancel("visible")
                self._next_look = math.inf
            when = self._ground.queues.next_change(self._mapping.source_arn, since)
            if when is not None:
                self._look_again(when)

    def _look_again(self, when: float) -> None:
        with self._lock:
            if self._on and ("visible" not in self._timers or when < self._next_look):
                self._next_look = when
                self._at("visible", when, self.notify)

    def _scaled(self, well: bool) -> None:
        with self._lock:
            if well:
                self._scaling.succeeded()
            else:
                self._scaling.failed()

    def _at(self, name: str, when: float, do: Callable[[], None]) -> None:
        """Set one of the timers, instead of what it was set to. The caller holds the lock."""
        self._cancel(name)

        def due() -> None:
            with self._lock:
                if self._timers.get(name) is cancel:
                    del self._timers[name]
            do()

        self._timers[name] = cancel = self._ground.work.at(when, due)

    def _cancel(self, name: str) -> None:
        cancel = self._timers.pop(name, None)
        if cancel is not None:
            cancel()
