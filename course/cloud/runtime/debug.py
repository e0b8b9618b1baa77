"""Environments that an editor steers: where it attaches, and how long such an environment may take.

Inside, debugpy listens before anything of the function is imported. How to attach: docs/debugging.md.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec

PATIENCE = 24 * 3600.0
"""Seconds that stand for the limits of INIT and of an invocation while somebody looks."""
VARIABLE = "_LAMBDALAB_DEBUG"
"""Tells `child/bootstrap.py` where to listen; the handler does not see it."""
PORT = 5678
"""What editors suggest."""


def available() -> bool:
    """Whether debugpy is installed."""
    return find_spec("debugpy") is not None


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201


class Debug:
    """Lets an editor attach to the environments of one function."""

    def __init__(self, function: str, port: int = PORT, announce: Callable[[str], None] = _print) -> None:
        """`announce` is given a line when an environment waits for an editor."""
        self.function = function
        self._port = port
        self._announce = announce
        self._given: dict[str, int] = {}
        self._lock = threading.Lock()

    def listen(self, environment: str) -> str:
        """Where debugpy is to listen in a new environment, as host:port.

        The port is the one asked for; for a further environment at the same time any free one.
        """
        with self._lock:
            port = self._port if self._port not in self._given.values() and _is_free(self._port) else _any()
            self._given[environment] = port
        return f"127.0.0.1:{port}"

    def ready(self, address: str, code: str) -> None:
        """Say that an environment listens there. `code` is where its code lies for the debugger."""
        self._announce(
            f"{self.function} waits for an editor to attach to {address}; its code is {code} there "
            "(docs/debugging.md)"
        )

    def forget(self, environment: str) -> None:
        """The environment is gone, and its port free."""
        with self._lock:
            self._given.pop(environment, None)


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def _any() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
