"""The errors that cross the whole course.

`UserError` is a mistake of the person at the keyboard: its text is one line that says what to do next, shown
without a traceback, exit code 2. A learner's failure is not an error but a verdict (`course.lab.grade`), and
an AWS error keeps AWS's own code and text (`course.cloud`). Everything else is a bug of ours.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the user can mend. `str()` is one line that says what happened and what to do next."""

    exit_code = 2

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it: the line, for a traceback frightens and says nothing the line does not."""
        return [f"error: {self}"]
