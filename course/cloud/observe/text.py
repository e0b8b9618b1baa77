"""The lines that Lambda writes around what the handler wrote, with the log format Text.

Formats: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and, for INIT_START and INIT_REPORT,
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

import math

from course.cloud.clock import iso
from course.cloud.model import Invocation
from course.cloud.observe.logs import Start, billed
from course.cloud.observe.source import Source
from course.cloud.runtime.environment import Init, Run
from course.cloud.runtime.output import Event


class Text:
    """The words of one environment."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def init(self, init: Init) -> list[Event]:
        """INIT_START, what the code wrote while it was imported, and INIT_REPORT if that failed."""
        versions = (
            f"Runtime Version: {self._source.runtime}\tRuntime Version ARN: {self._source.runtime_arn}\n"
        )
        lines = [Event(init.started, f"INIT_START {versions}"), *init.events]
        end = init.started + init.seconds
        if init.ending != "ok":
            status = "timeout" if init.ending == "timeout" else "error"
            text = f"INIT_REPORT Init Duration: {init.seconds * 1000:.2f} ms\tPhase: init\tStatus: {status}"
            if status == "error" and init.error is not None:
                text += f"\tError Type: {init.error.type}"
            lines.append(Event(end, text + "\n"))
        elif init.restore is not None:
            lines.append(Event(end - init.restore, f"RESTORE_START {versions}"))
            lines.append(Event(end, f"RESTORE_REPORT Restore Duration: {init.restore * 1000:.2f} ms\n"))
        return lines

    def own(self, events: list[Event]) -> list[Event]:
        """What of the code's own lines is kept: all."""
        return events

    def run(self, invocation: Invocation, run: Run, start: Start | None) -> list[Event]:
        """START, what the handler wrote, the words about a failure, END and REPORT."""
        at = run.started + run.seconds
        begin = f"START RequestId: {invocation.id} Version: {invocation.function.version}\n"
        lines = [Event(run.started, begin), *run.events]
        if run.ending == "timeout":
            text = f"{iso(at)} {invocation.id} Task timed out after {run.seconds:.2f} seconds\n"
            lines.append(Event(at, text))
        elif run.ending in ("exit", "signal", "memory") and run.error is not None:
            lines.append(Event(at, f"{run.error.message}\n"))
            lines.append(Event(at, f"{run.error.type}\n"))
        lines.append(Event(at, f"END RequestId: {invocation.id}\n"))
        lines.append(Event(at, _report(invocation, run, start)))
        return lines


def _report(invocation: Invocation, run: Run, start: Start | None) -> str:
    duration = run.seconds * 1000
    parts = [
        f"REPORT RequestId: {invocation.id}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed(duration, start)} ms",
        f"Memory Size: {invocation.function.memory} MB",
        f"Max Memory Used: {math.ceil(run.memory_mb)} MB",
    ]
    if start is not None and start.restored:
        parts += [
            f"Restore Duration: {start.ms:.2f} ms",
            f"Billed Restore Duration: {math.ceil(start.ms)} ms",
        ]
    elif start is not None:
        parts.append(f"Init Duration: {start.ms:.2f} ms")
    if run.ending == "timeout":
        parts.append("Status: timeout")
    elif run.ending not in ("ok", "error") and run.error is not None:
        parts += ["Status: error", f"Error Type: {run.error.type}"]
    return "\t".join(parts) + "\t\n"
