"""`lambdalint fix`: `check --fix` by a shorter name."""

from __future__ import annotations

from lint_rules.commands.linting import linting_command
from lint_rules.commands.options import Request
from lint_rules.commands.run import run


def _run(request: Request) -> int:
    return run(request._replace(fix=True))


fix = linting_command(
    "fix",
    """Mend what can be mended without changing behaviour.

    The same as `check --fix`: the fixes are applied, and what is left is reported. With --diff nothing is written;
    with --unsafe-fixes fixes that may change behaviour are applied as well.
    """,
    _run,
    without=("fix", "watch"),
)
