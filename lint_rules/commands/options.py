"""The options of `lambdalint check` and its kin, said once: the quick reader of arguments, the help, and the
completion of the shell all follow from this table.

A new option is a row here and a field of `Request`.
"""

from __future__ import annotations

from lint_rules.engine.config import FORMATS, PROFILES
from lint_rules.engine.typed import Any, NamedTuple


class Option(NamedTuple):
    """One option. `takes` names its value in the help, or is empty for a switch, which then stores `value`;
    `opposite` is the flag that stores the contrary."""

    flags: tuple[str, ...]
    field: str
    help: str
    takes: str = ""
    choices: tuple[str, ...] = ()
    value: Any = True
    opposite: str = ""
    number: bool = False
    completes: str = ""


class Request(NamedTuple):
    """What the command line asks for. None means that it says nothing, and the configuration decides."""

    paths: tuple[str, ...] = ()
    select: str | None = None
    extend_select: str | None = None
    ignore: str | None = None
    profile: str | None = None
    compat: str | None = None
    fix: bool = False
    unsafe_fixes: bool | None = None
    diff: bool = False
    output_format: str | None = None
    output_file: str | None = None
    fail_level: str | None = None
    exit_zero: bool = False
    statistics: bool = False
    stdin_filename: str | None = None
    exclude: str | None = None
    extend_exclude: str | None = None
    include_tests: bool | None = None
    force_exclude: bool = False
    respect_gitignore: bool | None = None
    config: str | None = None
    isolated: bool = False
    baseline: str | None = None
    no_cache: bool = False
    cache_dir: str | None = None
    workers: int = 0
    scheduler: str | None = None
    watch: bool = False
    show_settings: bool = False
    show_files: bool = False
    color: bool | None = None
    quiet: bool = False
    verbose: bool = False


OPTIONS = (
    Option(("--select",), "select", "Run these instead of the default set.", "RULES", completes="rules"),
    Option(("--extend-select",), "extend_select", "Run these too.", "RULES", completes="rules"),
    Option(("--ignore",), "ignore", "Do not run these.", "RULES", completes="rules"),
    Option(("--profile",), "profile", "The set of rules to run [default: default].", "NAME", PROFILES),
    Option(
        ("--compat",),
        "compat",
        "Run what finds the same as these linters, such as checkov.",
        "LINTERS",
        completes="peers",
    ),
    Option(("--fix",), "fix", "Apply the fixes that cannot change behaviour."),
    Option(
        ("--unsafe-fixes",),
        "unsafe_fixes",
        "With --fix or --diff: apply the others as well.",
        opposite="--no-unsafe-fixes",
    ),
    Option(("--diff",), "diff", "Show what --fix would change, and change nothing."),
    Option(("--output-format",), "output_format", "The report [default: text].", "FORMAT", FORMATS),
    Option(("--output-file",), "output_file", "Write the report to this file.", "FILE", completes="file"),
    Option(
        ("--fail-level",),
        "fail_level",
        "Exit with 1 from this level up [default: warning].",
        "LEVEL",
        ("advice", "warning", "error"),
    ),
    Option(("--exit-zero",), "exit_zero", "Exit with 0 even when there are findings."),
    Option(("--statistics",), "statistics", "Count findings by rule, and the time each rule takes."),
    Option(("--stdin-filename",), "stdin_filename", "What to call standard input, given as `-`.", "NAME"),
    Option(("--exclude",), "exclude", "Leave out what matches, as in .gitignore.", "PATTERNS"),
    Option(("--extend-exclude",), "extend_exclude", "Leave out this, too.", "PATTERNS"),
    Option(("--include-tests",), "include_tests", "Look at tests in folders, too."),
    Option(("--force-exclude",), "force_exclude", "Leave out excluded files even when they are named."),
    Option(
        ("--respect-gitignore",),
        "respect_gitignore",
        "Leave out what .gitignore files say [default].",
        opposite="--no-respect-gitignore",
    ),
    Option(("--config",), "config", "Read the settings from this file.", "FILE", completes="file"),
    Option(("--isolated",), "isolated", "Read no configuration."),
    Option(("--baseline",), "baseline", "Keep quiet about what this file lists.", "FILE", completes="file"),
    Option(("--no-cache", "-n"), "no_cache", "Keep nothing between runs."),
    Option(("--cache-dir",), "cache_dir", "Keep it in this folder.", "FOLDER", completes="file"),
    Option(("--workers", "-j"), "workers", "Processes to use [default: as it pays].", "NUMBER", number=True),
    Option(("--scheduler",), "scheduler", "Lint on the Dask cluster at this address.", "ADDRESS"),
    Option(("--watch", "-w"), "watch", "Lint again whenever a file changes."),
    Option(("--show-settings",), "show_settings", "Show the settings for the first path, and stop."),
    Option(("--show-files",), "show_files", "Show the files that would be looked at, and stop."),
    Option(("--color",), "color", "Colours [default: on a terminal].", opposite="--no-color"),
    Option(("--quiet", "-q"), "quiet", "Findings only: no summary, no progress."),
    Option(("--verbose", "-v"), "verbose", "Say which files were looked at and which were left out."),
)
