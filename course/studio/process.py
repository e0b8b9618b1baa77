"""A child process of the studio: a Python module that writes to a log and goes when we go.

It has a session of its own, so that Ctrl-C in the terminal reaches us alone and we stop things in order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TICK = 0.05


class Process:
    """`python -m MODULE ARGUMENTS`, started in `folder`, everything it says in `log`. It works `inside` another folder,
    if one is given: modules are found in the first, which is ours, and what it starts begins in the second."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        inside: Path | None = None,
    ) -> None:
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "course.studio.tether",
                    str(os.getpid()),
                    str(inside or folder),
                    module,
                    *arguments,
                ],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def ended_within(self, seconds: float) -> bool:
        """Wait up to `seconds` for its end."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def said(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def ask_to_stop(self) -> None:
        """Send SIGTERM; it may be gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it and its process group at once; they may be gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def stop(processes: Sequence[Process], seconds: float) -> None:
    """Stop processes together: ask, wait up to `seconds` for each, then kill. Ctrl-C meanwhile kills now."""
    try:
        for process in processes:
            process.ask_to_stop()
        for process in processes:
            process.ended_within(seconds)
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.kill()
