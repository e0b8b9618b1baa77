"""The zygotes of many clouds and those clouds themselves, forked from one process, so that all share what it imported.

Run as a script with the number of a socket. It imports what plain functions need, and leaves a fork that waits; then an
AWS SDK, and leaves another; then it hands itself to the script that a first request names, which knows what clouds
need. Each fork that waits knows nothing of a cloud, for its forks become learners' code. Asked by a cloud, it makes a
zygote of that cloud, which moves into the namespaces of whoever asked.
"""

import ctypes
import importlib
import os
import resource
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
LIMITS = [number for name, number in vars(resource).items() if name.startswith("RLIMIT_")]
"""What a program takes from whoever starts it."""
NOBODY = 65534
"""The user and group of whom the kernel says nothing."""


def wall() -> None:
    """Begin anew as a program that nobody can change who is forked from it: /proc/self/exe leads past every root to the
    file as it was when the program began, and so does a standard stream. Raises OSError.

    Root stays who it is, for it gives users to its clouds; others have a user namespace of their own."""
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", sandbox.CLONE_NEWNS | (sandbox.CLONE_NEWUSER if uid else 0))
    if uid:
        sandbox.map_user(uid, uid, gid, gid)
    # Nobody outside is to see what is mounted here.
    _call("mount", None, b"/", None, ctypes.c_ulong(sandbox.MS_REC | sandbox.MS_PRIVATE), None)
    for path in (os.path.realpath(sys.executable), os.devnull):
        sandbox.bind(path, path)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    os.execv(sys.executable, [sys.executable, "-B", "-s", *sys.argv, "walled"])


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
        said, descriptors, asking, user, group = _asked(waiting)
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
            for limit in LIMITS:
                resource.setrlimit(limit, resource.prlimit(asking, limit))
            join(cloud)
            os.close(cloud)
            os.chdir("/")
            connection = socket.socket(fileno=channel)
            zygote.greet(connection)
            order: tuple[dict[str, Any], list[int]] | None = zygote.serve(connection)
            return order
        for descriptor in descriptors:
            os.close(descriptor)


def _asked(waiting: socket.socket) -> "tuple[bytes, list[int], int, int, int]":
    """What a cloud says with which descriptors, and its process, user and group, for which the kernel vouches."""
    size = socket.CMSG_SPACE(2 * 4) + socket.CMSG_SPACE(3 * 4)
    said, ancillary, _, _ = waiting.recvmsg(16, size)
    descriptors: list[int] = []
    process, user, group = 0, NOBODY, NOBODY
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors += struct.unpack(f"{len(content) // 4}i", content)
        elif level == socket.SOL_SOCKET and kind == SCM_CREDENTIALS:
            process, user, group = struct.unpack("3I", content)
    return said, descriptors, process, user, group


def become_user(user: int, group: int) -> None:
    """Be a user for good, as a new program of that user would be. Raises OSError for who may not."""
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    sandbox.hide_from_tracing(False)  # which a change of the user had done


def join(process: int) -> None:
    """Move into the user, network and mount namespaces of a process, with no more rights there than a program has that
    it starts. `process` is a descriptor (pidfd_open(2)). Raises OSError. https://man7.org/linux/man-pages/man2/setns.2.html"""
    _call("setns", process, sandbox.CLONE_NEWUSER | sandbox.CLONE_NEWNET | sandbox.CLONE_NEWNS)
    if os.geteuid():  # a new program of root keeps its rights
        _call("capset", sandbox.CAPABILITIES, sandbox.NONE)


def _call(name: str, *given: "Any") -> None:
    """A function of the system. Raises OSError."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*given) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


if __name__ == "__main__":
    sys.modules["family"] = sys.modules["__main__"]
    if len(sys.argv) == 2:
        os.set_inheritable(int(sys.argv[1]), True)
        wall()
    main(int(sys.argv[1]))
