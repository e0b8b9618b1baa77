"""Stands in for `runtime_client`, the C extension of awslambdaric, where there is none: it is built for Linux only.

The same four functions over one kept connection, with the same names, values and errors. A socket and nothing else,
because a handler may trace or replace `http.client`, set a default time-out for sockets, or patch the socket module.
Source of the original: awslambdaric/runtime_client.cpp of aws/aws-lambda-python-runtime-interface-client, 2026-06-26.
"""

import os
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_Socket = socket.socket
_INVOCATION = "/2018-06-01/runtime/invocation/"
_KEPT = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Client-Context",
    "Content-Type",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Lambda-Runtime-Invocation-Id",
)
_agent = ""
_connection: "tuple[socket.socket, BinaryIO] | None" = None


def initialize_client(user_agent: str) -> None:
    """Say as whom to ask. Nothing is connected yet."""
    global _agent
    _agent = user_agent


def next() -> "tuple[bytes, dict[str, Any]]":
    """Wait for an invocation; its event and its headers. Raises RuntimeError if there is no answer."""
    try:
        status, headers, body = _exchange("GET", "next", {}, b"")
    except (OSError, ValueError):
        status = 0
    if status != 200:
        raise RuntimeError("Failed to get next")
    found: dict[str, Any] = {name: headers.get(name.lower()) or None for name in _KEPT}
    found["Lambda-Runtime-Deadline-Ms"] = int(headers.get("lambda-runtime-deadline-ms", 0))
    return body, found


def post_invocation_result(
    invoke_id: str, result: bytes, content_type: str, invocation_id: "str | None" = None
) -> None:
    """Report what a handler returned. Raises RuntimeError if that is not accepted."""
    headers = {"content-type": content_type}
    _report(f"{invoke_id}/response", headers, result, invocation_id, "Failed to post invocation response")


def post_error(invoke_id: str, error: str, xray_cause: str, invocation_id: "str | None" = None) -> None:
    """Report how a handler failed; `error` and `xray_cause` are JSON. Raises RuntimeError if not accepted."""
    headers = {"content-type": "application/json", "lambda-runtime-function-xray-error-cause": xray_cause}
    _report(f"{invoke_id}/error", headers, error.encode(), invocation_id, "Failed to post invocation error")


def _report(
    what: str, headers: "dict[str, str]", body: bytes, invocation_id: "str | None", complaint: str
) -> None:
    if invocation_id:
        headers["lambda-runtime-invocation-id"] = invocation_id
    try:
        status = _exchange("POST", what, headers, body)[0]
    except (OSError, ValueError):
        status = 0
    if not 200 <= status < 300:
        raise RuntimeError(complaint)


def _exchange(
    method: str, what: str, headers: "dict[str, str]", body: bytes
) -> "tuple[int, dict[str, str], bytes]":
    global _connection
    lines = [f"{method} {_INVOCATION}{what} HTTP/1.1", f"host: {_address()}", f"user-agent: {_agent}"]
    lines += [f"{name}: {' '.join(value.splitlines())}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"content-length: {len(body)}")
    request = "\r\n".join(lines).encode("ascii", "backslashreplace") + b"\r\n\r\n" + body
    connected, stream = _connection or _connect()
    try:
        connected.sendall(request)
        answer = _read(stream)
    except BaseException:
        _connection = None
        stream.close()
        connected.close()
        raise
    return answer


def _connect() -> "tuple[socket.socket, BinaryIO]":
    global _connection
    host, _, port = _address().rpartition(":")
    connected = _Socket(socket.AF_INET, socket.SOCK_STREAM)
    connected.settimeout(None)
    connected.connect((host, int(port)))
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _connection = connected, connected.makefile("rb")
    return _connection


def _read(stream: "BinaryIO") -> "tuple[int, dict[str, str], bytes]":
    status = stream.readline().split(b" ", 2)
    if len(status) < 2:
        raise ConnectionError("the Runtime API hung up")
    headers: dict[str, str] = {}
    while (line := stream.readline().strip()) != b"":
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    body = stream.read(length)
    if len(body) < length:
        raise ConnectionError("the Runtime API hung up")
    return int(status[1]), headers, body


def _address() -> str:
    return os.environ.get("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
