"""A batch of SQS messages on its way: filtered, handed to the function, and deleted as far as it was processed.

What is not deleted becomes visible in its queue again by itself, so whatever fails here, no message is lost. Every
message's fate is an entry of the ledger: `message.filtered`, `message.deleted` or `message.returned`.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from course.cloud.api.mapping import Mapping
from course.cloud.errors import AwsError, TooManyRequests
from course.cloud.model import Outcome
from course.cloud.sources.filters import Filters
from course.cloud.sources.ground import Ground
from course.cloud.sources.polling import may
from course.cloud.sources.queues import Message
from course.cloud.sources.responses import failures
from course.cloud.sources.sqs_records import chunks, encode, payload, record, trace_of
from lint_rules import Authorization

_DELETE = Authorization("sqs:DeleteMessage", "", {})
Portion = list[tuple[Message, bytes]]


class Batch:
    """What one fetch gave, in the portions of one invocation each."""

    def __init__(self, portions: list[Portion], until: float) -> None:
        self.portions = portions
        self.until = until
        """When its messages become visible to others, in epoch seconds."""
        self.tries = 0

    @property
    def ids(self) -> list[str]:
        """The messages that are still to be delivered."""
        return [message.id for portion in self.portions for message, _ in portion]


class Delivery:
    """For one poller. `scaled` is told of every batch whether it went well, where that changes the concurrency."""

    def __init__(self, ground: Ground, poller: object, scaled: Callable[[bool], None]) -> None:
        self._ground = ground
        self._poller = poller
        self._scaled = scaled

    def batch(self, mapping: Mapping, filters: Filters, messages: list[Message], until: float) -> Batch:
        """Drop what no filter lets through, and cut the rest into portions."""
        kept: Portion = []
        dropped: list[Message] = []
        for one in messages:
            made = record(one, mapping.source_arn, windowed=mapping.window > 0)
            if filters.admit(made, one.body):
                kept.append((one, encode(made)))
            else:
                dropped.append(one)
        if dropped:
            self._delete(mapping, dropped, "message.filtered", "no filter of the mapping lets it through")
        portions, start = [], 0
        for count in chunks(len(data) for _, data in kept):
            portions.append(kept[start : start + count])
            start += count
        return Batch(portions, until)

    def deliver(self, mapping: Mapping, batch: Batch) -> float | None:
        """Hand it to the function. Seconds to wait before it is tried again, or None when it is done with."""
        now = self._ground.clock.now
        while batch.portions:
            portion = batch.portions[0]
            messages = [message for message, _ in portion]
            try:
                outcome = self._ground.call(
                    mapping.function_arn, payload(data for _, data in portion), trace=trace_of(messages)
                )
            except TooManyRequests as error:
                wait = 2.0**batch.tries
                if now() + wait < batch.until:
                    batch.tries += 1
                    self._scaled(False)
                    self._note(mapping, messages, "throttled", error.message, len(messages))
                    return wait
                well = self._failed(
                    mapping, messages, "throttled", "it was throttled until its time was over"
                )
            except AwsError as error:
                well = self._failed(mapping, messages, "error", error.message)
            else:
                well = self._judge(mapping, messages, outcome)
            batch.portions.pop(0)
            if not well and mapping.source_arn.endswith(".fifo"):
                self.give_up(mapping, batch, "messages before it in its batch failed")
        return None

    def give_up(self, mapping: Mapping, batch: Batch, because: str) -> None:
        """Deliver nothing more of it; its messages return to the queue."""
        self.returned(mapping, batch.ids, because)
        batch.portions.clear()

    def returned(self, mapping: Mapping, ids: Sequence[str], because: str) -> None:
        """Write down that messages will become visible again."""
        for id in ids:
            self._ground.ledger.note(
                "message.returned", mapping.source_arn, id, because, mapping=mapping.uuid
            )

    def _judge(self, mapping: Mapping, messages: list[Message], outcome: Outcome) -> bool:
        """Delete what was processed; False if anything was not."""
        if outcome.error is not None:
            return self._failed(mapping, messages, "error", f"the function failed: {outcome.error.type}")
        failed: set[str] | None = set()
        if mapping.partial:
            failed = failures(outcome.payload, {one.id for one in messages})
        if failed is None:
            return self._failed(mapping, messages, "error", "its response does not say which items failed")
        self._scaled(True)
        self._note(mapping, messages, "partial" if failed else "ok", "", len(failed))
        self._delete(mapping, [one for one in messages if one.id not in failed], "message.deleted", "")
        self.returned(mapping, sorted(failed), "the function reported that it failed")
        return not failed

    def _failed(self, mapping: Mapping, messages: list[Message], outcome: str, because: str) -> bool:
        if not mapping.partial or outcome == "throttled":
            self._scaled(False)  # who reports failures expects them: that does not slow the poller down
        self._note(mapping, messages, outcome, because, len(messages))
        self.returned(mapping, [one.id for one in messages], because)
        return False

    def _note(
        self, mapping: Mapping, messages: Sequence[Message], outcome: str, because: str, failed: int
    ) -> None:
        self._ground.ledger.note(
            "mapping.batch",
            mapping.uuid,
            because=because,
            function=mapping.function_arn,
            outcome=outcome,
            count=len(messages),
            failed=failed,
            ids=[one.id for one in messages],
        )

    def _delete(self, mapping: Mapping, messages: list[Message], what: str, because: str) -> None:
        if messages and not may(self._ground, mapping, _DELETE._replace(resource=mapping.source_arn)):
            self.returned(mapping, [one.id for one in messages], "the function's role may not delete it")
            return
        for one in self._ground.queues.delete(mapping.source_arn, messages):
            self._ground.ledger.note(what, mapping.source_arn, one.id, because, mapping=mapping.uuid)
        self._ground.board.notify(mapping.source_arn, besides=self._poller)
