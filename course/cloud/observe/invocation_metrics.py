"""The metrics that Lambda makes of invocations, from the ledger's records.

Names, units and dimensions: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html. An invocation is measured under its
function, under the version or alias that was called, under the version that an alias chose, and under none at all. The
moment is that of the invocation, not of its end.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from course.cloud.observe.ledger import Entry, Record
from course.cloud.observe.points import Dimensions, Point

NAMESPACE = "AWS/Lambda"
_FAILED = frozenset({"error", "timeout", "killed", "exited", "response-size"})


class Shares(NamedTuple):
    """What is set aside of the account's concurrency: the functions that have reserved some, and all of it."""

    reserved: Collection[str] = ()
    allocated: int = 0


def invocation_points(records: Sequence[Record], shares: Shares) -> Iterator[Point]:
    """The measurements of all invocations. `records` are in the order of their starts."""
    invoked = [record for record in records if record.phase == "INVOKE"]
    for record in invoked:
        ready = record.provisioned_ready
        for dimensions in _dimensions(record):
            yield _point("Invocations", dimensions, record.start, 1.0)
            yield _point("Errors", dimensions, record.start, float(record.outcome in _FAILED))
            milliseconds = (record.end - record.start) * 1000
            yield _point("Duration", dimensions, record.start, milliseconds, "Milliseconds")
            if record.initialization == "provisioned-concurrency":
                yield _point("ProvisionedConcurrencyInvocations", dimensions, record.start, 1.0)
            elif ready:
                yield _point("ProvisionedConcurrencySpilloverInvocations", dimensions, record.start, 1.0)
    yield from _concurrency(invoked, shares)


def throttle_points(entries: Sequence[Entry]) -> Iterator[Point]:
    """Throttles, from the entries `invocation.throttled`."""
    for entry in entries:
        for dimensions in _of(entry.subject, str(entry.details.get("resource", entry.subject)), ""):
            yield _point("Throttles", dimensions, entry.at, 1.0)


def _concurrency(records: Sequence[Record], shares: Shares) -> Iterator[Point]:
    """What ran when each invocation began, itself included."""
    ends: list[tuple[float, int]] = []
    running: list[Record] = []
    for number, record in enumerate(records):
        while ends and ends[0][0] <= record.start:
            gone = records[heapq.heappop(ends)[1]]
            running.remove(gone)
        heapq.heappush(ends, (record.end, number))
        running.append(record)
        own = sum(other.function == record.function for other in running)
        free = sum(other.function not in shares.reserved for other in running)
        function = (("FunctionName", record.function),)
        yield _point("ConcurrentExecutions", function, record.start, float(own))
        yield _point("ConcurrentExecutions", (), record.start, float(len(running)))
        yield _point("UnreservedConcurrentExecutions", (), record.start, float(free))
        yield _point("ClaimedAccountConcurrency", (), record.start, float(free + shares.allocated))
        if record.initialization == "provisioned-concurrency":
            busy = sum(
                other.resource == record.resource and other.initialization == record.initialization
                for other in running
            )
            both = (*function, ("Resource", record.resource))
            yield _point("ProvisionedConcurrentExecutions", both, record.start, float(busy))
            share = busy / max(busy, record.provisioned_ready)
            yield _point("ProvisionedConcurrencyUtilization", both, record.start, share)


def _dimensions(record: Record) -> list[Dimensions]:
    return _of(record.function, record.resource, record.version)


def _of(function: str, resource: str, version: str) -> list[Dimensions]:
    own = ("FunctionName", function)
    found: list[Dimensions] = [(), (own,), (own, ("Resource", resource))]
    qualifier = resource.partition(":")[2]
    if version and qualifier and not qualifier.isdecimal() and qualifier != "$LATEST":
        found.append((own, ("Resource", resource), ("ExecutedVersion", version)))
    return found


def _point(name: str, dimensions: Dimensions, at: float, value: float, unit: str = "Count") -> Point:
    return Point(NAMESPACE, name, dimensions, at, value, unit)
