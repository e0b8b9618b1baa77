"""Environments that are initialised before anybody asks for them, and replaced when they die.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from course.cloud.engine.invoke import Engine
from course.cloud.model import Function

TYPE = "provisioned-concurrency"
"""What AWS_LAMBDA_INITIALIZATION_TYPE says in such an environment."""
ATTEMPTS = 6
"""How often INIT is tried before the allocation has failed, as the log streams of the real service show."""
FAILED = "FUNCTION_ERROR_INIT_FAILURE"
"""The StatusReason of an allocation that failed."""


class Provisioned:
    """Keeps as many environments of a version ready as were asked for. Starts them two at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted: dict[str, tuple[Function, int]] = {}
        self._starting: dict[str, int] = {}
        self._failures: dict[str, int] = {}
        """How many INITs in a row have failed."""
        self._lock = threading.Condition()
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="provisioned")
        engine.pool.died = self._replace

    def provision(self, function: Function, count: int) -> None:
        """Keep that many environments of a version initialised ahead, in the background; 0 gives them up."""
        with self._lock:
            self._failures.pop(function.arn, None)  # what is asked for anew is tried anew
            if count:
                self._wanted[function.arn] = (function, count)
            else:
                self._wanted.pop(function.arn, None)
        self._engine.pool.retire_provisioned(function.arn, keep=count)
        self._replace(function.arn)

    def provisioned(self, arn: str) -> tuple[int, int]:
        """How many environments of that function ARN exist for it, and how many of them wait for work."""
        return self._engine.pool.provisioned(arn)

    def failure(self, arn: str) -> str | None:
        """Why no more environments of that function ARN are started, in Lambda's words; None if nothing failed."""
        with self._lock:
            return FAILED if self._failures.get(arn, 0) >= ATTEMPTS else None

    def clear(self) -> None:
        """Want nothing any more."""
        with self._lock:
            self._wanted.clear()
            self._failures.clear()

    def quiet(self, seconds: float) -> bool:
        """Wait until nothing is being started; False if that took longer."""
        with self._lock:
            return self._lock.wait_for(lambda: not any(self._starting.values()), timeout=seconds)

    def close(self) -> None:
        """Start nothing any more."""
        self.clear()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _replace(self, arn: str) -> None:
        """Start what is missing of a function's environments."""
        with self._lock:
            wanted = self._wanted.get(arn)
            failures = self._failures.get(arn, 0)
            if wanted is None or failures >= ATTEMPTS:
                return
            there = self._engine.pool.provisioned(arn)[0] + self._starting.get(arn, 0)
            missing = max(0, wanted[1] - there)
            if failures:  # one at a time now, so that the attempts can be counted
                missing = min(missing, 1 - min(1, self._starting.get(arn, 0)))
            self._starting[arn] = self._starting.get(arn, 0) + missing
        for _ in range(missing):
            with suppress(RuntimeError):  # the cloud is closing
                self._workers.submit(self._start, wanted[0])

    def _start(self, function: Function) -> None:
        with self._lock:
            wanted = self._wanted.get(function.arn)
            failed = self._failures.get(function.arn, 0) >= ATTEMPTS
        # It may have been given up, or be another function of that name, since this waited for its turn.
        stale = wanted is None or wanted[0].fingerprint != function.fingerprint
        again = stale
        try:
            if not stale and not failed:
                with suppress(OSError):
                    ready = self._engine.prepare(function, TYPE)
                    again = self._count(wanted, ready)
        finally:
            with self._lock:
                self._starting[function.arn] -= 1
                self._lock.notify_all()
        if again:
            self._replace(function.arn)

    def _count(self, wanted: tuple[Function, int] | None, ready: bool) -> bool:
        """Remember how an INIT ended; whether there may be more to start."""
        with self._lock:
            if wanted is None or self._wanted.get(wanted[0].arn) is not wanted:
                return True  # it was for something that nobody wants any more
            before = self._failures.get(wanted[0].arn, 0)
            self._failures[wanted[0].arn] = 0 if ready else before + 1
        return bool(before) or not ready
