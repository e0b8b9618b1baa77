"""How many invocations may run at once, and how fast that may grow.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html, .../scaling-behavior.html. The reasons are
ThrottleReason's; the page names none for the scaling rate, so that one is our reading of its names.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from course.cloud import quotas
from course.cloud.clock import Clock
from course.cloud.errors import TooManyRequests
from course.cloud.model import Function
from course.cloud.observe.invocation_metrics import Shares


class Concurrency:
    """Counts running invocations against the account's limit and each function's reserved concurrency.

    A function with reserved concurrency has that much for itself; the others share what is left of the account's.
    What is provisioned for a version is taken from the same share, serves that version first, and nobody else.
    """

    def __init__(
        self,
        limit: int,
        clock: Clock,
        *,
        rate: int = quotas.SCALING_RATE,
        seconds: float = quotas.SCALING_SECONDS,
    ) -> None:
        """`limit` is the account's; a function may grow by `rate` environments in `seconds`."""
        self.limit = limit
        self._clock = clock
        self._rate = rate
        self._seconds = seconds
        self.reserved: dict[str, int] = {}
        """Reserved concurrency by the name of the function."""
        self.provisioned: dict[str, dict[str, int]] = {}
        """What is provisioned for versions, by the name of the function and the version's ARN."""
        self.ready: Callable[[str], int] = _none
        """How many provisioned environments of a version's ARN are there."""
        self._running: Counter[str] = Counter()
        self._ahead: Counter[str] = Counter()
        """Invocations that count against what is provisioned, by the version's ARN."""
        self._grown: dict[str, tuple[float, float]] = {}
        """By function: how much of the rate was used, and when that was so."""
        self._lock = threading.Lock()

    def running(self, name: str) -> int:
        """Invocations of a function that run now."""
        with self._lock:
            return self._running[name] + sum(self._ahead[arn] for arn in self.provisioned.get(name, ()))

    @contextmanager
    def lease(self, function: Function) -> Iterator[None]:
        """Hold one unit of concurrency. Raises TooManyRequests if none is left."""
        arn = function.arn
        ready = self.ready(arn) if arn in self.provisioned.get(function.name, ()) else 0
        with self._lock:
            if self._ahead[arn] < ready:
                counter, key = self._ahead, arn
            else:
                self._admit(function.name)
                counter, key = self._running, function.name
            counter[key] += 1
        try:
            yield
        finally:
            with self._lock:
                counter[key] -= 1

    def grow(self, function: Function) -> None:
        """Take one more environment. Raises TooManyRequests if the function grows too fast."""
        with self._lock:
            now = self._clock.monotonic()
            used, at = self._grown.get(function.name, (0.0, now))
            used = max(0.0, used - (now - at) * self._rate / self._seconds)
            if used + 1 > self._rate + 1e-6:
                kind = "ReservedFunction" if function.name in self.reserved else "Function"
                raise TooManyRequests("Rate Exceeded.", Reason=f"{kind}InvocationRateLimitExceeded")
            self._grown[function.name] = used + 1, now

    def shares(self) -> Shares:
        """What is set aside of the account's concurrency."""
        ahead = sum(sum(of.values()) for name, of in self.provisioned.items() if name not in self.reserved)
        return Shares(frozenset(self.reserved), sum(self.reserved.values()) + ahead)

    def clear(self) -> None:
        """Forget how functions have grown."""
        with self._lock:
            self._grown.clear()

    def _admit(self, name: str) -> None:
        reserved = self.reserved.get(name)
        if reserved is not None:
            if self._running[name] >= reserved - sum(self.provisioned.get(name, {}).values()):
                raise TooManyRequests(
                    "Rate Exceeded.", Reason="ReservedFunctionConcurrentInvocationLimitExceeded"
                )
            return
        ahead = sum(sum(of.values()) for other, of in self.provisioned.items() if other not in self.reserved)
        unreserved = self.limit - sum(self.reserved.values()) - ahead
        running = sum(count for other, count in self._running.items() if other not in self.reserved)
        if running >= unreserved:
            raise TooManyRequests("Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded")


def _none(arn: str) -> int:
    return 0
