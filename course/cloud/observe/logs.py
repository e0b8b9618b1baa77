"""The lines that Lambda writes into a function's log stream around what the handler wrote.

Formats: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html and, for INIT_START and INIT_REPORT,
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from course.cloud import quotas
from course.cloud.clock import iso
from course.cloud.runtime.environment import Init, Run
from course.cloud.runtime.output import Event

_PROBLEM = {"timeout": "timeout", "ok": ""}


class LogSink(Protocol):
    """Where log events go."""

    def write(self, group: str, stream: str, events: list[Event]) -> None:
        """Append events to a stream, making group and stream as needed."""
        ...


def init_lines(init: Init, runtime: str, region: str, *, phase: str = "init") -> list[Event]:
    """INIT_START, what the code wrote while it was imported, and INIT_REPORT if that failed."""
    arn = f"arn:aws:lambda:{region}::runtime:{runtime}"
    lines = [
        Event(init.started, f"INIT_START Runtime Version: {runtime}.local\tRuntime Version ARN: {arn}\n")
    ]
    lines += init.events
    if init.ending != "ok":
        status = "timeout" if init.ending == "timeout" else "error"
        text = f"INIT_REPORT Init Duration: {init.seconds * 1000:.2f} ms\tPhase: {phase}\tStatus: {status}"
        if status == "error" and init.error is not None:
            text += f"\tError Type: {init.error.type}"
        lines.append(Event(init.started + init.seconds, text + "\n"))
    elif init.restore is not None:
        at = init.started + init.seconds
        lines.append(
            Event(
                at - init.restore,
                f"RESTORE_START Runtime Version: {runtime}.local\tRuntime Version ARN: {arn}\n",
            )
        )
        lines.append(Event(at, f"RESTORE_REPORT Restore Duration: {init.restore * 1000:.2f} ms\n"))
    return lines


class Start(NamedTuple):
    """How a cold environment came up: milliseconds of INIT, or of the restore of a snapshot."""

    ms: float
    restored: bool


def start_line(request: str, version: str, at: float) -> Event:
    return Event(at, f"START RequestId: {request} Version: {version}\n")


def end_lines(request: str, run: Run, memory: int, start: Start | None) -> list[Event]:
    """The words about a failure, END and REPORT."""
    at = run.started + run.seconds
    lines = []
    if run.ending == "timeout":
        lines.append(Event(at, f"{iso(at)} {request} Task timed out after {run.seconds:.2f} seconds\n"))
    elif run.ending in ("exit", "signal", "memory") and run.error is not None:
        lines.append(Event(at, f"{run.error.message}\n"))
        lines.append(Event(at, f"{run.error.type}\n"))
    lines.append(Event(at, f"END RequestId: {request}\n"))
    lines.append(Event(at, report(request, run, memory, start)))
    return lines


def report(request: str, run: Run, memory: int, start: Start | None) -> str:
    """The REPORT line. Durations in ms; billed time is rounded up to the next whole ms and, since August 2025,
    includes INIT (https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/)."""
    duration = run.seconds * 1000
    parts = [
        f"REPORT RequestId: {request}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed(duration, start)} ms",
        f"Memory Size: {memory} MB",
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


def billed(duration_ms: float, start: Start | None) -> int:
    """Billed milliseconds of an invocation of `duration_ms`. INIT counts; a restore is billed on its own."""
    init = start.ms if start is not None and not start.restored else 0.0
    return max(1, math.ceil(round(duration_ms + init, 2)))


def tail(events: Iterable[Event]) -> bytes:
    """The last 4 KB of an invocation's log, as `LogType=Tail` returns it (before base64)."""
    text = "".join(event.text if event.text.endswith("\n") else event.text + "\n" for event in events)
    return text.encode()[-quotas.LOG_TAIL :]
