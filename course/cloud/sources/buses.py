"""EventBridge: which rules an event meets, and what each of their targets receives.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html (2026-11)
A rule sends to functions, queues, topics, log groups, state machines and other buses. An event that came from another
bus is not sent to a third one. What a target does not take is tried again and ends in its dead-letter queue, by
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

from course.cloud.clock import Clock
from course.cloud.observe.ledger import Ledger
from course.cloud.sources import inputs
from course.cloud.sources.delivery import Deliveries, Delivery, Failure, Terms
from course.cloud.sources.patterns import Pattern
from course.cloud.sources.schedules import stamp

PRINCIPAL = "events.amazonaws.com"
_CODES = {
    "missing": "NO_RESOURCE",
    "forbidden": "NO_PERMISSIONS",
    "throttled": "THROTTLING",
    "refused": "INVALID_PARAMETER",
    "internal": "INTERNAL_ERROR",
}
_Event = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A rule of a bus. `pattern` is the text of its pattern, empty if it has a schedule only."""

    name: str
    arn: str
    bus: str
    pattern: str
    targets: tuple[Mapping[str, Any], ...]
    enabled: bool = True


class Store(Protocol):
    """The rules that there are, and the archives."""

    def rules(self, bus_arn: str) -> Iterable[Rule]:
        """Those of a bus. Raises Undeliverable if there is no such bus."""
        ...

    def keep(self, rule: Rule, event: _Event) -> None:
        """Put an event into the archive whose rule it met."""
        ...


class Buses:
    """All buses of an account and Region."""

    def __init__(
        self, deliveries: Deliveries, ledger: Ledger, clock: Clock, store: Store, new_id: Callable[[], str]
    ) -> None:
        self._deliveries = deliveries
        self._ledger = ledger
        self.clock = clock
        self._store = store
        self.new_id = new_id
        """Gives the id of an event."""

    def put(
        self,
        bus_arn: str,
        event: _Event,
        *,
        forwarded: bool = False,
        only: Callable[[str], bool] | None = None,
    ) -> None:
        """Offer an event to the rules of a bus, of a replay to those alone whose ARNs `only` picks."""
        for rule in self._store.rules(bus_arn):
            if only is None or only(rule.arn):
                self.offer(rule, event, forwarded=forwarded)

    def offer(self, rule: Rule, event: _Event, *, forwarded: bool = False) -> None:
        """Send an event to the targets of a rule, if it meets its pattern."""
        if rule.enabled and rule.pattern and _pattern(rule.pattern).matches(event):
            self.fire(rule, event, forwarded=forwarded)

    def fire(self, rule: Rule, event: _Event, *, forwarded: bool = False) -> None:
        """Send an event to the targets of a rule."""
        self._ledger.note("rule.matched", rule.arn, str(event["id"]), targets=len(rule.targets))
        ingested = stamp(self.clock.now())
        for target in rule.targets:
            if _is_archive(target["Arn"]):
                self._store.keep(rule, event)
            else:
                self._send(rule, target, event, ingested, forwarded)

    def _send(
        self, rule: Rule, target: Mapping[str, Any], event: _Event, ingested: str, forwarded: bool
    ) -> None:
        arn = target["Arn"]
        to_bus = ":event-bus/" in arn
        body = (
            inputs.compact(event) if to_bus else inputs.shape(event, target, (rule.name, rule.arn), ingested)
        )
        delivery = Delivery(
            id=str(event["id"]),
            target=arn,
            body=body or "",
            principal=PRINCIPAL,
            source_arn=rule.arn,
            terms=terms(target.get("RetryPolicy") or {}),
            group=(target.get("SqsParameters") or {}).get("MessageGroupId") or "",
            dead_letter=self._dead_letter(rule, target, event),
            role=target.get("RoleArn") or "",
        )
        if body is None:
            self._deliveries.note_dropped(delivery, "the input of the target makes no JSON of this event")
        elif to_bus and forwarded:
            self._deliveries.note_dropped(delivery, "an event from another bus is not sent to a third one")
        else:
            self._deliveries.send(delivery)

    def _dead_letter(
        self, rule: Rule, target: Mapping[str, Any], event: _Event
    ) -> Callable[[Delivery, Failure], None] | None:
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return None

        def put(delivery: Delivery, failure: Failure) -> None:
            attributes: dict[str, str | int] = {
                "RULE_ARN": rule.arn,
                "TARGET_ARN": target["Arn"],
                "ERROR_CODE": _CODES[failure.kind],
                "ERROR_MESSAGE": failure.message,
                "RETRY_ATTEMPTS": str(failure.retries),
            }
            if failure.exhausted:
                attributes["EXHAUSTED_RETRY_CONDITION"] = failure.exhausted
            # The event itself, whatever the target would have got of it.
            self._deliveries.queue(queue, replace(delivery, body=inputs.compact(event)), attributes)

        return put


def terms(policy: Mapping[str, Any]) -> Terms:
    """Those of a RetryPolicy, with the defaults of EventBridge and of its Scheduler."""
    return Terms(
        int(policy.get("MaximumRetryAttempts", 185)), float(policy.get("MaximumEventAgeInSeconds", 86400))
    )


@lru_cache(maxsize=1024)
def _pattern(text: str) -> Pattern:
    return Pattern(text)


def _is_archive(arn: str) -> bool:
    parts = arn.split(":")
    return parts[2] == "events" and not "".join(parts[4:])
