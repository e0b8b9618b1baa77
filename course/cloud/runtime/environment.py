"""An execution environment: one process that serves one invocation at a time.

    STARTING ──init──▶ IDLE ──run──▶ BUSY ──▶ SETTLING ──settle──▶ IDLE
        └───────────────┴─────────────┴───────────┴──────────────▶ DEAD

Every transition is one method. The thread that wants something done drives it: it waits on the sockets, the
output pipe and the exit of the process together, and looks at the memory every 10 ms, so an environment has no
thread of its own and nothing is handed over. Phases and limits:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import math
import select
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from course.cloud import quotas
from course.cloud.model import Ending, Function, FunctionError, Invocation
from course.cloud.runtime.cpu import Allowance
from course.cloud.runtime.debug import PATIENCE
from course.cloud.runtime.output import Event, Output
from course.cloud.runtime.process import Process
from course.cloud.runtime.results import exit_error, parse_error, timeout_error, too_large
from course.cloud.runtime.runtime_api import Link, Request
from course.cloud.runtime.sleeps import Sleeps
from course.cloud.virtual_clock import VirtualClock

SMALL = 16 * 1024
"""Bytes that any socket holds while nobody reads."""
TICK = 0.01
"""Seconds between two looks at the memory."""


class State(Enum):
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    SETTLING = "settling"
    DEAD = "dead"


class Init(NamedTuple):
    """How initialisation went. `started` is epoch seconds, `seconds` its length."""

    ending: Ending
    error: FunctionError | None
    payload: bytes
    started: float
    seconds: float
    events: list[Event]
    restore: float | None = None
    """Seconds that the restore hooks of SnapStart took; None without SnapStart."""


class Run(NamedTuple):
    """How one invocation went inside the environment. Memory in MB, times in seconds.

    What was written and the memory are known once the environment has settled.
    """

    ending: Ending
    error: FunctionError | None
    payload: bytes
    started: float
    seconds: float
    memory_mb: float
    events: list[Event]


class Environment:
    """Made STARTING; `init` makes it IDLE or DEAD."""

    def __init__(
        self,
        id: str,
        function: Function,
        process: Process,
        link: Link,
        log_stream: str,
        clock: VirtualClock,
        freeze: bool,
        allowance: Allowance | None = None,
        debugger: Callable[[], None] | None = None,
    ) -> None:
        """`debugger` is told when an editor may attach; then there are no limits of time and memory."""
        self.id = id
        self.function = function
        self.log_stream = log_stream
        self.state = State.STARTING
        self.served = 0
        self.idle_since = 0.0
        self.provisioned = False
        self.aborted = False
        self.born = (clock.now(), clock.monotonic())
        """When its start was asked for: INIT begins there, before the process exists."""
        self._process = process
        self._link = link
        self._clock = clock
        self._freeze = freeze
        self._allowance = allowance
        self._debugger = debugger
        self._memory_limit = float(function.memory) if debugger is None else math.inf
        self._output = Output(process.output, (str(function.code).encode(), b"/var/task"))
        self._waiting: Request | None = None
        self._answered: Request | None = None
        self._poll = select.poll()
        self._watched: set[int] = set()
        self._closed: set[int] = set()
        self._peak = 0.0
        self._sleeps = Sleeps(clock)

    def init(self, limit: float = quotas.INIT_TIMEOUT) -> Init:
        """Drive the INIT phase until the runtime asks for its first event, fails, or `limit` seconds pass."""
        limit = PATIENCE if self._debugger else limit
        started, begin = self.born
        self._restored: float | None = None
        wanted = {"next", "init/error", "restore/error"}
        ending, request = self._until(begin + limit, wanted)
        self._sleeps.wake()
        error, payload = None, b""
        if request is not None and request.what == "next":
            self._waiting = request
        elif request is not None:
            ending, (error, payload) = "error", parse_error(request.body, self._paths())
            self._link.answer(request, 202)
            self._settle_output()
        seconds = self._clock.monotonic() - begin
        events = self._output.take(self._clock.now())
        if self._waiting is not None:
            self._become_idle()
        else:
            status = self._process.exit_status()
            self.end()
            if error is None:
                error = FunctionError("Runtime.ExitError", exit_error("", status)[0].message)
        restore = None if self._restored is None else begin + seconds - self._restored
        return Init(ending, error, payload, started, seconds, events, restore)

    def run(self, invocation: Invocation, limit: float) -> Run:
        """Serve one invocation, at most `limit` seconds long. The answer is there when it returns; `settle` has to
        follow. Raises RuntimeError unless the state is IDLE."""
        if self.state is not State.IDLE or self._waiting is None:
            raise RuntimeError(f"environment {self.id} is {self.state.value}, not idle")
        self.state = State.BUSY
        limit = PATIENCE if self._debugger else limit
        # A small event waits for the runtime in its socket: waking it once costs less than twice.
        small = len(invocation.payload) <= SMALL
        if not small:
            self._process.thaw()
        self.served += 1
        started, begin = self._clock.now(), self._clock.monotonic()
        next_request, self._waiting = self._waiting, None
        headers = _event_headers(invocation, started + limit)
        if self._allowance is not None:  # INIT is not held to it: AWS lends more there
            self._allowance.begin(begin)
        heard = self._link.answer(next_request, 200, invocation.payload, headers)
        if small:
            self._process.thaw()
        if not heard:
            self._settle_output()
        ending, request = self._until(begin + limit, {"response", "error"}, invocation.id)
        self._sleeps.wake()
        seconds = self._clock.monotonic() - begin
        result = self._finish(invocation, ending, request, limit)
        return result._replace(started=started, seconds=min(seconds, limit))

    def settle(self, run: Run) -> Run:
        """Come to rest after an answer, ready for the next invocation or ended, and tell the rest about the run."""
        if self._answered is not None:
            answered, self._answered = self._answered, None
            self._link.answer(answered, 202)
            # The runtime asks for the next event at once; what it wrote before that belongs to this invocation.
            _, self._waiting = self._until(self._clock.monotonic() + 2, {"next"})
            self._settle_output()
        if self._allowance is not None:
            self._allowance.release()
        memory = self._memory(run.ending)
        events = self._output.take(self._clock.now())
        if self._waiting is not None:
            self._become_idle()
        else:
            self.end()
        return run._replace(memory_mb=memory, events=events)

    def end(self) -> None:
        """End every process of the environment and give back what it holds. May be called twice."""
        if self.state is State.DEAD:
            return
        self.state = State.DEAD
        self._sleeps.close()
        self._process.end()
        self._link.close()

    def abort(self) -> None:
        """Kill its processes. The thread that drives it finds it dead and ends it; any thread may call this."""
        self.aborted = True
        self._process.kill()

    def _become_idle(self) -> None:
        self.state = State.IDLE
        self.idle_since = self._clock.monotonic()
        if self._freeze:
            self._process.freeze()

    def _finish(self, invocation: Invocation, ending: Ending, request: Request | None, limit: float) -> Run:
        error: FunctionError | None = None
        if request is not None:
            self._answered = request  # what the runtime does next is not in the way of the answer
            payload = request.body
            if request.what == "error":
                ending, (error, payload) = "error", parse_error(request.body, self._paths())
            elif len(payload) > quotas.RESPONSE_PAYLOAD + 100:
                ending, (error, payload) = "response-size", too_large()
            self.state = State.SETTLING
            return Run(ending, error, payload, 0.0, 0.0, 0.0, [])
        if ending == "timeout":
            error, payload = timeout_error(invocation.id, limit)
            self._process.kill()
        else:
            error, payload = exit_error(invocation.id, self._wait_exit())
        self._settle_output()
        return Run(ending, error, payload, 0.0, 0.0, 0.0, [])

    def _until(
        self, deadline: float, wanted: set[str], invocation: str = ""
    ) -> tuple[Ending, Request | None]:
        """Wait for one of the wanted requests. Without one, the ending says what came first."""
        memory = self._memory_limit
        next_look = self._clock.monotonic() + TICK
        while True:
            now = self._clock.monotonic()
            if now >= deadline:
                return "timeout", None
            if now >= next_look:
                if self.aborted:  # it may have been starting still, with nothing there to kill
                    self._process.kill()
                self._sleeps.look(self._process.cpu_seconds, deadline)
                used = self._process.memory_mb(memory)
                # Near the limit a look costs less than the memory that could be taken between two of them.
                next_look = now + (TICK if used < memory * 0.6 else TICK / 5)
                self._peak = max(self._peak, used)
                if used > memory:
                    self._process.kill()
                    self._wait_exit()
                    return "memory", None
            wake = min(next_look, deadline)
            if self._allowance is not None and self.state is State.BUSY:
                wake = min(wake, self._allowance.look(now))
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
            return
        if request.what == "restore/next":
            # The snapshot would be taken here. It is restored at once: the hooks on both sides run.
            self._restored = self._clock.monotonic()
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
        status = self._wait_exit()
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

    def _settle_output(self) -> None:
        self._output.drain(self._clock.now())

    def _wait_exit(self) -> int | None:
        for _ in range(200):
            status = self._process.exit_status()
            if status is not None:
                self._settle_output()
                return status
            self._settle_output()
            self._clock.sleep(0.005)
        return None

    def _memory(self, ending: Ending) -> float:
        if ending == "memory":
            return float(self.function.memory)
        # The kernel's own peak sees what happened between two looks.
        self._peak = max(self._peak, self._process.peak_mb())
        return min(self._peak, float(self.function.memory))

    def _paths(self) -> tuple[bytes, bytes]:
        return str(self.function.code).encode(), b"/var/task"


def _event_headers(invocation: Invocation, deadline: float) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.id,
        "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace,
    }
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers
