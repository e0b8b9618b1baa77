"""Runs a Python module as a child that does not outlive its parent:
`python -m course.studio.tether PID FOLDER MODULE ...`. It works in the folder, from which nothing is imported.

On Linux the kernel sends this process SIGTERM when the parent ends, however it ends (prctl(2),
PR_SET_PDEATHSIG). Elsewhere the parent must stop it. A wrapper of its own, and not a function between fork and
exec, because the parent has threads.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """Have the kernel end this process with its parent; end it now if the parent is gone already."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


if __name__ == "__main__":
    tie(int(sys.argv[1]))
    os.chdir(sys.argv[2])
    sys.argv = sys.argv[3:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
