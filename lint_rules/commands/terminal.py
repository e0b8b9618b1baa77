"""Where words go: to standard output and standard error, in colour or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from lint_rules.engine.typed import TextIO

_MANY = 500
"""Items that take long enough to show how far it has got."""


def say(text: str, *, end: str = "\n") -> None:
    """Write to standard output, whatever its encoding can show."""
    _write(sys.stdout, text + end)


def tell(text: str, *, end: str = "\n") -> None:
    """Write to standard error."""
    _write(sys.stderr, text + end)


def coloured(color: bool | None) -> bool:
    """Whether standard output gets colours: as told, else by NO_COLOR, FORCE_COLOR or the terminal."""
    if color is not None:
        return color
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return on_terminal()


def on_terminal() -> bool:
    """Whether standard output is a terminal that understands more than text."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def links_shown() -> bool:
    """Whether standard output is a terminal that is known to make links clickable."""
    known = ("VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION")
    programs = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper")
    return on_terminal() and (
        any(os.environ.get(name) for name in known) or os.environ.get("TERM_PROGRAM") in programs
    )


def watched(items: Sequence[str], label: str) -> Iterable[str]:
    """The items, with progress on standard error when there are many and somebody is looking."""
    if len(items) < _MANY or not sys.stderr.isatty():
        return items
    return _counted(items, label)


def _counted(items: Sequence[str], label: str) -> Iterator[str]:
    step = len(items) // 100 or 1
    for number, item in enumerate(items):
        if number % step == 0:
            _write(sys.stderr, f"\r{label} {number * 100 // len(items):3}%")
        yield item
    _write(sys.stderr, "\r" + " " * (len(label) + 5) + "\r")


def _write(file: TextIO, text: str) -> None:
    try:
        file.write(text)
    except UnicodeEncodeError:
        encoding = file.encoding or "ascii"
        file.write(text.encode(encoding, "backslashreplace").decode(encoding))
    file.flush()
