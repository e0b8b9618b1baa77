"""Log events into moto's CloudWatch Logs."""

from __future__ import annotations

import threading

from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.runtime.output import Event

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

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._lock = threading.Lock()

    def write(self, group: str, stream: str, events: list[Event]) -> None:
        from moto.logs.models import logs_backends

        if not events:
            return
        backend = logs_backends[self._account][self._region]
        # moto's backend has no lock of its own.
        with self._lock:
            if group not in backend.groups:
                backend.create_log_group(group, {})
            backend.ensure_log_stream(group, stream)
            backend.groups[group].streams[stream].put_log_events(
                [{"timestamp": int(event.at * 1000), "message": event.text} for event in events]
            )
