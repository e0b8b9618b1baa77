"""Log events into moto's CloudWatch Logs, as far as the function's role may write there.

A role without the rights costs the log and nothing else: the function runs.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from __future__ import annotations

import threading

from course.cloud.iam.rights import EVERY_RIGHT, Rights
from course.cloud.model import Function
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.runtime.output import Event
from lint_rules import Authorization

relies_on(
    "moto.logs.models",
    {
        "LogsBackend.create_log_group": "7ec171fd0d55",
        "LogsBackend.ensure_log_stream": "3a88c3a9d2cd",
        "LogStream.put_log_events": "b07b0d5ae328",
    },
)


class MotoLogs:
    """A LogSink over the log groups of one account and Region."""

    def __init__(self, account: str, region: str, rights: Rights = EVERY_RIGHT) -> None:
        self._account = account
        self._region = region
        self._rights = rights
        self._lock = threading.Lock()

    def write(self, function: Function, stream: str, events: list[Event]) -> None:
        from moto.logs.models import logs_backends

        if not events:
            return
        backend = logs_backends[self._account][self._region]
        group = function.log_group
        # moto's backend has no lock of its own.
        with self._lock:
            if group not in backend.groups:
                if not self._may(function, "CreateLogGroup", ""):
                    return
                backend.create_log_group(group, {})
            if stream not in backend.groups[group].streams:
                if not self._may(function, "CreateLogStream", ""):
                    return
                backend.ensure_log_stream(group, stream)
            if self._may(function, "PutLogEvents", stream):
                backend.groups[group].streams[stream].put_log_events(
                    [{"timestamp": int(event.at * 1000), "message": event.text} for event in events]
                )

    def _may(self, function: Function, action: str, stream: str) -> bool:
        if not self._rights.enabled:
            return True
        group = f"arn:aws:logs:{self._region}:{self._account}:log-group:{function.log_group}"
        source = f"arn:aws:lambda:{self._region}:{self._account}:function:{function.name}"
        context = {"lambda:SourceFunctionArn": source}
        one = Authorization(f"logs:{action}", f"{group}:log-stream:{stream}", context)
        return self._rights.require_role(function.role, function.name, one) is None
