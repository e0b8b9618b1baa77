"""How long a check may take on this machine now: its limit is for one that has nothing else to do.

A right answer must not fail because a browser, a video call or a test suite runs beside it.
"""

from __future__ import annotations

import os

MOST = 6.0


def factor() -> float:
    """By how much limits of real time grow: with the processes that wait for each processor, at most sixfold."""
    if not hasattr(os, "getloadavg"):  # Windows
        return 1.0
    try:
        load = os.getloadavg()[0]
    except OSError:
        return 1.0
    return grown(load, os.cpu_count() or 1)


def grown(load: float, processors: int) -> float:
    """The factor for a load average and a number of processors."""
    return min(MOST, max(1.0, load / processors))
