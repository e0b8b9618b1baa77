"""`lambdalint check --watch`: look, wait for a change, and look again, until interrupted."""

from __future__ import annotations

import os
from threading import Event

from lint_rules.commands.options import Request
from lint_rules.commands.run import gather, once
from lint_rules.commands.settings import Settings
from lint_rules.commands.terminal import on_terminal, say, tell
from lint_rules.engine.errors import UsageError
from lint_rules.engine.layers import NAMES

_PAUSE = 0.3
"""Seconds between two looks at the times of the files."""


def watch(request: Request, settings: Settings, rounds: int | None = None) -> int:
    """Lint again whenever a file, or a configuration file beside one, changes. Ends by an interrupt, or after so many
    `rounds`; the exit code is that of the last round."""
    if "-" in request.paths:
        raise UsageError("--watch cannot watch standard input")
    never = Event()
    while True:
        state = _state(request, settings)
        if on_terminal():
            say("\x1b[2J\x1b[H", end="")
        try:
            code = once(request, settings)
        except UsageError as error:
            tell(f"error: {error}")
            code = 2
        if rounds is not None:
            rounds -= 1
            if rounds <= 0:
                return code
        if not request.quiet:
            tell("Watching for changes; Ctrl-C ends it.")
        while _state(request, settings) == state:
            never.wait(_PAUSE)
        try:
            settings = Settings(request)
        except UsageError as error:
            tell(f"error: {error}")


def _state(request: Request, settings: Settings) -> dict[str, tuple[int, int]]:
    """Size and time of every file that matters."""
    try:
        files = gather(request, settings).found.files
    except UsageError:
        files = []
    folders = {os.path.dirname(os.path.abspath(path)) for path in files}
    folders |= {os.path.abspath(path) for path in request.paths if os.path.isdir(path)}
    folders.add(settings.first.root)
    state = {}
    for path in [*files, *(os.path.join(folder, name) for folder in folders for name in NAMES)]:
        try:
            now = os.stat(path)
        except OSError:
            continue
        state[path] = (now.st_size, now.st_mtime_ns)
    return state
