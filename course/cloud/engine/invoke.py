"""One invocation, from admission to the record of it. Every front end ends here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from course.cloud.engine.concurrency import Concurrency
from course.cloud.engine.done import Done, word
from course.cloud.engine.pool import Pool
from course.cloud.errors import TooManyRequests
from course.cloud.model import Function, FunctionError, Invocation, Outcome
from course.cloud.observe.ledger import Ledger, Record
from course.cloud.observe.logs import LogSink, Start
from course.cloud.observe.words import words
from course.cloud.runtime.environment import Environment, Init, Run
from course.cloud.runtime.output import Event
from course.cloud.runtime.results import timeout_error
from course.cloud.virtual_clock import VirtualClock


class Engine:
    """Runs invocations."""

    def __init__(
        self,
        pool: Pool,
        concurrency: Concurrency,
        sink: LogSink,
        ledger: Ledger,
        clock: VirtualClock,
        region: str,
    ) -> None:
        self.pool = pool
        self.concurrency = concurrency
        self._sink = sink
        self._ledger = ledger
        self._clock = clock
        self._region = region
        self._open = 0
        self._changed = threading.Condition()
        ledger.catch_up = self.caught_up
        pool.told = self._tell

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run it and wait for all of it. Raises TooManyRequests when no concurrency is left."""
        _, rest = self.answer(invocation)
        return rest()

    def answer(self, invocation: Invocation) -> tuple[Outcome, Callable[[], Outcome]]:
        """Run it and wait for the answer. Raises TooManyRequests when no concurrency is left.

        The second value must be called by the same thread, once: it brings the environment to rest, writes logs and
        ledger, and gives the outcome with what is known only then. `caught_up` waits for others' calls of it.
        """
        with ExitStack() as stack:
            stack.enter_context(self._clock.working())
            function = invocation.function
            ready = (
                self.concurrency.ready(function.arn) if function.name in self.concurrency.provisioned else 0
            )
            try:
                with self.pool.factory.waiting(invocation.caller), self.concurrency.lease(function):
                    environment, cold = stack.enter_context(
                        self.pool.environment(function, self.concurrency.grow)
                    )
                    if cold:
                        done = self._cold(invocation, environment, stack)
                    else:
                        done = self._run(invocation, environment, None, [])
            except TooManyRequests as throttled:
                self._throttled(invocation, throttled)
                raise
            done = done._replace(ready=ready) if ready else done
            outcome = self._record(done) if invocation.tail else done.outcome()
            with self._changed:
                self._open += 1
            return outcome, partial(self._rest, done, outcome, stack.pop_all())
        raise AssertionError("unreachable")

    def _throttled(self, invocation: Invocation, throttled: TooManyRequests) -> None:
        resource = invocation.invoked_arn.split(":", 6)[-1]
        reason = throttled.members.get("Reason", "")
        self._ledger.note(
            "invocation.throttled", invocation.function.name, invocation.id, reason, resource=resource
        )

    def _tell(self, fate: str, environment: Environment, because: str) -> None:
        function = environment.function
        self._ledger.note(
            f"environment.{fate}",
            function.name,
            environment.id,
            because,
            version=function.version,
            log_stream=environment.log_stream,
        )

    def caught_up(self, seconds: float = 5.0) -> bool:
        """Wait until logs and ledger hold all that was answered; False if that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, timeout=seconds)

    def _rest(self, done: Done, outcome: Outcome, stack: ExitStack) -> Outcome:
        try:
            with stack:
                return outcome if done.invocation.tail else self._record(done)
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def prepare(self, function: Function, initialization_type: str) -> bool:
        """Initialise an environment ahead of any invocation; False if its INIT failed."""
        environment = self.pool.start(function, initialization_type)
        try:
            with self._clock.working():
                init = environment.init()
            self._record_init(environment, init)
            lines = words(environment, self._region).init(init)
            self._sink.write(function, environment.log_stream, lines)
        finally:
            self.pool.give_back(environment)
        return init.ending == "ok"

    def _cold(self, invocation: Invocation, environment: Environment, stack: ExitStack) -> Done:
        function = invocation.function
        init = environment.init()
        self._record_init(environment, init)
        lines = words(environment, self._region).init(init)
        if init.ending == "ok":
            return self._run(invocation, environment, _start(init), lines)
        if environment.aborted:  # the cloud is emptied: nobody wants another one
            return _init_failed(invocation, environment, init, lines, init.started)
        # A failed INIT is run once more as part of the invocation, under the function's own timeout.
        again = self.pool.start(function)
        stack.callback(self.pool.give_back, again)
        again.log_stream = environment.log_stream
        started = self._clock.now()
        retry = again.init(function.timeout)
        self._record_init(again, retry)
        if retry.ending == "ok":
            written = words(again, self._region).own(retry.events)
            return self._run(invocation, again, _start(retry), [*lines, *written])
        return _init_failed(invocation, again, retry, lines, started)

    def _run(
        self, invocation: Invocation, environment: Environment, start: Start | None, lines: list[Event]
    ) -> Done:
        run = environment.run(invocation, invocation.function.timeout)
        return Done(invocation, environment, run, start, lines, cold=start is not None)

    def _record(self, done: Done) -> Outcome:
        if done.settles:
            done = done._replace(run=done.environment.settle(done.run))
        function = done.invocation.function
        own = words(done.environment, self._region).run(done.invocation, done.run, done.start)
        self._sink.write(function, done.environment.log_stream, [*done.lines, *own])
        self._ledger.add(done.record())
        return done.outcome(own)

    def _record_init(self, environment: Environment, init: Init) -> None:
        function = environment.function
        self._ledger.add(
            Record(
                phase="INIT",
                function=function.name,
                version=function.version,
                environment=environment.id,
                request_id=None,
                kind=None,
                start=init.started,
                end=init.started + init.seconds,
                cold=True,
                outcome=word(init.ending),
                error_type=init.error.type if init.error else None,
                log_stream=environment.log_stream,
                memory_mb=0,
                billed_ms=0,
            )
        )


def _init_failed(
    invocation: Invocation, environment: Environment, init: Init, lines: list[Event], started: float
) -> Done:
    error, payload = init.error, init.payload
    if init.ending == "timeout":
        error, payload = timeout_error(invocation.id, invocation.function.timeout)
    elif not payload and error is not None:
        message = f"RequestId: {invocation.id} {error.message}"
        error = FunctionError(error.type, message)
        payload = _payload(error)
    ending = "init-error" if init.ending == "error" else init.ending
    run = Run(ending, error, payload, started, init.seconds, 0.0, init.events)
    return Done(invocation, environment, run, None, lines, cold=True, settles=False)


def _start(init: Init) -> Start:
    if init.restore is not None:
        return Start(init.restore * 1000, restored=True)
    return Start(init.seconds * 1000, restored=False)


def _payload(error: FunctionError) -> bytes:
    import json

    body = {"errorType": error.type, "errorMessage": error.message}
    return json.dumps(body, separators=(",", ":")).encode()
