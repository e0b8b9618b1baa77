"""Labs: one document each, its editions, its checks, the learner's progress.

A learner writes `from course import lab` and has `lab.check`, `lab.hint`, `lab.predict` and what else `__all__` names;
each is loaded when first used, so that the import takes no time. In a notebook the import also brings `%%lambda`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.lab.learner import (
        advance,
        check,
        deploy,
        hint,
        history,
        predict,
        progress,
        recall,
        reset,
        restore,
        resume,
        review,
    )
    from course.lab.notebook_cloud import enforce, entries, limit, records
    from course.lab.picture import swimlane
    from course.lab.plot import plot_bars, plot_heat, plot_line, plot_timeline
    from course.lab.plot_graph import plot_graph

__all__ = [
    "advance",
    "check",
    "deploy",
    "enforce",
    "entries",
    "hint",
    "history",
    "limit",
    "plot_bars",
    "plot_graph",
    "plot_heat",
    "plot_line",
    "plot_timeline",
    "predict",
    "progress",
    "recall",
    "records",
    "reset",
    "restore",
    "resume",
    "review",
    "swimlane",
]

_PLACES = {
    **dict.fromkeys(__all__, "course.lab.learner"),
    **dict.fromkeys(("enforce", "entries", "limit", "records"), "course.lab.notebook_cloud"),
    **dict.fromkeys(("plot_bars", "plot_heat", "plot_line", "plot_timeline"), "course.lab.plot"),
    "plot_graph": "course.lab.plot_graph",
    "swimlane": "course.lab.picture",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found  # importing a module of that name has put the module there
    return found


if "IPython" in sys.modules:
    import_module("course.lab.kernel").begin()
