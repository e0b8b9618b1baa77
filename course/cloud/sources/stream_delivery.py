"""Portions of a shard on their way into a function: run, judged, cut at a checkpoint or in halves, or given up.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html and
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html (2026-11)

Every record's fate is one entry of the ledger: `record.processed`, `record.filtered` or `record.discarded`; until it
has one, it is still to be delivered. `mapping.batch` tells of each attempt, with the age of its last record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course.cloud.api.mapping import Mapping
from course.cloud.engine.outbox import Undeliverable
from course.cloud.errors import AwsError, TooManyRequests
from course.cloud.model import Outcome
from course.cloud.sources import discarded, stream_records
from course.cloud.sources.checkpoint import pause, processed
from course.cloud.sources.discarded import Condition
from course.cloud.sources.ground import Ground
from course.cloud.sources.polling import check_destination
from course.cloud.sources.stream_records import Held, StreamType
from course.cloud.sources.streams import StreamRecord
from course.cloud.sources.tumbling import Window, returned_state


@dataclass
class Portion:
    """Records of one invocation, and what became of it so far. The last call for a window has none."""

    batch: list[Held]
    runs: int = 0
    """How often the function ran for it."""
    refused: int = 0
    """How often in a row it did not run at all."""
    last: Outcome | None = None
    not_before: float = 0.0
    """When it is tried again, in epoch seconds."""

    @property
    def records(self) -> list[StreamRecord]:
        return [held.record for held in self.batch]


class StreamDelivery:
    """For one mapping."""

    def __init__(self, ground: Ground, kind: StreamType) -> None:
        self._ground = ground
        self._kind = kind

    def filtered(self, mapping: Mapping, record: StreamRecord) -> None:
        """Write down that no filter lets a record through."""
        self._fate("filtered", mapping, [record], "no filter of the mapping lets it through")

    def polled(self, mapping: Mapping, shard: str, batch: Sequence[Held]) -> None:
        """Write down that a batch was put together."""
        ids = [held.record.id for held in batch]
        source = mapping.source_arn
        self._ground.ledger.note(
            "mapping.polled", mapping.uuid, source=source, shard=shard, count=len(ids), ids=ids
        )

    def deliver(
        self, mapping: Mapping, shard: str, portion: Portion, window: Window | None
    ) -> tuple[list[Portion], Window | None]:
        """One attempt. What is left to be delivered of the portion, in order, and its window afterwards."""
        now = self._ground.clock.now()
        if portion.batch and not self._young(mapping, portion, now):
            return [], window
        final = not portion.batch
        members = window.members(shard, mapping.source_arn, final=final) if window else None
        age = {"iterator_age_ms": round((now - portion.records[-1].at) * 1000)} if portion.batch else {}
        try:
            outcome = self._ground.call(mapping.function_arn, stream_records.payload(portion.batch, members))
        except AwsError as error:
            word = "throttled" if isinstance(error, TooManyRequests) else "error"
            self._attempted(mapping, shard, portion, word, error.message, len(portion.batch), age)
            portion.refused += 1
            self._wait(mapping, portion, portion.refused)
            return [portion], window
        portion.refused, portion.runs, portion.last = 0, portion.runs + 1, outcome
        done, because, state = self._judge(mapping, portion, outcome, window)
        failed = len(portion.batch) - (done or 0)
        word = "ok" if done is not None and not failed else "partial" if done else "error"
        self._attempted(mapping, shard, portion, word, because, failed, age)
        if window is not None and state is not None:
            window = window.after(state[0])
        if final:
            return self._closed(mapping, portion, window, well=done is not None)
        if done:
            self._fate("processed", mapping, portion.records[:done], "")
        if not failed:
            return [], window
        return self._left(mapping, portion, done, now), window

    def _closed(
        self, mapping: Mapping, portion: Portion, window: Window | None, *, well: bool
    ) -> tuple[list[Portion], Window | None]:
        """After the last call for a window, which is repeated until it succeeds."""
        if well:
            return [], None
        self._wait(mapping, portion, portion.runs)
        return [portion], window

    def _judge(
        self, mapping: Mapping, portion: Portion, outcome: Outcome, window: Window | None
    ) -> tuple[int | None, str, tuple[Any] | None]:
        """How many records were processed, None if the invocation failed as a whole; why; the state it returned."""
        if outcome.error is not None:
            return None, f"the function failed: {outcome.error.type}", None
        done: int | None = len(portion.batch)
        if mapping.partial:
            done = processed(outcome.payload, [str(record.number) for record in portion.records])
            if done is None:
                return None, "its response does not say which items failed", None
        if window is None or not portion.batch:
            return done, "", None
        state = returned_state(outcome.payload)
        if state is None:
            return None, "its response has no state for the window", None
        return done, "", state

    def _left(self, mapping: Mapping, portion: Portion, done: int | None, now: float) -> list[Portion]:
        """What is tried again of a portion that failed from its record `done` on."""
        if done:
            # A batch that got ahead is a new batch, with retries of its own, as was seen (2025-11).
            rest = Portion(portion.batch[done:])
            self._wait(mapping, rest, 1)
            return [rest]
        if mapping.members.get("BisectBatchOnFunctionError") and len(portion.batch) > 1:
            # Splitting does not count against the retries.
            middle = (len(portion.batch) + 1) // 2
            halves = portion.batch[:middle], portion.batch[middle:]
            self._ground.ledger.note("mapping.bisected", mapping.uuid, counts=[len(half) for half in halves])
            return [Portion(half, runs=portion.runs - 1, last=portion.last) for half in halves]
        most = mapping.members.get("MaximumRetryAttempts", -1)
        if 0 <= most < portion.runs:
            self._discard(mapping, portion, "RetryAttemptsExhausted", portion.runs, now)
            return []
        self._wait(mapping, portion, portion.runs)
        return [portion]

    def _young(self, mapping: Mapping, portion: Portion, now: float) -> bool:
        """Give up the records that are too old. Whether any is left."""
        kept = self._ground.streams[self._kind.service].retention(mapping.source_arn)
        most = mapping.members.get("MaximumRecordAgeInSeconds", -1)
        oldest = now - (min(most, kept) if most >= 0 else kept)
        old = next(
            (index for index, record in enumerate(portion.records) if record.at >= oldest), len(portion.batch)
        )
        if old:
            # The attempt that does not take place counts, as was seen (2025-11).
            gone = Portion(portion.batch[:old], last=portion.last)
            self._discard(mapping, gone, "RecordAgeExceeded", portion.runs + 1, now)
            del portion.batch[:old]
        return bool(portion.batch)

    def _discard(
        self, mapping: Mapping, portion: Portion, condition: Condition, runs: int, now: float
    ) -> None:
        ground, destination = self._ground, mapping.on_failure
        because = "no retry is left" if condition == "RetryAttemptsExhausted" else "it is too old"
        if destination:
            request = portion.last.request if portion.last else ground.new_id()
            made = discarded.record(
                self._kind, mapping, portion.batch, condition, runs, portion.last, request, now
            )
            try:
                check_destination(ground, mapping, destination)
                discarded.send(ground.outbox, mapping, made, portion.batch, now, ground.new_id())
                count = len(portion.batch)
                ground.ledger.note(
                    "mapping.destination", mapping.uuid, request, destination=destination, count=count
                )
            except Undeliverable as error:
                details = {"function": mapping.function_arn, "destination": destination}
                ground.ledger.note("mapping.undelivered", mapping.uuid, request, error.reason, **details)
        self._fate("discarded", mapping, portion.records, because)

    def _wait(self, mapping: Mapping, portion: Portion, tries: int) -> None:
        seconds = pause(tries)
        portion.not_before = self._ground.clock.now() + seconds
        ids = [record.id for record in portion.records]
        self._ground.ledger.note("mapping.retried", mapping.uuid, seconds=seconds, ids=ids)

    def _attempted(
        self,
        mapping: Mapping,
        shard: str,
        portion: Portion,
        outcome: str,
        because: str,
        failed: int,
        age: dict[str, Any],
    ) -> None:
        self._ground.ledger.note(
            "mapping.batch",
            mapping.uuid,
            because=because,
            function=mapping.function_arn,
            shard=shard,
            outcome=outcome,
            count=len(portion.batch),
            failed=failed,
            ids=[record.id for record in portion.records],
            **age,
        )
        result = "OK" if outcome in ("ok", "partial") else "PROBLEM: Function call failed"
        self._ground.board.processed(mapping.uuid, result)

    def _fate(self, fate: str, mapping: Mapping, records: Sequence[StreamRecord], because: str) -> None:
        for record in records:
            self._ground.ledger.note(
                f"record.{fate}", mapping.source_arn, record.id, because, mapping=mapping.uuid
            )
