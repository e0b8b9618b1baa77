"""What another service pushes, on its way to a target: tried, tried again, given up.

The first attempt is made in the thread of whoever caused it, so nothing that follows from it can be missed by the
clock; it never waits. What the target refuses for good (it is gone, it forbids) is given up at once; throttles and
failures on our own side are tried again within the terms of the delivery. Every step is an entry in the ledger, whose
subject is the source's ARN.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from course.cloud.engine.outbox import Accept, Outbox, Undeliverable
from course.cloud.engine.trace import served, serving
from course.cloud.engine.work import Work
from course.cloud.errors import AccessDenied, AwsError
from course.cloud.iam.rights import EVERY_RIGHT, Rights, lacking_to_send
from course.cloud.observe.ledger import Ledger
from course.cloud.virtual_clock import VirtualClock

LONGEST_BACK_OFF = 600.0
"""Seconds; AWS says "exponential back off and jitter" and no figure."""

Exhausted = Literal["", "MaximumRetryAttempts", "MaximumEventAgeInSeconds"]
Wait = Callable[[int, random.Random], float]


def exponential(retry: int, chance: random.Random) -> float:
    """Seconds before the first, second … retry: 1, 2, 4 …, each less a random part of up to a half."""
    return float(min(2.0 ** min(retry - 1, 20), LONGEST_BACK_OFF)) * (0.5 + chance.random() / 2)


@dataclass(frozen=True)
class Terms:
    """How long a delivery is tried: retries after the first attempt, the age in seconds, the waits between."""

    retries: int = 185
    age: float = 86400.0
    wait: Wait = exponential


@dataclass(frozen=True)
class Failure:
    """Why a delivery was given up. `kind` is one of missing, forbidden, throttled, refused and internal."""

    kind: str
    code: str
    message: str
    retries: int
    exhausted: Exhausted


@dataclass(frozen=True)
class Delivery:
    """One event for one target. `source_arn` is the resource it comes from, `principal` the service, `role` the role
    in whose name that sends, where there is one.

    `attributes` and `group` are those of a message, `subject` that of a topic's. `counter` is a word in the
    body that stands for the number of the attempt. `send` hands it over in a way of its own. `dead_letter`
    takes what is given up.
    """

    id: str
    target: str
    body: str
    principal: str
    source_arn: str
    terms: Terms = Terms()
    attributes: Mapping[str, str | int] | None = None
    group: str = ""
    subject: str = ""
    trace: str = ""
    counter: str = ""
    send: Callable[[], None] | None = None
    dead_letter: Callable[[Delivery, Failure], None] | None = None
    role: str = ""
    begun: float = 0.0
    retries: int = 0


class Send(Protocol):
    """Hands a delivery over. Raises Undeliverable, or AwsError."""

    def __call__(self, delivery: Delivery) -> None: ...


class Deliveries:
    """Sends to functions, queues and topics; `senders` are further kinds of target, by the service of their ARN."""

    def __init__(
        self,
        clock: VirtualClock,
        work: Work,
        ledger: Ledger,
        chance: random.Random,
        accept: Accept,
        outbox: Outbox,
        rights: Rights = EVERY_RIGHT,
    ) -> None:
        self._clock = clock
        self._work = work
        self._ledger = ledger
        self._chance = chance
        self._accept = accept
        self.outbox = outbox
        self.rights = rights
        self.senders: dict[str, Send] = {"lambda": self._to_function}

    def send(self, delivery: Delivery) -> None:
        """Begin a delivery. Raises nothing."""
        trace = delivery.trace or served()
        self._attempt(replace(delivery, trace=trace, begun=self._clock.now()))

    def queue(self, target: str, delivery: Delivery, attributes: Mapping[str, str | int]) -> None:
        """Put what could not be delivered into a dead-letter queue."""
        self.hand_over(
            delivery,
            target,
            lambda: self.outbox.send(target, delivery.body, attributes, trace=delivery.trace),
        )

    def hand_over(self, delivery: Delivery, target: str, put: Callable[[], None]) -> None:
        """Put what could not be delivered into a dead-letter queue, by `put`."""
        try:
            self._check(delivery, target)
            put()
        except Exception as error:
            self._note("undeliverable", delivery, _reason(error))
        else:
            self._note("dead-lettered", delivery)

    def guarded(self, source_arn: str, do: Callable[[], None]) -> None:
        """Do what leads to deliveries. A bug of ours on the way is written down and costs nobody the request."""
        try:
            do()
        except Exception as error:
            self._ledger.note("delivery.failure", source_arn, because=f"InternalFailure: {error!r}")

    def note_dropped(self, delivery: Delivery, because: str) -> None:
        """Write down that a delivery is not made, and why."""
        self._note("dropped", delivery, because)

    def _attempt(self, delivery: Delivery) -> None:
        send = self.senders.get(delivery.target.split(":")[2] if delivery.target.count(":") > 4 else "")
        try:
            self._check(delivery, delivery.target)
            with serving(delivery.trace):
                if delivery.send is not None:
                    delivery.send()
                else:
                    (send or self._to_outbox)(_counted(delivery))
        except (Undeliverable, AwsError) as error:
            failure = _failure(error, delivery.retries)
            if failure.kind in ("throttled", "internal"):
                self._again(delivery, failure)
            else:
                self._give_up(delivery, failure)
        except Exception as error:  # a bug of ours must not cost an event
            self._note("failure", delivery, f"InternalFailure: {error!r}")
            self._again(delivery, Failure("internal", "InternalFailure", str(error), delivery.retries, ""))
        else:
            self._note("sent", delivery, retries=delivery.retries)

    def _check(self, delivery: Delivery, target: str) -> None:
        """Raises AccessDenied unless the source, or the role it has, may send to the target."""
        if not self.rights.enabled:
            return
        lacking = lacking_to_send(
            self.rights, delivery.principal, delivery.source_arn, target, delivery.role, delivery.id
        )
        if lacking is not None:
            raise AccessDenied(lacking.sentence)

    def _again(self, delivery: Delivery, failure: Failure) -> None:
        terms = delivery.terms
        due = self._clock.now() + terms.wait(delivery.retries + 1, self._chance)
        if delivery.retries >= terms.retries:
            self._give_up(delivery, replace(failure, exhausted="MaximumRetryAttempts"))
        elif due - delivery.begun > terms.age:
            self._give_up(delivery, replace(failure, exhausted="MaximumEventAgeInSeconds"))
        else:
            self._note("retried", delivery, failure.message, at=due)
            following = replace(delivery, retries=delivery.retries + 1)
            self._work.at(due, lambda: self._attempt(following))

    def _give_up(self, delivery: Delivery, failure: Failure) -> None:
        self._note("failed", delivery, failure.message, code=failure.code, exhausted=failure.exhausted)
        if delivery.dead_letter is None:
            self._note("dropped", delivery, "it has no dead-letter queue")
        else:
            delivery.dead_letter(delivery, failure)

    def _to_function(self, delivery: Delivery) -> None:
        self._accept(
            delivery.target,
            delivery.body.encode(),
            source=delivery.principal,
            source_arn=delivery.source_arn,
            trace=delivery.trace or None,
        )

    def _to_outbox(self, delivery: Delivery) -> None:
        self.outbox.send(
            delivery.target,
            delivery.body,
            delivery.attributes or {},
            group=delivery.group,
            trace=delivery.trace,
        )

    def _note(self, fate: str, delivery: Delivery, because: str = "", **details: object) -> None:
        self._ledger.note(
            f"delivery.{fate}", delivery.source_arn, delivery.id, because, target=delivery.target, **details
        )


def _counted(delivery: Delivery) -> Delivery:
    if not delivery.counter:
        return delivery
    return replace(delivery, body=delivery.body.replace(delivery.counter, str(delivery.retries + 1)))


def _failure(error: Undeliverable | AwsError, retries: int) -> Failure:
    if isinstance(error, Undeliverable):
        return Failure("missing", "", error.reason, retries, "")
    kinds = {403: "forbidden", 404: "missing", 429: "throttled"}
    kind = kinds.get(error.status, "internal" if error.status >= 500 else "refused")
    return Failure(kind, error.code, error.message, retries, "")


def _reason(error: Exception) -> str:
    if isinstance(error, AwsError):
        return error.message
    return error.reason if isinstance(error, Undeliverable) else f"InternalFailure: {error!r}"
