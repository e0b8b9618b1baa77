"""Recursive loop detection: how often a chain of requests has come through a function.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html

The trace header carries the count: `Lineage=1:a87bd80c:3` has come through that function three times before; a chain
through several functions counts each, with bars between them. The names are a hash of the function's ARN.

A message that was stopped returns to its queue, and is stopped again whenever it is offered: by the page above, until
its count of receives is full and the dead-letter queue gets it. `RecursiveInvocationsDropped` counts each time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from course.cloud.engine.trace import parse, render
from course.cloud.errors import RecursiveInvocation
from course.cloud.observe.ledger import Ledger

CARRIERS = frozenset({"lambda", "s3", "sns", "sqs"})
"""The services that pass the count on; a loop through any other is not found."""
HOPS = 16
"""Invocations of one function in a chain; the next is stopped."""


class Recursion:
    """Counts hops and stops loops. `may_recurse` says whether a function, by its name, may loop."""

    def __init__(self, ledger: Ledger, may_recurse: Callable[[str], bool]) -> None:
        self._ledger = ledger
        self._may_recurse = may_recurse

    def admit(self, name: str, arn: str, trace: str, id: str = "") -> str:
        """The trace header with which the function runs. Raises RecursiveInvocation at the end of its patience.

        `arn` is the function's, whatever qualifier was called; `id` is the request or message, for the ledger.
        """
        counts = lineage(trace)
        own = hop(arn)
        count = counts[own] + 1 if own in counts else 0
        if count >= HOPS and not self._may_recurse(name):
            self._ledger.note(
                "recursion.stopped",
                name,
                id,
                f"Lambda stopped {name}: it was in a recursive loop, invoked {count} times in one chain of requests",
                function_arn=arn,
                hops=count,
            )
            raise RecursiveInvocation(
                "Lambda has detected your function being invoked in a recursive loop with other Amazon Web "
                "Services resources and stopped your function's invocation."
            )
        written = "|".join(f"{key}:{times}" for key, times in {**counts, own: count}.items())
        return render({**parse(trace), "Lineage": f"1:{written}"})


def lineage(trace: str) -> dict[str, int]:
    """How often a chain has come through which function before; empty for a header that does not say."""
    counts: dict[str, int] = {}
    for number, field in enumerate(parse(trace).get("Lineage", "").split("|")):
        parts = field.split(":")
        if number == 0 and len(parts) == 3:
            parts = parts[1:]
        if len(parts) == 2 and parts[1].isdecimal():
            counts[parts[0]] = int(parts[1])
    return counts


def carried(trace: str, service: str | None) -> str:
    """The trace header as it leaves a service, by the name for which its requests are signed."""
    if service in CARRIERS:
        return trace
    return render({name: value for name, value in parse(trace).items() if name != "Lineage"})


def hop(arn: str) -> str:
    """A function's name in a lineage. `arn` may end in a qualifier, which does not count."""
    return f"{zlib.crc32(':'.join(arn.split(':')[:7]).encode()):08x}"
