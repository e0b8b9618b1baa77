"""The lines that Lambda writes around what the handler wrote, with the log format JSON: platform events.

Their members: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html. Which level an event
has, and which lines of the code a level keeps:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from course.cloud.clock import iso
from course.cloud.model import FunctionError, Invocation
from course.cloud.observe.logs import Start, billed
from course.cloud.observe.source import Source
from course.cloud.runtime.environment import Init, Run
from course.cloud.runtime.output import Event

Record = dict[str, Any]
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Platform:
    """The words of one environment, with the levels of its function."""

    def __init__(self, source: Source) -> None:
        self._source = source
        application, system = source.function.log_levels
        self._application = _LEVELS.index(application or "INFO")
        self._system = _LEVELS.index(system or "INFO")

    def init(self, init: Init) -> list[Event]:
        """The events of INIT and of a restore, around what the code wrote while it was imported."""
        kind = self._source.initialization
        function = self._source.function
        who: Record = {
            "runtimeVersion": self._source.runtime,
            "runtimeVersionArn": self._source.runtime_arn,
            "functionName": function.name,
            "functionVersion": function.version,
            "instanceId": self._instance(),
            "instanceMaxMemory": function.memory * 1024 * 1024,
        }
        end = init.started + init.seconds
        begin = self._event(
            init.started, "INFO", "initStart", {"initializationType": kind, "phase": "init", **who}
        )
        lines = begin + self.own(init.events)
        how = {"initializationType": kind, "phase": "init", **_status(init.ending, init.error)}
        well = init.ending == "ok"
        lines += self._event(end, "DEBUG" if well else "WARN", "initRuntimeDone", how)
        level = "DEBUG" if kind == "on-demand" else "INFO"
        report = {**how, "metrics": {"durationMs": _ms(init.seconds)}}
        lines += self._event(end, level if well else "WARN", "initReport", report)
        if well and init.restore is not None:
            lines += self._event(end - init.restore, "INFO", "restoreStart", who)
            lines += self._event(end, "DEBUG", "restoreRuntimeDone", {"status": "success"})
            restored = {"status": "success", "metrics": {"durationMs": _ms(init.restore)}}
            lines += self._event(end, "INFO", "restoreReport", restored)
        return lines

    def own(self, events: list[Event]) -> list[Event]:
        """What of the code's own lines is kept: text, and JSON of the application's level or above."""
        return [event for event in events if _rank(event) >= self._application]

    def run(self, invocation: Invocation, run: Run, start: Start | None) -> list[Event]:
        """The events of an invocation around what the handler wrote."""
        end = run.started + run.seconds
        duration = _ms(run.seconds)
        lines = self._event(
            run.started,
            "INFO",
            "start",
            {
                "requestId": invocation.id,
                "functionArn": invocation.invoked_arn,
                "version": invocation.function.version,
            },
        )
        lines += self.own(run.events)
        status = _status(run.ending, run.error)
        well = run.ending == "ok"
        answered = len(run.payload) if run.ending in ("ok", "error") else 0
        measured = {"durationMs": duration, "producedBytes": answered}
        done = {"requestId": invocation.id, **status, "metrics": measured}
        # Recorded logs show runtimeDone of failures only; the level of successes says the same.
        lines += self._event(end, "DEBUG" if well else "WARN", "runtimeDone", done)
        metrics: Record = {
            "durationMs": duration,
            "billedDurationMs": billed(duration, start),
            "memorySizeMB": invocation.function.memory,
            "maxMemoryUsedMB": math.ceil(run.memory_mb),
        }
        if start is not None and start.restored:
            metrics |= {
                "restoreDurationMs": round(start.ms, 3),
                "billedRestoreDurationMs": math.ceil(start.ms),
            }
        elif start is not None:
            metrics["initDurationMs"] = round(start.ms, 3)
        report = {"requestId": invocation.id, "metrics": metrics, **status}
        return lines + self._event(end, "INFO" if well else "WARN", "report", report)

    def _event(self, at: float, level: str, kind: str, record: Record) -> list[Event]:
        if _LEVELS.index(level) < self._system:
            return []
        body = {"time": iso(at), "type": f"platform.{kind}", "record": record}
        return [Event(at, json.dumps(body, separators=(",", ":"), ensure_ascii=False))]

    def _instance(self) -> str:
        # The stream's name with the function's before the version: 2026/10/08/name[$LATEST]22be...
        day, _, rest = self._source.stream.rpartition("/")
        return f"{day}/{self._source.function.name}{rest}"


def _status(ending: str, error: FunctionError | None) -> Record:
    if ending in ("ok", "timeout"):
        return {"status": "success" if ending == "ok" else "timeout"}
    return {"status": "error", **({"errorType": error.type} if error is not None and error.type else {})}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _rank(event: Event) -> int:
    """The level of a line; text that is not JSON passes every level."""
    if event.level:
        return _LEVELS.index(event.level)
    if not event.text.startswith("{"):
        return len(_LEVELS)
    try:
        line = json.loads(event.text)
    except (ValueError, RecursionError):
        return len(_LEVELS)
    level = str(line.get("level", "")).upper()
    if level not in _LEVELS or not _TIME.fullmatch(str(line.get("timestamp", ""))):
        return _LEVELS.index("INFO")
    return _LEVELS.index(level)
