"""The cloud as a program of its own: in the foreground until it is told to stop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from course.cloud.clock import Signal
from course.cloud.cloud import Cloud


def serve(port: int = 0, host: str = "127.0.0.1", **settings: Any) -> None:
    """Run until SIGINT or SIGTERM. Prints one line with `ready` and the endpoint when requests are accepted.

    `settings` are those of `Cloud`. Raises UserError if the port cannot be had.
    """
    stop = Signal()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    with Cloud(port, host=host, **settings) as cloud:
        print(f"lambdalab cloud ready at {cloud.endpoint}", flush=True)  # noqa: T201
        stop.wait()
