"""What Python code does: names, calls, data flow.

Each file answers some questions, most of which no rule asks of most code. So `analysis.awaits` is imported when it is
first named, and a file that only sometimes needs another names it so.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    whole = f"{__name__}.{name}"
    try:
        return import_module(whole)
    except ModuleNotFoundError as error:
        if error.name != whole:
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
