"""What keeps a process that runs strangers' code, with all it starts, away from the machine: its network and programs.

Worlds are built below it. What they cannot take away is the program that a process runs: /proc/self/exe leads to it
past every root, and as its owner, or as root, learners' code could give it another mode. So it lies read-only here.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

from course.cloud.runtime.child import sandbox

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def seclude() -> None:
    """Give this process and all it starts a network in which there is a loopback of their own and nothing else; and to
    what it starts an interpreter and a /dev/null that nobody can change. The user stays the same. To be called before
    the process has threads. Raises OSError, and then nothing has changed: another process tries it first, for a system
    may allow a network and refuse to set it up."""
    trying = os.fork()
    if trying == 0:
        try:
            _seclude()
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    number = os.waitstatus_to_exitcode(os.waitpid(trying, 0)[1])
    if number:
        raise OSError(number, os.strerror(number))
    _seclude()


def _seclude() -> None:
    uid, gid = os.geteuid(), os.getegid()
    flags = sandbox.CLONE_NEWUSER | sandbox.CLONE_NEWNET | sandbox.CLONE_NEWNS
    if ctypes.CDLL(None, use_errno=True).unshare(flags) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"unshare network: {os.strerror(number)}")
    sandbox.map_user(uid, uid, gid, gid)
    _raise_loopback()
    for path in (os.path.realpath(sys.executable), os.devnull):
        sandbox.bind(path, path)


def _raise_loopback() -> None:
    import fcntl
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh", b"lo", 0).ljust(40, b"\0")
        flags = struct.unpack_from("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP).ljust(40, b"\0"))
