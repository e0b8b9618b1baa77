"""The queue between an event that was accepted and the function that it is for.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

1. `accept` writes the event down and starts its first attempt at once.
2. A function error is tried again after one minute and then after two, as often as the terms allow.
3. What was not let in (throttles) or failed on our side is tried again after 1, 2, 4 … seconds, at most 5 minutes.
4. Both end with the event's age. A function that may not run at all (reserved concurrency 0) is not waited for.
5. At its end an event goes to the destination for that end, and to the dead-letter queue if it failed.

Every step is an entry in the ledger; nothing else forgets an event. Nothing waits in a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from course.cloud import quotas
from course.cloud.engine.endings import Endings, note
from course.cloud.engine.event import Directory, Event, Terms
from course.cloud.engine.recursion import Recursion
from course.cloud.engine.trace import Traces, served
from course.cloud.engine.work import Work
from course.cloud.errors import (
    AwsError,
    RecursiveInvocation,
    RequestTooLarge,
    ResourceNotFound,
    TooManyRequests,
)
from course.cloud.model import Function, Invocation, Outcome
from course.cloud.observe.ledger import Ledger
from course.cloud.virtual_clock import VirtualClock

RETRY_AFTER = (60.0, 120.0)
"""Seconds from a failed run to the next."""
LONGEST_BACK_OFF = 300.0


class AsyncQueue:
    """`run` is the engine's invoke: it returns the outcome, or raises AwsError if the function was not let in."""

    def __init__(
        self,
        work: Work,
        clock: VirtualClock,
        ledger: Ledger,
        directory: Directory,
        run: Callable[[Invocation], Outcome],
        recursion: Recursion,
        traces: Traces,
        new_id: Callable[[], str],
        endings: Endings,
    ) -> None:
        self._work = work
        self._clock = clock
        self._ledger = ledger
        self._directory = directory
        self._run = run
        self._recursion = recursion
        self._traces = traces
        self._new_id = new_id
        self._endings = endings

    def accept(
        self,
        function_arn: str,
        payload: bytes,
        *,
        source: str = "",
        source_arn: str = "",
        trace: str | None = None,
        request: str = "",
        tenant: str = "",
    ) -> str:
        """As `Accept`; `request` is the request id if there is one already, `tenant` for whom it is."""
        to = self._directory.addressee(function_arn)
        check_event_size(payload)
        event = Event(
            id=request or self._new_id(),
            to=to,
            payload=payload or b"{}",
            trace=self._traces.follow(served() if trace is None else trace),
            accepted=self._clock.now(),
            tenant=tenant,
        )
        self._note("accepted", event, source=source, source_arn=source_arn, size=len(event.payload))
        self._work.start(lambda: self._attempt(event))
        return event.id

    def _attempt(self, event: Event) -> None:
        try:
            self._try(event)
        except Exception as error:  # a bug of ours must not cost an event
            self._note("failure", event, f"InternalFailure: {error!r}")
            self._push_back(event, 500, "Internal failure")

    def _try(self, event: Event) -> None:
        try:
            terms = self._directory.terms(event.to)
            function = replace(self._directory.target(event.to), tenant=event.tenant)
        except ResourceNotFound as gone:
            # Nobody is left whose settings would say where it should go.
            self._endings.drop(event, "FunctionDeleted", gone.message)
            return
        age = self._clock.now() - event.accepted
        if age >= terms.age:
            self._endings.fail(event, terms, "EventAgeExceeded")
            return
        try:
            trace = self._recursion.admit(function.name, event.to.arn, event.trace, event.id)
            outcome = self._run(_invocation(event, function, trace))
        except RecursiveInvocation as stopped:
            self._endings.fail(_refused(event, stopped), terms, "RecursiveLoop")
        except TooManyRequests as throttled:
            if self._directory.closed(function.name):
                self._endings.fail(_refused(event, throttled), terms, "ZeroReservedConcurrency")
            else:
                self._note("throttled", event, reason=throttled.members.get("Reason", ""))
                self._push_back(event, throttled.status, throttled.message)
        else:
            ran = replace(
                event,
                runs=event.runs + 1,
                pushed_back=0,
                function=function,
                outcome=outcome,
                carried=trace,
                refusal=(200, ""),
            )
            self._note(
                "attempt",
                ran,
                number=ran.runs,
                version=function.version,
                outcome="error" if outcome.error else "ok",
                error_type=outcome.error.type if outcome.error else None,
                age_ms=round(age * 1000),
            )
            self._conclude(ran, terms)

    def _conclude(self, event: Event, terms: Terms) -> None:
        if event.outcome is None or event.outcome.error is None:
            self._endings.succeed(event, terms)
        elif event.runs > terms.retries:
            self._endings.fail(event, terms, "RetriesExhausted")
        else:
            wait = RETRY_AFTER[min(event.runs, len(RETRY_AFTER)) - 1]
            if self._clock.now() + wait - event.accepted >= terms.age:
                # It would be too old by then; the service was seen not to wait for that (2025-11-27).
                self._endings.fail(event, terms, "EventAgeExceeded")
            else:
                self._again(event, wait, "the function failed")

    def _push_back(self, event: Event, status: int, message: str) -> None:
        wait = min(2.0 ** min(event.pushed_back, 20), LONGEST_BACK_OFF)
        try:
            age = self._directory.terms(event.to).age
            wait = max(0.0, min(wait, event.accepted + age - self._clock.now()))
        except Exception:
            pass  # the next attempt will see what became of the function
        pushed = replace(event, pushed_back=event.pushed_back + 1, refusal=(status, message))
        self._again(pushed, wait, "Lambda could not run it yet")

    def _again(self, event: Event, wait: float, because: str) -> None:
        self._note("retried", event, because, seconds=round(wait, 3))
        self._work.at(self._clock.now() + wait, lambda: self._attempt(event))

    def _note(self, fate: str, event: Event, because: str = "", **details: object) -> None:
        note(self._ledger, fate, event, because, **details)


def check_event_size(payload: bytes) -> None:
    """Raises RequestTooLarge for an event that is none any more."""
    if len(payload) > quotas.ASYNC_PAYLOAD:
        raise RequestTooLarge(
            f"{len(payload)} byte payload is too large for the Event invocation type "
            f"(limit {quotas.ASYNC_PAYLOAD} bytes)"
        )


def _refused(event: Event, error: AwsError) -> Event:
    return replace(event, refusal=(error.status, error.message))


def _invocation(event: Event, function: Function, trace: str) -> Invocation:
    return Invocation(
        id=event.id,
        function=function,
        payload=event.payload,
        kind="Event",
        invoked_arn=event.to.arn,
        trace=trace,
    )
