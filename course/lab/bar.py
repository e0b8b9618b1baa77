"""A progress bar in a notebook, for checks that take longer than a moment; gone when the results are there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from course.lab.checks import CheckResult
from course.lab.render import Shown

PATIENCE = 1.0
"""Seconds after which it shows."""


class Bar:
    """Hears of results, and shows how many of `total` checks are done. `now` gives seconds, `show` and `clear` put
    something in the place of what was shown last, and take that away when the next output comes."""

    def __init__(
        self,
        total: int,
        now: Callable[[], float],
        show: Callable[[Shown], object],
        clear: Callable[[], object],
    ) -> None:
        self._total, self._now, self._show, self._clear = total, now, show, clear
        self._done = 0
        self._start = now()
        self._shown = False

    def __call__(self, result: CheckResult) -> None:
        """One more is done."""
        self._done += 1
        if self._done == self._total or self._now() - self._start < PATIENCE:
            return
        if self._shown:
            self._clear()
        self._shown = True
        text = f"{self._done} of {self._total} checks are done ..."
        html = (
            f'<div role="status"><progress value="{self._done}" max="{self._total}"></progress> {text}</div>'
        )
        self._show(Shown(text, html))

    def end(self) -> None:
        """The results come next."""
        if self._shown:
            self._clear()


def in_notebook(total: int, now: Callable[[], float]) -> Bar | None:
    """A bar in the output of the cell that runs, or None outside a kernel."""
    if "ipykernel" not in sys.modules:
        return None
    screen: Any = import_module("IPython.display")
    return Bar(total, now, screen.display, lambda: screen.clear_output(wait=True))
