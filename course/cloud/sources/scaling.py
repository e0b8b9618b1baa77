"""How many batches of a queue are with its function at once.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html (2026-11): a standard queue starts with five,
and as long as messages are waiting gets up to 300 more a minute, up to 1,250; a FIFO queue has as many as it has
message groups. Failures take from that "gradually", of which AWS gives no figures: here each takes one and each
success gives one back, and two always stay.
"""

from __future__ import annotations

FIRST = 5
A_SECOND = 300 / 60
MOST = 1250
LEAST = 2
HERE = 50
"""What one machine runs of a mapping, however far it scaled: each is a process."""


class Scaling:
    """Moments are seconds of a clock that only grows. The caller sees to it that one thread at a time asks."""

    def __init__(self, fifo: bool, maximum: int | None) -> None:
        self._fifo = fifo
        self.maximum = maximum
        """`MaximumConcurrency`, if it is set."""
        self._since: float | None = None
        self._lost = 0

    def limit(self, now: float) -> int:
        """How many batches may be under way. Asking means that messages are waiting."""
        if self._since is None:
            self._since = now
        return max(min(self._reached(now) - self._lost, HERE), min(LEAST, self.maximum or LEAST))

    def next_growth(self, now: float) -> float | None:
        """Seconds until the limit is higher by itself; None if it stays."""
        if self._since is None or self._fifo:
            return None
        if self._lost or self._reached(now) >= min(self.maximum or MOST, HERE):
            return None
        return 1 - (now - self._since) % 1

    def idle(self) -> None:
        """The queue was found empty: it starts over."""
        self._since = None

    def failed(self) -> None:
        self._lost = min(self._lost + 1, HERE)

    def succeeded(self) -> None:
        self._lost = max(self._lost - 1, 0)

    def _reached(self, now: float) -> int:
        grown = MOST if self._fifo else FIRST + int(now - (self._since or now)) * int(A_SECOND)
        return min(grown, self.maximum or MOST, MOST)
