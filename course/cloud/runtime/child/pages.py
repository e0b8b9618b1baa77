"""Memory in large pages, so that a fork has less to note down.

A fork copies an entry for each page that its parent has: for a process with an AWS SDK, of whose pages most are never
looked at again, that is half of what it costs. Where large pages hold the same memory there is one entry for 512. What
a fork writes to is still copied in small pages. Imports nothing of ours, as `sandbox`.
"""

from __future__ import annotations

import ctypes
import sys

MADV_COLLAPSE = 25
LARGE = 2 * 1024 * 1024
"""Bytes of a large page on x86_64, and on aarch64 with pages of 4 kB."""


def collapse() -> None:
    """Have the kernel put this process's own memory into large pages, where it can (Linux 6.1); what it refuses stays
    as it is. https://man7.org/linux/man-pages/man2/madvise.2.html"""
    if sys.platform != "linux":
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps") as file:
        lines = file.read().splitlines()
    for begin, end in filter(None, map(_whole, lines)):
        madvise(begin, end - begin, MADV_COLLAPSE)


def _whole(line: str) -> tuple[int, int] | None:
    """The large pages that lie wholly in a mapping, from where to where, if it is memory that is nobody else's and no
    file's. `line` is one of /proc/PID/maps, see proc_pid_maps(5)."""
    place, rights, _, _, _, *name = line.split(maxsplit=5)
    if not rights.startswith("rw-p") or (name and name[0] != "[heap]"):
        return None
    first, last = (int(number, 16) for number in place.split("-"))
    begin, end = -(-first // LARGE) * LARGE, last // LARGE * LARGE
    return (begin, end) if begin < end else None
