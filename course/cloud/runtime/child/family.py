"""The zygotes of many clouds and those clouds themselves, forked from one process, so that all share what it imported.

Run as a script with the number of a socket. It imports what plain functions need, and leaves a fork that waits; then an
AWS SDK, and leaves another; then it hands itself to the script that a first request names, which knows what clouds
need. Each fork that waits knows nothing of a cloud, for its forks become learners' code. Asked by a cloud, it makes a
zygote of that cloud, which moves into the namespaces of whoever asked.
"""

import ctypes
import importlib
import os
import signal
import socket
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

sandbox: "Any" = importlib.import_module("sandbox")
zygote: "Any" = importlib.import_module("zygote")
KINDS = ("plain", "boto3")
SCM_CREDENTIALS = 2
NOBODY = 65534
"""The user and group of whom the kernel says nothing."""


def main(number: int) -> None:
    """Become a family. Returns only in an execution environment whose handler could not be run."""
    channel = socket.socket(fileno=number)
    holders: dict[str, socket.socket] = {}
    pids = []
    for kind in KINDS:
        zygote.preload(kind)
        asking, waiting = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        waiting.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        pid = os.fork()
        if pid == 0:
            for end in (channel, asking, *holders.values()):
                end.close()
            order = hold(waiting)
            if order is not None:
                zygote.become(*order)
            return
        waiting.close()
        holders[kind] = asking
        pids.append(pid)
    (asked,) = zygote.receive(channel)
    request = zygote.read(asked)
    zygote.script(request["entry"]).become(request, channel, holders, pids)


def hold(waiting: socket.socket) -> "tuple[dict[str, Any], list[int]] | None":
    """Make a zygote for each cloud that asks. Returns as `zygote.serve` does, in its forks; None when all is over."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects the zygotes
    while True:
        said, descriptors, user, group = _asked(waiting)
        if not said:
            return None
        pid = os.fork()
        if pid == 0:
            waiting.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            channel, cloud = descriptors
            if user != os.geteuid():
                become_user(user, group)
            join(cloud)
            os.close(cloud)
            os.chdir("/")
            connection = socket.socket(fileno=channel)
            zygote.greet(connection)
            order: tuple[dict[str, Any], list[int]] | None = zygote.serve(connection)
            return order
        for descriptor in descriptors:
            os.close(descriptor)


def _asked(waiting: socket.socket) -> "tuple[bytes, list[int], int, int]":
    """What a cloud says with which descriptors, and its user and group, for which the kernel vouches."""
    size = socket.CMSG_SPACE(2 * 4) + socket.CMSG_SPACE(3 * 4)
    said, ancillary, _, _ = waiting.recvmsg(16, size)
    descriptors: list[int] = []
    user = group = NOBODY
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors += struct.unpack(f"{len(content) // 4}i", content)
        elif level == socket.SOL_SOCKET and kind == SCM_CREDENTIALS:
            _, user, group = struct.unpack("3I", content)
    return said, descriptors, user, group


def become_user(user: int, group: int) -> None:
    """Be a user for good, as a new program of that user would be. Raises OSError for who may not."""
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    sandbox.hide_from_tracing(False)  # which a change of the user had done


def join(process: int) -> None:
    """Move into the user, network and mount namespaces of a process, with no more rights there than a program has that
    it starts. `process` is a descriptor (pidfd_open(2)). Raises OSError. https://man7.org/linux/man-pages/man2/setns.2.html"""
    system = ctypes.CDLL(None, use_errno=True)
    if system.setns(process, sandbox.CLONE_NEWUSER | sandbox.CLONE_NEWNET | sandbox.CLONE_NEWNS) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")
    if os.geteuid():  # a new program of root keeps its rights
        system.capset(sandbox.CAPABILITIES, sandbox.NONE)


if __name__ == "__main__":
    sys.modules["family"] = sys.modules["__main__"]
    main(int(sys.argv[1]))
