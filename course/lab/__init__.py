"""Labs: one document each, its editions, its checks, the learner's progress.

A learner writes `from course import lab` and has `lab.check`, `lab.hint`, `lab.predict`, `lab.progress` and
`lab.swimlane`; each is loaded when first used, so that the import takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.lab.learner import check, hint, predict, progress
    from course.lab.picture import swimlane

__all__ = ["check", "hint", "predict", "progress", "swimlane"]

_PLACES = dict.fromkeys(__all__, "course.lab.learner") | {"swimlane": "course.lab.picture"}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found  # importing a module of that name has put the module there
    return found
