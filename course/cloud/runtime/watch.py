"""Waits with an environment: on its sockets, its output, its exit, its memory and its sleepers, all in one thread."""

from __future__ import annotations

import select
from collections.abc import Callable
from contextlib import AbstractContextManager

from course.cloud.model import Ending
from course.cloud.runtime.cpu import Allowance
from course.cloud.runtime.output import Output
from course.cloud.runtime.process import Process
from course.cloud.runtime.runtime_api import Link, Request
from course.cloud.runtime.sleeps import Sleeps
from course.cloud.virtual_clock import VirtualClock

TICK = 0.01
"""Seconds between two looks at the memory."""


class Watch:
    """Of one environment; the thread that drives the environment calls it. `memory` is the limit in MB."""

    def __init__(
        self,
        process: Process,
        link: Link,
        output: Output,
        clock: VirtualClock,
        memory: float,
        debugger: Callable[[], None] | None,
    ) -> None:
        self.peak = 0.0
        """The most memory seen, in MB."""
        self.restored: float | None = None
        """When a snapshot was restored, on the monotonic clock."""
        self.aborted = False
        self.allowance: Allowance | None = None
        """What it may compute, while it is held to that."""
        self._process = process
        self._link = link
        self._output = output
        self._clock = clock
        self._memory = memory
        self._debugger = debugger
        self._sleeps = Sleeps(clock)
        self._poll = select.poll()
        self._watched: set[int] = set()
        self._closed: set[int] = set()

    def waiting(self) -> AbstractContextManager[None]:
        """While inside, a thread of the environment waits for an answer of the cloud. Any thread may call it."""
        return self._sleeps.waiting()

    def close(self) -> None:
        """Wake no sleeper any more. May be called twice."""
        self._sleeps.close()

    def until(self, deadline: float, wanted: set[str], invocation: str = "") -> tuple[Ending, Request | None]:
        """Wait for one of the wanted requests. Without one, the ending says what came first."""
        try:
            return self._until(deadline, wanted, invocation)
        finally:
            self._sleeps.wake()

    def _until(self, deadline: float, wanted: set[str], invocation: str) -> tuple[Ending, Request | None]:
        memory = self._memory
        next_look = self._clock.monotonic() + TICK
        while True:
            now = self._clock.monotonic()
            if now >= deadline:
                return "timeout", None
            if now >= next_look:
                if self.aborted:  # it may have been starting still, with nothing there to kill
                    self._process.kill()
                self._sleeps.look(self._process.cpu_seconds, self._process.is_at_rest, deadline)
                used = self._process.memory_mb(memory)
                # Near the limit a look costs less than the memory that could be taken between two of them.
                next_look = now + (TICK if used < memory * 0.6 else TICK / 5)
                self.peak = max(self.peak, used)
                if used > memory:
                    self._process.kill()
                    self.wait_exit()
                    return "memory", None
            wake = min(next_look, deadline)
            if self.allowance is not None:
                wake = min(wake, self.allowance.look(now))
            for descriptor in self._ready(wake - now):
                if descriptor == self._process.output:
                    if not self._output.drain(self._clock.now()):
                        self._closed.add(descriptor)
                    continue
                if descriptor == self._process.exit_descriptor:
                    return self._exited(wanted, invocation)
                if descriptor == self._sleeps.descriptor:
                    for request in self._sleeps.roused():
                        self._link.answer(request, 200, repr(self._clock.offset).encode())
                    continue
                for request in self._link.receive(descriptor):
                    if request.what in wanted and (not invocation or request.id == invocation):
                        return "ok", request
                    self._attend(request, deadline)

    def _attend(self, request: Request, deadline: float) -> None:
        if request.what == "clock/sleep":
            self._sleeps.add(request, deadline)
            if request.body.endswith(b"timer"):  # what started it goes on only now
                self._link.acknowledge(request)
            return
        if request.what == "restore/next":
            # The snapshot would be taken here. It is restored at once: the hooks on both sides run.
            self.restored = self._clock.monotonic()
        elif request.what == "debugger/ready" and self._debugger is not None:
            self._debugger()
        self._link.answer(request, 200 if request.what == "restore/next" else 202)

    def _exited(self, wanted: set[str], invocation: str) -> tuple[Ending, Request | None]:
        # The last words may still be in the socket: a runtime reports an init error and exits at once.
        for _ in range(2):  # the first round may only accept the connection
            for descriptor in self._link.descriptors():
                for request in self._link.receive(descriptor):
                    if request.what in wanted and (not invocation or request.id == invocation):
                        return "ok", request
        status = self.wait_exit()
        return ("signal" if status is not None and status < 0 else "exit"), None

    def _ready(self, seconds: float) -> list[int]:
        watch = {*self._link.descriptors(), self._process.output}
        watch.add(self._process.exit_descriptor)
        if self._sleeps.descriptor >= 0:
            watch.add(self._sleeps.descriptor)
        watch -= self._closed
        for descriptor in watch - self._watched:
            self._poll.register(descriptor, select.POLLIN)
        for descriptor in self._watched - watch:
            self._poll.unregister(descriptor)
        self._watched = watch
        return [descriptor for descriptor, _ in self._poll.poll(max(0.0, seconds) * 1000)]

    def drain(self) -> None:
        """Take in what has been written."""
        self._output.drain(self._clock.now())

    def wait_exit(self) -> int | None:
        """The exit status of the runtime, taking in its last words; None if it does not end in a second."""
        for _ in range(200):
            status = self._process.exit_status()
            if status is not None:
                self.drain()
                return status
            self.drain()
            self._clock.sleep(0.005)
        return None
