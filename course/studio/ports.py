"""Ports of this machine's loopback address: finding a free one, and saying in one line that one is taken."""

from __future__ import annotations

import errno
import socket

from course.errors import UserError

HOST = "127.0.0.1"


def claim(port: int, option: str) -> int:
    """`port` if it is free now, or any free port for 0. Raises UserError that names `option`.

    Another program may still take it before it is used; whoever listens there must check again.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)  # two sockets may be bound with SO_REUSEADDR; only one may listen
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UserError(
                    f"port {port} is taken; choose another with `{option}`, or let `{option} 0` find one"
                ) from None
            raise UserError(
                f"port {port} cannot be used: {error.strerror}; choose another with `{option}`"
            ) from None
        found: int = probe.getsockname()[1]
        return found
