"""A copy of a world that stands: what `sandbox.build_root` made once, in namespaces of its own.

`clone` makes a process that is the first in new user, PID, IPC and mount namespaces, and sees the root of its parent.
`furnish` gives it the rest: an empty /tmp, its own /proc, and no way to begin further namespaces. What both share, the
root, is read-only, and the kernel locks that: a copy has less rights than what it was copied from.
"""

import ctypes
import os
from types import ModuleType

SYS_CLONE = {"x86_64": 56, "aarch64": 220}
CLONE_PIDFD, SIGCHLD = 0x00001000, 17
# Unlike CDLL it keeps the interpreter's lock, which the copy would wait for.
_system = ctypes.PyDLL(None, use_errno=True).syscall
_system.restype = ctypes.c_long


def clone(sandbox: ModuleType) -> tuple[int, int]:
    """Fork into new namespaces: 0 and -1 in the copy; in the original its process id and a descriptor for it.

    To be called by a process that has rights in its user namespace and no threads. Raises OSError.
    https://man7.org/linux/man-pages/man2/clone.2.html
    """
    number = SYS_CLONE.get(os.uname().machine)
    if number is None:
        raise OSError(38, "clone: unknown machine")
    flags = sandbox.CLONE_NEWUSER | sandbox.CLONE_NEWPID | sandbox.CLONE_NEWIPC | sandbox.CLONE_NEWNS
    watch = ctypes.c_int(-1)
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = _system(
        number, ctypes.c_ulong(flags | CLONE_PIDFD | SIGCHLD), None, ctypes.byref(watch), None, None
    )
    error = ctypes.get_errno()
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0, -1
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(error, f"clone: {os.strerror(error)}")
    return pid, watch.value


def furnish(sandbox: ModuleType, tmp_mb: int, inside: list[str]) -> None:
    """In the copy: an empty /tmp of `tmp_mb` MB and a /proc of its own. `inside` are folders below /tmp that stay.

    Raises OSError.
    """
    sandbox.map_user(sandbox.UID, sandbox.UID, sandbox.UID, sandbox.UID)
    kept = [(folder, os.open(folder, os.O_PATH | os.O_DIRECTORY)) for folder in inside]
    sandbox.mount_tmp("/tmp", tmp_mb)
    for folder, descriptor in kept:
        os.makedirs(folder)
        sandbox.bind(f"/proc/self/fd/{descriptor}", folder)
        os.close(descriptor)
    sandbox.mount_proc("/proc")
    sandbox.forbid_worlds()
