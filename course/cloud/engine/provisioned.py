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


class Provisioned:
    """Keeps as many environments of a version ready as were asked for. Starts them two at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted: dict[str, tuple[Function, int]] = {}
        self._starting: dict[str, int] = {}
        self._lock = threading.Condition()
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="provisioned")
        engine.pool.died = self._replace

    def provision(self, function: Function, count: int) -> None:
        """Keep that many environments of a version initialised ahead, in the background; 0 gives them up."""
        with self._lock:
            if count:
                self._wanted[function.arn] = (function, count)
            else:
                self._wanted.pop(function.arn, None)
        self._engine.pool.retire_provisioned(function.arn, keep=count)
        self._replace(function.arn)

    def provisioned(self, arn: str) -> tuple[int, int]:
        """How many environments of that function ARN exist for it, and how many of them wait for work."""
        return self._engine.pool.provisioned(arn)

    def clear(self) -> None:
        """Want nothing any more."""
        with self._lock:
            self._wanted.clear()

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
            if wanted is None:
                return
            there = self._engine.pool.provisioned(arn)[0] + self._starting.get(arn, 0)
            missing = max(0, wanted[1] - there)
            self._starting[arn] = self._starting.get(arn, 0) + missing
        for _ in range(missing):
            with suppress(RuntimeError):  # the cloud is closing
                self._workers.submit(self._start, wanted[0])

    def _start(self, function: Function) -> None:
        with self._lock:
            wanted = self._wanted.get(function.arn)
        # It may have been given up, or be another function of that name, since this waited for its turn.
        stale = wanted is None or wanted[0].fingerprint != function.fingerprint
        try:
            if not stale:
                with suppress(OSError):
                    self._engine.prepare(function, TYPE)
        finally:
            with self._lock:
                self._starting[function.arn] -= 1
                self._lock.notify_all()
        if stale:
            self._replace(function.arn)
