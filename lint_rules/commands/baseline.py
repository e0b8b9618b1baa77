"""`lambdalint baseline`: list what is found today, to be told only of what is new."""

from __future__ import annotations

import os

from lint_rules.commands.linting import linting_command
from lint_rules.commands.options import Request
from lint_rules.commands.run import exit_code, gather, scan_of, tell_of, write
from lint_rules.commands.settings import Settings
from lint_rules.commands.terminal import say
from lint_rules.engine.baseline import NAME, write_baseline
from lint_rules.engine.errors import UsageError
from lint_rules.engine.scan import mentioned


def _run(request: Request) -> int:
    if not request.paths:
        raise UsageError("no files given. Did you mean `lambdalint baseline .`?")
    settings = Settings(request)
    sources = gather(request, settings)
    scan = scan_of(request, settings, sources)
    tell_of(request, settings, sources, scan)
    path = request.output_file or settings.first.baseline or NAME
    project = scan.project(mentioned(scan.findings))
    write(path, write_baseline(path, project, scan.findings))
    if not request.quiet:
        number = len(scan.findings)
        hint = (
            ""
            if settings.first.baseline
            else f' Say `baseline = "{os.path.basename(path)}"` in lambdalint.toml.'
        )
        say(f"{path}: {number} finding{'' if number == 1 else 's'} that will not be shown again.{hint}")
    return exit_code(False, scan.crashes, True)


baseline = linting_command(
    "baseline",
    """List what is found today, to be told only of what is new.

    Writes a file, lambdalint-baseline.json unless --output-file or the configuration names another. With it in
    `baseline = "..."` of the configuration, or in --baseline, `lambdalint check` keeps quiet about what it lists. Write
    it again to take out what is gone.
    """,
    _run,
    without=(
        *("fix", "unsafe_fixes", "diff", "output_format", "fail_level", "exit_zero", "statistics"),
        *("watch", "show_settings", "show_files", "baseline", "color"),
    ),
)
