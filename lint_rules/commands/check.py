"""`lambdalint check`: read, lint, perhaps fix, report."""

from __future__ import annotations

import os
import sys

import click

from lint_rules.commands.completion import complete_rules
from lint_rules.commands.reading import Sources, read_sources
from lint_rules.commands.report_bug import report_bug
from lint_rules.engine.config import Config, severity_named
from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding, Safety
from lint_rules.engine.lint import Crash, lint
from lint_rules.engine.project import Project
from lint_rules.engine.rule import load_rules
from lint_rules.engine.selection import select as select_rules
from lint_rules.engine.sources.files import write_texts

_LEVELS = click.Choice(["advice", "warning", "error"])


@click.command(short_help="Look for defects in files and folders.")
@click.argument("paths", nargs=-1, metavar="PATHS...", type=click.Path())
@click.option(
    "--select", metavar="RULES", help="Run these instead of the default set.", shell_complete=complete_rules
)
@click.option("--extend-select", metavar="RULES", help="Run these too.", shell_complete=complete_rules)
@click.option("--ignore", metavar="RULES", help="Do not run these.", shell_complete=complete_rules)
@click.option("--fix", "do_fix", is_flag=True, help="Apply the fixes that cannot change behaviour.")
@click.option(
    "--unsafe-fixes/--no-unsafe-fixes", default=None, help="With --fix or --diff: apply the others as well."
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    show_default=True,
    help="The report.",
)
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write the report to this file.")
@click.option("--fail-level", type=_LEVELS, help="Exit with 1 from this level up [default: warning].")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead of showing them.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input, given as `-`.")
@click.option(
    "--exclude", metavar="PATTERNS", help="Leave out files and folders that match, as in .gitignore."
)
@click.option("--include-tests", is_flag=True, default=None, help="Look at tests in folders, too.")
@click.option(
    "--force-exclude", is_flag=True, help="Leave out excluded files and tests even when they are named."
)
@click.option("--config", "config_file", type=click.Path(), help="Read [tool.lambdalint] from this file.")
@click.option("--isolated", is_flag=True, help="Read no configuration.")
@click.option("--color/--no-color", default=None, help="Colours [default: on a terminal].")
@click.option("-q", "--quiet", is_flag=True, help="Findings only: no summary, no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Say which files were looked at and which were left out.")
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[str, ...],
    select: str | None,
    extend_select: str | None,
    ignore: str | None,
    do_fix: bool,
    unsafe_fixes: bool | None,
    diff: bool,
    output_format: str,
    output_file: str | None,
    fail_level: str | None,
    exit_zero: bool,
    statistics: bool,
    stdin_filename: str | None,
    exclude: str | None,
    include_tests: bool | None,
    force_exclude: bool,
    config_file: str | None,
    isolated: bool,
    color: bool | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Look for defects in files and folders.

    PATHS are Python files, notebooks, SAM and CloudFormation templates, or folders that hold them; `-` is
    standard input. RULES are codes (LAM101), beginnings of codes (LAM1), names (client-init-in-handler), a
    profile (strict, security) or ALL, separated by commas.

    Exits with 0 when clean, 1 when there are findings at warning level or above, 2 when something went wrong.
    """
    if not paths:
        raise UsageError("no files given. Did you mean `lambdalint check .`?")
    config = _config(paths, stdin_filename, config_file, isolated)
    config = config._replace(
        select=_words(select) or config.select,
        extend_select=config.extend_select + _words(extend_select),
        ignore=config.ignore + _words(ignore),
        exclude=config.exclude + _words(exclude),
        unsafe_fixes=config.unsafe_fixes if unsafe_fixes is None else unsafe_fixes,
        include_tests=config.include_tests if include_tests is None else include_tests,
        fail_level=severity_named(fail_level, "--fail-level") if fail_level else config.fail_level,
    )
    select_rules(config, load_rules())  # A slip in a selector is told before the work begins.
    sources = read_sources(
        paths, config, stdin_filename=stdin_filename, force_exclude=force_exclude, quiet=quiet
    )
    for note in sources.notes:
        click.echo(f"warning: {note}", err=True)
    if not sources.project.documents and not sources.notes and not force_exclude:
        click.echo("warning: no Python file, notebook or template found", err=True)
    if verbose:
        _tell(sources, config)
    crashes: list[Crash] = []
    before = project = sources.project
    allow = Safety.UNSAFE if config.unsafe_fixes else Safety.SAFE
    fixed = 0
    if do_fix or diff:
        from lint_rules.engine.fix import fix

        result = fix(project, config, allow, crashes.append)
        for line in result.dropped:
            click.echo(f"warning: {line}", err=True)
        if diff:
            return _diff(before, result.project, len(result.applied), crashes, exit_zero, color)
        changes = result.changes(before)
        write_texts({path: pair for path, pair in changes.items() if path != sources.stdin})
        project, findings, fixed = result.project, list(result.remaining), len(result.applied)
    else:
        findings = lint(project, config, crashes.append)
    report, summary = _report(project, findings, output_format, statistics, allow, fixed, color, output_file)
    if do_fix and sources.stdin:
        click.echo(project.documents[sources.stdin].raw, nl=False)
        click.echo(report, nl=False, err=True, color=color)
    elif output_file:
        _write(output_file, report)
    else:
        click.echo(report, nl=False, color=_coloured(color))
    if summary and not quiet:
        click.echo(summary, nl=False, err=bool(output_file) or bool(do_fix and sources.stdin))
    failed = any((f.severity or config.fail_level) >= config.fail_level for f in findings)
    return _exit_code(failed, crashes, exit_zero)


def _exit_code(failed: bool, crashes: list[Crash], exit_zero: bool) -> int:
    told: set[str] = set()
    for crash in crashes:
        doing = f"in {crash.rule}" + (f" at {crash.path}" if crash.path else "")
        if doing not in told and len(told) < 20:
            told.add(doing)
            click.echo(f"error: {report_bug(crash.error, doing)}", err=True)
    return 2 if crashes else 1 if failed and not exit_zero else 0


def _config(paths: tuple[str, ...], stdin: str | None, config_file: str | None, isolated: bool) -> Config:
    from lint_rules.engine.layers import find_config, read_config

    if config_file and isolated:
        raise UsageError("--config and --isolated exclude each other")
    if isolated:
        return Config()
    if config_file:
        return read_config(config_file)
    first = paths[0] if paths[0] != "-" else stdin or "."
    start = first if os.path.isdir(first) else os.path.dirname(first) or "."
    return find_config(start)._replace()


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(word for word in (part.strip() for part in (value or "").split(",")) if word)


def _tell(sources: Sources, config: Config) -> None:
    click.echo(f"configuration: {config.source or 'none'}", err=True)
    for path in sources.vendored:
        click.echo(f"left out, installed by pip: {path}", err=True)
    for path in sources.project.documents:
        click.echo(f"looked at: {path}", err=True)


def _coloured(color: bool | None) -> bool:
    """Whether standard output gets colours: as told, else by NO_COLOR, FORCE_COLOR or the terminal."""
    if color is not None:
        return color
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _report(
    project: Project,
    findings: list[Finding],
    output_format: str,
    statistics: bool,
    allow: Safety,
    fixed: int,
    color: bool | None,
    output_file: str | None,
) -> tuple[str, str]:
    if output_format == "json":
        from lint_rules.engine.reports.json import render_json

        return render_json(project, findings), ""
    from lint_rules.engine.reports.text import render_statistics, render_summary, render_text

    summary = render_summary(findings, allow, fixed)
    if statistics:
        return render_statistics(findings), summary
    colour = _coloured(color) and not output_file
    return render_text(project, findings, allow, colour=colour, source=output_format == "text"), summary


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _diff(
    before: Project, after: Project, number: int, crashes: list[Crash], exit_zero: bool, color: bool | None
) -> int:
    from lint_rules.engine.reports.diff import render_diff

    text = render_diff(before, after, colour=_coloured(color))
    click.echo(text, nl=False, color=_coloured(color))
    if text:
        click.echo(f"Would fix {number} finding{'' if number == 1 else 's'}.", err=True)
    return _exit_code(bool(text), crashes, exit_zero)
