"""Who is at the other end of a connection: on a machine with many users each may have a cloud of their own.

The kernel knows the user of every socket here. A connection whose program has let go of it belongs to nobody any more:
whose it was cannot be told, and the kernel would name root.
https://man7.org/linux/man-pages/man7/sock_diag.7.html
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[..., Iterable[bytes]]
_DIAGNOSIS, _BY_FAMILY, _REQUEST, _ERROR = 4, 20, 1, 2
"""NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST and NLMSG_ERROR of the kernel's headers."""
_HEAD, _QUESTION = struct.Struct("=IHHII"), struct.Struct("=BBBBI")
_ANY_COOKIE = b"\xff" * 8
_OWNER = struct.Struct("=II")
_OWNER_AT = _HEAD.size + 4 + 48 + 12
"""After the head, the state, the addresses and three counts: the user's number and that of the socket's file."""


def owner(connection: socket.socket) -> int | None:
    """The number of the user whose program is at the other end of a TCP connection of this machine; None where it is
    gone, or elsewhere. Raises OSError when the system does not tell."""
    (address, port), (here, at) = connection.getpeername()[:2], connection.getsockname()[:2]
    ends = struct.pack("!HH", port, at) + b"".join(
        socket.inet_aton(one).ljust(16, b"\0") for one in (address, here)
    )
    asked = (
        _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + ends + bytes(4) + _ANY_COOKIE
    )
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _DIAGNOSIS) as kernel:
        kernel.send(_HEAD.pack(_HEAD.size + len(asked), _BY_FAMILY, _REQUEST, 0, 0) + asked)
        answer = kernel.recv(4096)
    if _HEAD.unpack_from(answer)[1] == _ERROR:
        number = -struct.unpack_from("=i", answer, _HEAD.size)[0]
        if number == errno.ENOENT:
            return None
        raise OSError(number, os.strerror(number))
    user, file = _OWNER.unpack_from(answer, _OWNER_AT)
    return int(user) if file else None


def ours(connection: socket.socket) -> bool:
    """Whether it is a program of the user of this process that is at the other end."""
    try:
        return owner(connection) == os.geteuid()
    except OSError:
        return False


def only_ours(app: Application) -> Application:
    """A WSGI application that asks `app` for programs of our user only; `app` itself where the system does not tell."""
    if not told():
        return app

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if ours(environ["cloud.connection"]):
            return app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "application/json")])
        return [b'{"message": "this cloud belongs to another user of this machine"}']

    return guarded


def told() -> bool:
    """Whether this system tells whose connections are."""
    if sys.platform != "linux":
        return False
    try:
        with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()):
            answering, _ = door.accept()
            with answering:
                return ours(answering)
    except OSError:
        return False
