"""One invocation, from admission to the record of it. Every front end ends here."""

from __future__ import annotations

from course.cloud.engine.concurrency import Concurrency
from course.cloud.engine.pool import Pool
from course.cloud.model import Function, FunctionError, Invocation, Outcome
from course.cloud.observe import logs
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

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run it and wait for the outcome. Raises TooManyRequests when no concurrency is left."""
        with (
            self._clock.working(),
            self.concurrency.lease(invocation.function),
            self.pool.environment(invocation.function, self.concurrency.grow) as (environment, cold),
        ):
            return (
                self._cold(invocation, environment) if cold else self._run(invocation, environment, None, [])
            )

    def prepare(self, function: Function, initialization_type: str) -> bool:
        """Initialise an environment ahead of any invocation; False if its INIT failed."""
        environment = self.pool.start(function, initialization_type)
        try:
            with self._clock.working():
                init = environment.init()
            self._record_init(environment, init)
            lines = words(environment, self._region).init(init)
            self._sink.write(function.log_group, environment.log_stream, lines)
        finally:
            self.pool.give_back(environment)
        return init.ending == "ok"

    def _cold(self, invocation: Invocation, environment: Environment) -> Outcome:
        function = invocation.function
        init = environment.init()
        self._record_init(environment, init)
        lines = words(environment, self._region).init(init)
        if init.ending == "ok":
            return self._run(invocation, environment, _start(init), lines)
        if environment.aborted:  # the cloud is emptied: nobody wants another one
            return self._init_failed(invocation, environment, init, lines, init.started)
        # A failed INIT is run once more as part of the invocation, under the function's own timeout.
        again = self.pool.start(function)
        try:
            again.log_stream = environment.log_stream
            started = self._clock.now()
            retry = again.init(function.timeout)
            self._record_init(again, retry)
            if retry.ending == "ok":
                written = words(again, self._region).own(retry.events)
                return self._run(invocation, again, _start(retry), [*lines, *written])
            return self._init_failed(invocation, again, retry, lines, started)
        finally:
            self.pool.give_back(again)

    def _init_failed(
        self, invocation: Invocation, environment: Environment, init: Init, lines: list[Event], started: float
    ) -> Outcome:
        error, payload = init.error, init.payload
        if init.ending == "timeout":
            error, payload = timeout_error(invocation.id, invocation.function.timeout)
        elif not payload and error is not None:
            message = f"RequestId: {invocation.id} {error.message}"
            error = FunctionError(error.type, message)
            payload = _payload(error)
        ending = "init-error" if init.ending == "error" else init.ending
        run = Run(ending, error, payload, started, init.seconds, 0.0, init.events)
        return self._answer(invocation, environment, run, None, lines, cold=True)

    def _run(
        self, invocation: Invocation, environment: Environment, start: Start | None, lines: list[Event]
    ) -> Outcome:
        run = environment.run(invocation, invocation.function.timeout)
        return self._answer(invocation, environment, run, start, lines, cold=start is not None)

    def _answer(
        self,
        invocation: Invocation,
        environment: Environment,
        run: Run,
        start: Start | None,
        lines: list[Event],
        cold: bool,
    ) -> Outcome:
        function = invocation.function
        own = words(environment, self._region).run(invocation, run, start)
        self._sink.write(function.log_group, environment.log_stream, [*lines, *own])
        outcome = Outcome(
            payload=run.payload,
            ending=run.ending,
            error=run.error,
            log_tail=logs.tail(own) if invocation.tail else b"",
            duration_ms=run.seconds * 1000,
            billed_ms=logs.billed(run.seconds * 1000, start),
            init_ms=start.ms if start is not None and not start.restored else None,
            memory_mb=round(run.memory_mb),
            environment=environment.id,
            log_stream=environment.log_stream,
            cold=cold,
        )
        self._ledger.add(
            Record(
                phase="INVOKE",
                function=function.name,
                version=function.version,
                environment=environment.id,
                request_id=invocation.id,
                kind=invocation.kind,
                start=run.started,
                end=run.started + run.seconds,
                cold=cold,
                outcome=_WORDS.get(run.ending, run.ending),
                error_type=run.error.type if run.error else None,
                log_stream=environment.log_stream,
                memory_mb=outcome.memory_mb,
                billed_ms=outcome.billed_ms,
            )
        )
        return outcome

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
                outcome=_WORDS.get(init.ending, init.ending),
                error_type=init.error.type if init.error else None,
                log_stream=environment.log_stream,
                memory_mb=0,
                billed_ms=0,
            )
        )


_WORDS = {"init-error": "error", "memory": "killed", "signal": "killed", "exit": "exited"}


def _start(init: Init) -> Start:
    if init.restore is not None:
        return Start(init.restore * 1000, restored=True)
    return Start(init.seconds * 1000, restored=False)


def _payload(error: FunctionError) -> bytes:
    import json

    body = {"errorType": error.type, "errorMessage": error.message}
    return json.dumps(body, separators=(",", ":")).encode()
