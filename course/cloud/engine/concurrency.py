"""How many invocations may run at once.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from course.cloud.errors import TooManyRequests
from course.cloud.model import Function


class Concurrency:
    """Counts running invocations against the account's limit and each function's reserved concurrency.

    A function with reserved concurrency has that much for itself; the others share what is left of the account's.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.reserved: dict[str, int] = {}
        """Reserved concurrency by the name of the function."""
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    def running(self, name: str) -> int:
        """Invocations of a function that run now."""
        with self._lock:
            return self._running[name]

    @contextmanager
    def lease(self, function: Function) -> Iterator[None]:
        """Hold one unit of concurrency. Raises TooManyRequests if none is left."""
        with self._lock:
            self._admit(function.name)
            self._running[function.name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[function.name] -= 1

    def _admit(self, name: str) -> None:
        reserved = self.reserved.get(name)
        if reserved is not None:
            if self._running[name] >= reserved:
                raise TooManyRequests(
                    "Rate Exceeded.", Reason="ReservedFunctionConcurrentInvocationLimitExceeded"
                )
            return
        unreserved = self.limit - sum(self.reserved.values())
        running = sum(count for other, count in self._running.items() if other not in self.reserved)
        if running >= unreserved:
            raise TooManyRequests("Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded")
