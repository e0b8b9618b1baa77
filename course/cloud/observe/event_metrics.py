"""The metrics that Lambda makes of events and of event source mappings, from the ledger's entries.

Names and units: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (asynchronous invocation,
event source mappings).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from course.cloud.observe.invocation_metrics import NAMESPACE
from course.cloud.observe.ledger import Entry
from course.cloud.observe.points import Point

Measured = Iterator[tuple[str, float, str]]
"""Name, value and unit."""


def event_points(entries: Iterable[Entry]) -> Iterator[Point]:
    """The measurements of everything that happened."""
    for entry in entries:
        for name, value, unit in _of_a_stream(entry):
            function = _name(str(entry.details["function"]))
            yield Point(NAMESPACE, name, ((_FUNCTION, function),), entry.at, value, unit)
        found = _FOUND.get(entry.what)
        if found is None:
            continue
        measure, dimension = found
        of = str(entry.details.get("mapping") or entry.subject) if dimension == _MAPPING else entry.subject
        of = of if dimension == _MAPPING else _name(of)
        for name, value, unit in measure(entry):
            yield Point(NAMESPACE, name, ((dimension, of),), entry.at, value, unit)


def _of_a_stream(entry: Entry) -> Measured:
    """What entries of a mapping say of its function."""
    if entry.what == "mapping.undelivered":
        yield "DestinationDeliveryFailures", 1.0, "Count"
    elif entry.what == "mapping.batch" and "iterator_age_ms" in entry.details:
        yield "IteratorAge", float(entry.details["iterator_age_ms"]), "Milliseconds"


def _name(subject: str) -> str:
    return subject.split(":")[6] if subject.startswith("arn:") and subject.count(":") >= 6 else subject


def _one(name: str) -> Callable[[Entry], Measured]:
    def measure(entry: Entry) -> Measured:
        yield name, 1.0, "Count"

    return measure


def _count(name: str, detail: str = "count") -> Callable[[Entry], Measured]:
    def measure(entry: Entry) -> Measured:
        yield name, float(entry.details.get(detail, 1)), "Count"

    return measure


def _attempt(entry: Entry) -> Measured:
    yield "AsyncEventAge", float(entry.details.get("age_ms", 0)), "Milliseconds"


def _undelivered(entry: Entry) -> Measured:
    letter = entry.details.get("kind") == "dead-lettered"
    yield "DeadLetterErrors" if letter else "DestinationDeliveryFailures", 1.0, "Count"


def _batch(entry: Entry) -> Measured:
    yield "InvokedEventCount", float(entry.details.get("count", 0)), "Count"
    yield "FailedInvokeEventCount", float(entry.details.get("failed", 0)), "Count"


_FUNCTION = "FunctionName"
_MAPPING = "EventSourceMappingUUID"
_FOUND: dict[str, tuple[Callable[[Entry], Measured], str]] = {
    "event.accepted": (_one("AsyncEventsReceived"), _FUNCTION),
    "event.attempt": (_attempt, _FUNCTION),
    "event.dropped": (_one("AsyncEventsDropped"), _FUNCTION),
    "event.undelivered": (_undelivered, _FUNCTION),
    "recursion.stopped": (_one("RecursiveInvocationsDropped"), _FUNCTION),
    "mapping.polled": (_count("PolledEventCount"), _MAPPING),
    "mapping.batch": (_batch, _MAPPING),
    "mapping.destination": (_count("OnFailureDestinationDeliveredEventCount"), _MAPPING),
    "message.filtered": (_one("FilteredOutEventCount"), _MAPPING),
    "message.deleted": (_one("DeletedEventCount"), _MAPPING),
    "record.discarded": (_one("DroppedEventCount"), _MAPPING),
    "record.filtered": (_one("FilteredOutEventCount"), _MAPPING),
}
