"""The HTTP server: werkzeug's threaded one with connections kept alive.

One thread a connection, not a fixed pool: a handler that calls back into this cloud while its own invocation
holds a thread must never wait for a thread that is not coming.
"""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from course.errors import UserError


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 900 + 60  # a connection may wait for the longest invocation

    def log(self, type: str, message: str, *args: Any) -> None:
        return  # the cloud's own record is the ledger

    def make_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().make_environ()
        return environ


class Server:
    """Serves one WSGI application on 127.0.0.1 in a thread."""

    def __init__(self, app: Callable[..., Any], port: int, host: str = "127.0.0.1") -> None:
        """Raises UserError if the port is taken or not allowed."""
        try:
            listener = socket.create_server((host, port), backlog=256)
        except OSError as error:
            raise _explain(error, port) from error
        listener.set_inheritable(True)
        self._listener = listener
        self._server = ThreadedWSGIServer(host, port, app, handler=_handler(), fd=listener.fileno())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port: int = listener.getsockname()[1]
        listener.set_inheritable(False)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="gateway", daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._listener.close()
        self._thread.join(timeout=5)


def _handler() -> type[WSGIRequestHandler]:
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    return type("Handler", (_Handler, MotoRequestHandler), {})


def _explain(error: OSError, port: int) -> UserError:
    if error.errno == errno.EADDRINUSE:
        return UserError(f"port {port} is taken; name another with --port, or --port 0 for any free one")
    if error.errno == errno.EACCES:
        return UserError(f"port {port} needs more rights; name one above 1023 with --port")
    return UserError(f"cannot listen on port {port}: {error.strerror}; name another with --port")
