"""The cloud as a program of its own: in the foreground until it is told to stop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from course.cloud.clock import Signal
from course.cloud.runtime.debug import PORT, Debug, available
from course.errors import UserError


def serve(
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    debug: str | None = None,
    debug_port: int = PORT,
    **settings: Any,
) -> None:
    """Run until SIGINT or SIGTERM. Prints one line with `ready` and the endpoint when requests are accepted.

    `debug` names a function whose environments wait for an editor; a line is printed when one does. `settings` are
    those of `Cloud`. Raises UserError if the port cannot be had, or debugpy is missing.
    """
    if debug is not None:
        if not available():
            raise UserError('debugging needs debugpy; install it with: pip install "lambdalint[debug]"')
        settings["debug"] = Debug(debug, debug_port, announce=_say)

    stop = Signal()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    from course.cloud.cloud import Cloud  # all of it, which the package's other users do not wait for

    with Cloud(port, host=host, **settings) as cloud:
        _say(f"lambdalab cloud ready at {cloud.endpoint}")
        stop.wait()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
