"""An execution environment: one process that serves one invocation at a time.

    STARTING ──init──▶ IDLE ──run──▶ BUSY ──▶ SETTLING ──settle──▶ IDLE
        └───────────────┴─────────────┴───────────┴──────────────▶ DEAD

Every transition is one method. The thread that wants something done drives it (see `watch.py`), so an environment
has no thread of its own and nothing is handed over. Phases and limits:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
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
from course.cloud.runtime.watch import Watch
from course.cloud.virtual_clock import VirtualClock

SETTLING = 10.0
"""Seconds for the runtime to ask for its next event: it does so at once, unless the machine has much else to do."""
SMALL = 16 * 1024
"""Bytes that any socket holds while nobody reads."""


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
        self.serving = ""
        """The request id of the invocation that it serves."""
        self.access_key = ""
        """Of the session whose keys it was given."""
        self.idle_since = 0.0
        self.initialization = "on-demand"
        self.aborted = False
        self.born = (clock.now(), clock.monotonic())
        """When its start was asked for: INIT begins there, before the process exists."""
        self._process = process
        self._link = link
        self._clock = clock
        self._freeze = freeze
        self._allowance = allowance
        self._debugger = debugger
        self._output = Output(process.output, (str(function.code).encode(), b"/var/task"))
        memory = float(function.memory) if debugger is None else math.inf
        self._watch = Watch(process, link, self._output, clock, memory, debugger)
        self._waiting: Request | None = None
        self._answered: Request | None = None

    @property
    def provisioned(self) -> bool:
        """Whether it was started ahead for provisioned concurrency."""
        return self.initialization == "provisioned-concurrency"

    def waiting(self) -> AbstractContextManager[None]:
        """While inside, one of its threads waits for an answer of the cloud, and does nothing by itself."""
        return self._watch.waiting()

    def init(self, limit: float = quotas.INIT_TIMEOUT) -> Init:
        """Drive the INIT phase until the runtime asks for its first event, fails, or `limit` seconds pass."""
        limit = PATIENCE if self._debugger else limit
        started, begin = self.born
        wanted = {"next", "init/error", "restore/error"}
        ending, request = self._watch.until(begin + limit, wanted)
        error, payload = None, b""
        if request is not None and request.what == "next":
            self._waiting = request
        elif request is not None:
            ending, (error, payload) = "error", parse_error(request.body, self._paths())
            self._link.answer(request, 202)
            self._watch.drain()
        seconds = self._clock.monotonic() - begin
        events = self._output.take(self._clock.now())
        if self._waiting is not None:
            self._become_idle()
        else:
            status = self._process.exit_status()
            self.end()
            if error is None:
                error = FunctionError("Runtime.ExitError", exit_error("", status)[0].message)
        restored = self._watch.restored
        restore = None if restored is None else begin + seconds - restored
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
        self.serving = invocation.id
        started, begin = self._clock.now(), self._clock.monotonic()
        next_request, self._waiting = self._waiting, None
        headers = _event_headers(invocation, started + limit)
        if self._allowance is not None:  # INIT is not held to it: AWS lends more there
            self._watch.allowance = self._allowance
            self._allowance.begin(begin)
        heard = self._link.answer(next_request, 200, invocation.payload, headers)
        if small:
            self._process.thaw()
        if not heard:
            self._watch.drain()
        ending, request = self._watch.until(begin + limit, {"response", "error"}, invocation.id)
        seconds = self._clock.monotonic() - begin
        result = self._finish(invocation, ending, request, limit)
        return result._replace(started=started, seconds=min(seconds, limit))

    def settle(self, run: Run) -> Run:
        """Come to rest after an answer, ready for the next invocation or ended, and tell the rest about the run."""
        if self._answered is not None:
            answered, self._answered = self._answered, None
            self._link.answer(answered, 202)
            # The runtime asks for the next event at once; what it wrote before that belongs to this invocation.
            _, self._waiting = self._watch.until(self._clock.monotonic() + SETTLING, {"next"})
            self._watch.drain()
        if self._allowance is not None:
            self._watch.allowance = None
            self._allowance.release()
        self.serving = ""
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
        self._watch.close()
        self._process.end()
        self._link.close()

    def abort(self) -> None:
        """Kill its processes. The thread that drives it finds it dead and ends it; any thread may call this."""
        self.aborted = self._watch.aborted = True
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
            error, payload = exit_error(invocation.id, self._watch.wait_exit())
        self._watch.drain()
        return Run(ending, error, payload, 0.0, 0.0, 0.0, [])

    def _memory(self, ending: Ending) -> float:
        if ending == "memory":
            return float(self.function.memory)
        # The kernel's own peak sees what happened between two looks.
        self._watch.peak = max(self._watch.peak, self._process.peak_mb())
        return min(self._watch.peak, float(self.function.memory))

    def _paths(self) -> tuple[bytes, bytes]:
        return str(self.function.code).encode(), b"/var/task"


def _event_headers(invocation: Invocation, deadline: float) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.id,
        "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace,
    }
    if invocation.function.tenant:
        headers["Lambda-Runtime-Aws-Tenant-Id"] = invocation.function.tenant
    if invocation.client_context:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers
