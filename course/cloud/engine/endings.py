"""The end of an event: it was processed, or it is given up; its record goes where the terms say.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

A target that refuses what it is sent is not asked again, as on AWS; there it is a metric, here an entry. Lambda sends
in the name of the function's role: what that may not do is refused too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from course.cloud.engine import destinations
from course.cloud.engine.event import Condition, Event, Terms
from course.cloud.engine.outbox import Outbox, Undeliverable
from course.cloud.engine.work import Work
from course.cloud.iam.rights import EVERY_RIGHT, Rights, sending
from course.cloud.observe.ledger import Ledger
from course.cloud.virtual_clock import VirtualClock

DELIVERIES = 8
"""How often a delivery is begun that fails on our side, not the target's."""


class Endings:
    """Sends records and dead letters. `outbox` is given once everything is built."""

    def __init__(
        self,
        work: Work,
        clock: VirtualClock,
        ledger: Ledger,
        new_id: Callable[[], str],
        rights: Rights = EVERY_RIGHT,
    ) -> None:
        self._work = work
        self._clock = clock
        self._ledger = ledger
        self._new_id = new_id
        self._rights = rights
        self.outbox: Outbox | None = None

    def succeed(self, event: Event, terms: Terms) -> None:
        """The function took it."""
        note(self._ledger, "processed", event, runs=event.runs)
        if terms.on_success:
            self._record(event, terms, terms.on_success, "Success")

    def fail(self, event: Event, terms: Terms, condition: Condition) -> None:
        """It is given up: to the destination for failures and to the dead-letter queue."""
        if terms.on_failure:
            self._record(event, terms, terms.on_failure, condition)
        if terms.dead_letter:
            body = event.payload.decode(errors="replace")
            self._deliver(
                event, terms.role, terms.dead_letter, "dead-lettered", body, destinations.dead_letter(event)
            )
        self.drop(event, condition, event.refusal[1])

    def drop(self, event: Event, condition: str, because: str) -> None:
        """It is given up, and there is nobody to send it to any more."""
        note(self._ledger, "dropped", event, because, condition=condition, runs=event.runs)

    def _record(self, event: Event, terms: Terms, target: str, condition: Condition) -> None:
        now = self._clock.now()
        body = json.dumps(destinations.record(event, condition, now), separators=(",", ":"))
        attributes: Mapping[str, str | int] = {}
        key = ""
        if ":events:" in target:
            attributes = destinations.entry(condition, target, event)
        elif ":s3:" in target:
            key = destinations.object_key(event, now, self._new_id())
        self._deliver(event, terms.role, target, "destination", body, attributes, key)

    def _deliver(
        self,
        event: Event,
        role: str,
        target: str,
        what: str,
        body: str,
        attributes: Mapping[str, str | int],
        key: str = "",
        before: int = 0,
    ) -> None:
        try:
            assert self.outbox is not None
            self._check_role(event, role, target, key)
            self.outbox.send(target, body, attributes, trace=event.carried or event.trace, key=key)
        except Undeliverable as refused:
            note(self._ledger, "undelivered", event, refused.reason, target=target, kind=what)
        except Exception as error:  # a bug of ours must not cost a record
            note(self._ledger, "failure", event, f"InternalFailure: {error!r}", target=target)
            if before + 1 == DELIVERIES:
                note(self._ledger, "undelivered", event, repr(error), target=target, kind=what)
                return
            self._work.at(
                self._clock.now() + 2.0**before,
                lambda: self._deliver(event, role, target, what, body, attributes, key, before + 1),
            )
        else:
            note(self._ledger, what, event, target=target)

    def _check_role(self, event: Event, role: str, target: str, key: str) -> None:
        asked = sending(target, key) if self._rights.enabled else None
        lacking = self._rights.require_role(role, event.to.name, asked, event.id) if asked else None
        if lacking is not None:
            raise Undeliverable(lacking.sentence)


def note(ledger: Ledger, fate: str, event: Event, because: str = "", **details: object) -> None:
    """An entry about an event."""
    ledger.note(f"event.{fate}", event.to.name, event.id, because, function_arn=event.to.qualified, **details)
