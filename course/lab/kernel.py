"""What `from course import lab` does in a notebook: it brings `%%lambda`, keeps what file cells overwrite, and shortens
the traceback of a call that AWS refuses.

The cloud for checks starts at the same time, in a process of its own, so that the first check need not wait for it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Any

from course.errors import UserError


def begin() -> None:
    """Register both with the shell of this process, once; without a shell nothing happens."""
    from botocore.exceptions import ClientError
    from IPython.core.interactiveshell import InteractiveShell

    # IPython's own get_ipython has other types in version 8, which Python 3.10 gets.
    shell: Any = InteractiveShell.instance() if InteractiveShell.initialized() else None
    if shell is None or getattr(shell, "lambdalab", False):
        return
    shell.lambdalab = True
    shell.register_magic_function(_lambda, "cell", "lambda")
    shell.events.register("pre_run_cell", _before)
    shell.set_custom_exc((ClientError,), _refused)
    if hasattr(shell, "kernel"):
        _warm()


def _lambda(line: str, cell: str) -> object:
    from course.lab import magic

    return magic.run(line, cell, Path.cwd())


def _refused(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> list[str]:
    """Show a call that AWS refused: the learner's own lines and AWS's sentence, without botocore's insides."""
    shown: list[str] = shell.InteractiveTB.structured_traceback(kind, error, _own(trace), tb_offset=tb_offset)
    shell._showtraceback(kind, error, shown)
    return shown


def _own(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of botocore."""
    if trace is None:
        return None
    rest = _own(trace.tb_next)
    if trace.tb_frame.f_globals.get("__name__", "").startswith("botocore."):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def _before(info: Any) -> None:
    cell = info.raw_cell or ""
    if cell.lstrip().startswith("%%"):
        from course.lab import magic

        magic.keep_before(cell, Path.cwd())


def _warm() -> None:
    from course.lab.desk import Desk
    from course.lab.learner import examiner

    with contextlib.suppress(UserError, OSError):  # the first check says what is wrong
        Desk.here(Path.cwd())
        examiner().warm()
