"""The HTTP server: one thread a connection, connections kept alive.

Not a library's: the WSGI servers there are either close every connection, which doubles the cost of an SDK's
call, or serve from a fixed pool of threads, in which a handler that calls back into this cloud while its own
invocation holds a thread would wait for ever. It speaks the part of HTTP/1.1 that AWS's SDKs and browsers use.
"""

from __future__ import annotations

import errno
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, cast
from urllib.parse import unquote_to_bytes

from course.cloud.clock import Signal
from course.errors import UserError

_LINE = 1 << 20
_HEADERS = 200
_SKIP = 1 << 20
_IDLE = 900 + 60  # a connection may wait for the longest invocation
_PASSING = (errno.EMFILE, errno.ENFILE, errno.ECONNABORTED, errno.ENOBUFS, errno.ENOMEM)
_BREATH = 0.05
"""Seconds until connections are taken again after the system had no descriptor for one."""


class Server:
    """Serves one WSGI application on loopback in daemon threads."""

    def __init__(self, app: Callable[..., Iterable[bytes]], port: int, host: str = "127.0.0.1") -> None:
        """Raises UserError if the port is taken or not allowed."""
        try:
            self._listener = socket.create_server((host, port), backlog=512)
        except OSError as error:
            raise _explain(error, port) from error
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._app = app
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._closing = Signal()
        self._thread = threading.Thread(target=self._accept, name="gateway", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more, and drop every connection. May be called twice."""
        with self._lock:
            self._closed = True
            sockets = list(self._open)
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if self._closed or error.errno not in _PASSING:
                    return
                self._closing.wait(_BREATH)
                continue
            with self._lock:
                if self._closed:
                    connection.close()
                    return
                self._open.add(connection)
            try:
                threading.Thread(
                    target=self._serve, args=(connection,), name="connection", daemon=True
                ).start()
            except RuntimeError:  # the system has no thread left; it may have one for the next
                self._forget(connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_IDLE)
        stream = cast("BinaryIO", connection.makefile("rb", 1 << 16))
        try:
            while self._exchange(connection, stream):
                pass
        except (OSError, ValueError):
            return  # the client went away, or sent what is not HTTP
        finally:
            with suppress(OSError):
                stream.close()
            self._forget(connection)

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def _exchange(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """One request and its answer; whether the connection stays open."""
        line = stream.readline(_LINE)
        if not line.strip():
            return bool(line)
        method, target, version = line.decode("latin-1").split()
        headers = list(_headers(stream))
        fields = {name.lower(): value for name, value in headers}
        chunked = fields.get("transfer-encoding", "").lower() == "chunked"
        length = fields.get("content-length", "0")
        body = _Body(stream, int(length) if length.isdigit() else 0)
        if fields.get("expect", "").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        environ = self._environ(method, target, version, headers) | {"cloud.connection": connection}
        if chunked:
            environ["wsgi.input_terminated"] = True
            environ["wsgi.input"] = _Chunks(stream)
        else:
            environ["wsgi.input"] = body
        keep = version != "HTTP/1.0" and fields.get("connection", "").lower() != "close"
        self._answer(connection, environ, method)
        return keep and not chunked and body.skip()

    def _environ(
        self, method: str, target: str, version: str, headers: list[tuple[str, str]]
    ) -> dict[str, Any]:
        path, _, query = target.partition("?")
        if "://" in path:  # absolute form, as proxies send it
            path = "/" + path.partition("://")[2].partition("/")[2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": target,
            "REQUEST_URI": target,
            "SERVER_NAME": self.host,
            "SERVER_PORT": str(self.port),
            "SERVER_PROTOCOL": version,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": _Nowhere(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "cloud.headers": headers,
        }
        for name, value in headers:
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = "HTTP_" + key
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _answer(self, connection: socket.socket, environ: dict[str, Any], method: str) -> None:
        head: list[str] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            lines = [f"{name}: {value}" for name, value in headers]
            names = {name.lower() for name, _ in headers}
            head[:] = [f"HTTP/1.1 {status}", *lines]
            bodyless = method == "HEAD" or status.startswith(("1", "204", "304"))
            environ["cloud.length"] = "content-length" in names or bodyless

        close: Callable[[], object] = bool
        try:
            try:
                answer = self._app(environ, start_response)
                close = getattr(answer, "close", close)
                body = b"".join(answer)
            except (OSError, _NotHttp):
                raise
            except Exception as error:  # our own bug must look like one, not like a network that failed
                body = _apology(error)
                start_response("500 Internal Server Error", [*_APOLOGY, ("Content-Length", str(len(body)))])
            if not environ["cloud.length"]:
                head.append(f"Content-Length: {len(body)}")
            data = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1", "replace")
            connection.sendall(data if method == "HEAD" else data + body)
        finally:
            close()  # after the answer: what an application has left to do delays nobody


_APOLOGY = [("Content-Type", "application/json"), ("x-amzn-ErrorType", "ServiceException")]


def _apology(error: Exception) -> bytes:
    message = f"a bug of this cloud: {type(error).__name__}: {error}"
    return json.dumps({"Type": "Server", "Message": message, "message": message}).encode()


class _NotHttp(ValueError):
    """The client sent what this server does not understand."""


def _headers(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    for _ in range(_HEADERS):
        line = stream.readline(_LINE)
        if line in (b"\r\n", b"\n", b""):
            return
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _NotHttp("not a header")
        yield name.strip(), value.strip()
    raise _NotHttp("too many headers")


class _Body:
    """A request body that ends where its Content-Length says, so that what is left of it can be skipped."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._stream.read(wanted) if wanted else b""
        self._left -= len(data)
        return data

    def readline(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._stream.readline(wanted) if wanted else b""
        self._left -= len(data)
        return data

    def readlines(self, hint: int = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def skip(self) -> bool:
        """Read what nobody read; False if that is too much and the connection should be closed instead."""
        if self._left > _SKIP:
            return False
        return len(self.read()) >= 0 and self._left == 0


class _Chunks(_Body):
    """A chunked body, gathered whole when first read."""

    def __init__(self, stream: BinaryIO) -> None:
        import io

        gathered = bytearray()
        while size := _size(stream.readline(_LINE)):
            gathered += stream.read(size)
            stream.readline(_LINE)
        for _ in _headers(stream):
            continue
        super().__init__(io.BytesIO(bytes(gathered)), len(gathered))


def _size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise _NotHttp("not a chunk") from None


class _Nowhere:
    """Where an application's own error log goes: errors are answers, not lines on a learner's terminal."""

    def write(self, text: str) -> int:
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        return

    def flush(self) -> None:
        return


def _explain(error: OSError, port: int) -> UserError:
    if error.errno == errno.EADDRINUSE:
        return UserError(f"port {port} is taken; name another with --port, or --port 0 for any free one")
    if error.errno == errno.EACCES:
        return UserError(f"port {port} needs more rights; name one above 1023 with --port")
    return UserError(f"cannot listen on port {port}: {error.strerror}; name another with --port")
