"""How many invocations may run at once.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from course.cloud.errors import TooManyRequests


class Concurrency:
    """Counts running invocations against the account's limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._running = 0
        self._lock = threading.Lock()

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Hold one unit of concurrency. Raises TooManyRequests if none is left."""
        with self._lock:
            if self._running >= self.limit:
                raise TooManyRequests("Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded")
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
