"""The Lambda Runtime API of one execution environment, over the sockets of its runtime.

`Link` is passive: it owns a listening socket on loopback and parses what the runtime sends. Whoever drives the
environment waits on its file descriptors, so an invocation needs no thread of its own and no hand-over between
threads. awslambdaric takes only `host:port` as the address, hence one port per environment.
Specification: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (2018-06-01).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

_PREFIX = "/2018-06-01/runtime/"
_OTHERS = (
    ["init", "error"],
    ["restore", "error"],
    ["restore", "next"],
    ["debugger", "ready"],
    ["clock", "sleep"],
)
_KEYED = frozenset({"next", "init/error", "restore/error", "clock/sleep"})
_HEAD_LIMIT = 1024 * 1024 + 64 * 1024
_BODY_LIMIT = 32 * 1024 * 1024


@dataclass
class Connection:
    """One TCP connection of the runtime and what has arrived on it."""

    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class Request:
    """What the runtime asks or reports. `what` is `next`, `response`, `error`, `init/error`, `restore/next`,
    `restore/error`, `unknown`, or, not of AWS's, `debugger/ready` and `clock/sleep`."""

    what: str
    id: str
    body: bytes
    headers: Mapping[str, str]
    connection: Connection


class Link:
    """The server side of one environment's Runtime API."""

    def __init__(self, key: str = "") -> None:
        """`key` is the last word of the user agent with which the runtime asks for events, for sleep, and reports that
        it could not start; from others such requests are refused. Answers name their invocation instead."""
        self._key = key
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=8)
        self._listener.setblocking(False)
        self._connections: dict[int, Connection] = {}

    @property
    def address(self) -> str:
        """`host:port` for AWS_LAMBDA_RUNTIME_API."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def descriptors(self) -> list[int]:
        """File descriptors to wait on for reading."""
        return [self._listener.fileno(), *self._connections]

    def receive(self, descriptor: int) -> list[Request]:
        """Read what is there on a descriptor and return the requests that it completes."""
        if descriptor == self._listener.fileno():
            self._accept()
            return []
        connection = self._connections.get(descriptor)
        if connection is None:
            return []
        try:
            data = connection.socket.recv(1 << 20)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return []
        connection.buffer += data
        if len(connection.buffer) > _HEAD_LIMIT + _BODY_LIMIT:
            self._drop(connection)
            return []
        found = []
        while (request := self._parse(connection)) is not None:
            if request.what in _KEYED and not request.headers.get("user-agent", "").endswith(self._key):
                self.answer(request, 403, b'{"errorType":"Forbidden","errorMessage":"Not the runtime"}')
            else:
                found.append(request)
        return found

    def answer(
        self, request: Request, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> bool:
        """Send a response; False if the runtime is gone."""
        reason = {200: "OK", 202: "Accepted"}.get(status, "Status")
        lines = [
            f"HTTP/1.1 {status} {reason}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + body
        try:
            sent = 0
            with suppress(BlockingIOError):
                sent = request.connection.socket.send(data)
            if sent < len(data):
                request.connection.socket.settimeout(5)
                request.connection.socket.sendall(data[sent:])
                request.connection.socket.setblocking(False)
        except OSError:
            self._drop(request.connection)
            return False
        return True

    def acknowledge(self, request: Request) -> None:
        """Say that a request was taken in; its response follows later."""
        with suppress(OSError):
            request.connection.socket.send(b"HTTP/1.1 102 Processing\r\n\r\n")

    def close(self) -> None:
        """Close every socket. May be called twice."""
        for connection in list(self._connections.values()):
            self._drop(connection)
        self._listener.close()

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except OSError:
            return
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections[accepted.fileno()] = Connection(accepted)

    def _drop(self, connection: Connection) -> None:
        self._connections.pop(connection.socket.fileno(), None)
        connection.socket.close()

    def _parse(self, connection: Connection) -> Request | None:
        buffer = connection.buffer
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(buffer[:end]).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        start = end + 4
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body, stop = _unchunk(buffer, start)
            if body is None:
                return None
        else:
            length = headers.get("content-length", "0")
            stop = start + (int(length) if length.isdigit() else 0)
            if len(buffer) < stop:
                return None
            body = bytes(buffer[start:stop])
        del buffer[:stop]
        method, _, rest = head[0].partition(" ")
        return _request(method, rest.partition(" ")[0], body, headers, connection)


def _request(
    method: str, path: str, body: bytes, headers: Mapping[str, str], connection: Connection
) -> Request:
    what, invocation = "unknown", ""
    if path.startswith(_PREFIX):
        parts = path[len(_PREFIX) :].split("/")
        if method == "GET" and parts == ["invocation", "next"]:
            what = "next"
        elif (
            method == "POST"
            and len(parts) == 3
            and parts[0] == "invocation"
            and parts[2] in ("response", "error")
        ):
            what, invocation = parts[2], parts[1]
        elif parts in _OTHERS:
            what = "/".join(parts)
    return Request(what, invocation, body, headers, connection)


def _unchunk(buffer: bytearray, start: int) -> tuple[bytes | None, int]:
    body = bytearray()
    while True:
        line = buffer.find(b"\r\n", start)
        if line < 0:
            return None, 0
        try:
            size = int(bytes(buffer[start:line]).partition(b";")[0], 16)
        except ValueError:
            return bytes(body), len(buffer)
        begin = line + 2
        if len(buffer) < begin + size + 2:
            return None, 0
        body += buffer[begin : begin + size]
        start = begin + size + 2
        if size == 0:
            return bytes(body), start
