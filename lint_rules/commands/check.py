"""`lambdalint check`: look for defects."""

from __future__ import annotations

from lint_rules.commands.linting import linting_command
from lint_rules.commands.run import run

check = linting_command(
    "check",
    """Look for defects in files and folders.

    PATHS are Python files, notebooks, templates, or folders that hold them; `-` is standard input. RULES are codes
    (LAM101), beginnings of codes (LAM1), names (client-init-in-handler), a profile (strict, security) or ALL,
    separated by commas.

    Exits with 0 when clean, 1 when there are findings at warning level or above, 2 when something went wrong.
    """,
    run,
)
