"""What an invocation came to, and how outcome and record are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from course.cloud.model import Ending, Invocation, Outcome
from course.cloud.observe import logs
from course.cloud.observe.ledger import Record
from course.cloud.observe.logs import Start
from course.cloud.runtime.environment import Environment, Run
from course.cloud.runtime.output import Event

_WORDS = {"init-error": "error", "memory": "killed", "signal": "killed", "exit": "exited"}


class Done(NamedTuple):
    """An answered invocation. `lines` are what goes into the log before its own."""

    invocation: Invocation
    environment: Environment
    run: Run
    start: Start | None
    lines: list[Event]
    cold: bool
    settles: bool = True
    """Whether the environment still has to come to rest."""
    ready: int = 0
    """Provisioned environments that the function had when it was called."""

    def outcome(self, own: Sequence[Event] = ()) -> Outcome:
        """The outcome, with the end of the log `own` if that was asked for."""
        run, start = self.run, self.start
        return Outcome(
            payload=run.payload,
            ending=run.ending,
            error=run.error,
            log_tail=logs.tail(own) if self.invocation.tail else b"",
            duration_ms=run.seconds * 1000,
            billed_ms=logs.billed(run.seconds * 1000, start),
            init_ms=start.ms if start is not None and not start.restored else None,
            memory_mb=round(run.memory_mb),
            environment=self.environment.id,
            log_stream=self.environment.log_stream,
            cold=self.cold,
        )

    def record(self) -> Record:
        """Its line in the ledger."""
        run, function = self.run, self.invocation.function
        return Record(
            phase="INVOKE",
            function=function.name,
            version=function.version,
            environment=self.environment.id,
            request_id=self.invocation.id,
            kind=self.invocation.kind,
            start=run.started,
            end=run.started + run.seconds,
            cold=self.cold,
            outcome=word(run.ending),
            error_type=run.error.type if run.error else None,
            log_stream=self.environment.log_stream,
            memory_mb=round(run.memory_mb),
            billed_ms=logs.billed(run.seconds * 1000, self.start),
            resource=self.invocation.invoked_arn.split(":", 6)[-1],
            initialization=self.environment.initialization,
            provisioned_ready=self.ready,
        )


def word(ending: Ending) -> str:
    """The ledger's word for how a phase ended."""
    return _WORDS.get(ending, ending)
