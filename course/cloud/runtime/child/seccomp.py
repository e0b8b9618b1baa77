"""System calls that learners' code may not make, because what they do goes beyond the world in which it lives.

A lease on a file lets everybody else wait who opens it, in other worlds too, and key rings outlive them; both are
given to who has the same user outside, which is the owner of the interpreter or root. Some sockets, such as those to a
virtual machine's host, ask for no network of ours. The others are ways into the kernel that no answer needs. The kernel
says "not permitted". Imports nothing of ours, as `sandbox`.
"""

from __future__ import annotations

import ctypes
import os
import struct

PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
FOREIGN = 0x40000000
"""Numbers from here on are those of another convention on x86_64."""
COMMANDS = (1024, 1026, 1040)
"""Of fcntl(2): F_SETLEASE, F_NOTIFY, F_SETDELEG."""
FAMILIES = (1, 2, 10, 16)
"""Of sockets that may be: AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK, by which names are looked up."""
FIRST, SECOND = 16, 24
"""Where a call's arguments lie."""
MACHINES = {
    # What the kernel calls it; fcntl; socket;
    # add_key, request_key, keyctl, perf_event_open, bpf, userfaultfd, io_uring_setup
    "x86_64": (0xC000003E, 72, 41, (248, 249, 250, 298, 321, 323, 425)),
    "aarch64": (0xC00000B7, 25, 198, (217, 218, 219, 241, 280, 282, 425)),
}


_libc = ctypes.CDLL(None)
_laid_out: list[ctypes.Array[ctypes.c_char]] = []
"""The filter as prctl(2) takes it, and the memory to which that points."""


def refuse() -> None:
    """Have the kernel refuse them to this process and all it starts, where it can. Nobody here may gain rights any
    more (PR_SET_NO_NEW_PRIVS). https://docs.kernel.org/userspace-api/seccomp_filter.html"""
    if prepare():
        _libc.prctl(PR_SET_SECCOMP, MODE_FILTER, _laid_out[0], 0, 0)


def prepare() -> bool:
    """Lay the filter out once, for all the forks that will ask for it. False on a machine for which there is none."""
    machine = os.uname().machine
    if not _laid_out and machine in MACHINES:
        program = _program(*MACHINES[machine])
        block = ctypes.create_string_buffer(program, len(program))
        head = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(block)))
        _laid_out[:] = [head, block]
    return bool(_laid_out)


def _program(architecture: int, fcntl: int, socket: int, numbers: tuple[int, ...]) -> bytes:
    """Steps that load a word of the call or compare it, and the two answers. See struct seccomp_data in seccomp(2)."""
    steps: list[tuple[int, int, str, str]] = [
        (LOAD, 4, "", ""),
        (EQUAL, architecture, "", "refuse"),
        (LOAD, 0, "", ""),
        (AT_LEAST, FOREIGN, "refuse", ""),
        *((EQUAL, number, "refuse", "") for number in numbers),
        (EQUAL, socket, "family", ""),
        (EQUAL, fcntl, "", "allow"),
        (LOAD, SECOND, "", ""),
        *((EQUAL, command, "refuse", "") for command in COMMANDS),
        (RETURN, ALLOW, "", ""),
        (LOAD, FIRST, "", ""),
        *((EQUAL, family, "allow", "") for family in FAMILIES),
        (RETURN, REFUSE, "", ""),
        (RETURN, ALLOW, "", ""),
    ]
    end = len(steps) - 1
    places = {"allow": end, "refuse": end - 1, "family": steps.index((LOAD, FIRST, "", ""))}
    return b"".join(
        struct.pack("HBBI", what, *(places[to] - place - 1 if to else 0 for to in (yes, no)), value)
        for place, (what, value, yes, no) in enumerate(steps)
    )
