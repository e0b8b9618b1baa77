"""What `lambdalint check` does: find the files, lint them, perhaps fix them, and report."""

from __future__ import annotations

import os
import sys

from lint_rules.commands.options import Request
from lint_rules.commands.report_bug import report_bug
from lint_rules.commands.settings import Settings, first_folder
from lint_rules.commands.terminal import coloured, say, tell, watched
from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding, Safety
from lint_rules.engine.lint import Crash
from lint_rules.engine.project import Project
from lint_rules.engine.scan import Help, Scan, mentioned
from lint_rules.engine.sources.discover import TEST, Found, discover
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.cache import Cache


class Sources(NamedTuple):
    """The files of a run, and the path in it that stands for standard input."""

    found: Found
    given: dict[str, bytes]
    stdin: str


def run(request: Request) -> int:
    """Do it and return the exit code. Raises UsageError for the user's mistakes."""
    if not request.paths and not request.show_settings:
        raise UsageError("no files given. Did you mean `lambdalint check .`?")
    settings = Settings(request)
    if request.show_settings:
        from lint_rules.commands.config import shown

        say(shown(settings.first), end="")
        return 0
    if request.watch:
        from lint_rules.commands.watch import watch

        return watch(request, settings)
    return once(request, settings)


def once(request: Request, settings: Settings) -> int:
    """One round of it."""
    sources = gather(request, settings)
    if request.show_files:
        for path in sorted({*sources.found.files, *sources.given}):
            say(path)
        return 0
    scan = scan_of(request, settings, sources)
    tell_of(request, settings, sources, scan)
    fixed, findings, crashes = 0, scan.findings, list(scan.crashes)
    allow = Safety.UNSAFE if settings.first.unsafe_fixes else Safety.SAFE
    project = scan.project(mentioned(findings))
    if request.fix or request.diff:
        from lint_rules.commands.fixing import apply

        done = apply(request, settings, sources.stdin, scan, allow)
        if request.diff:
            return exit_code(bool(done.applied), done.crashes, request.exit_zero)
        project, findings, fixed, crashes = done.project, done.remaining, done.applied, done.crashes
    if settings.first.baseline:
        from lint_rules.engine.baseline import sift

        sifted = sift(settings.first.baseline, project, findings, scan.paths)
        findings = sifted.new
        if not request.quiet and (sifted.known or sifted.gone):
            gone = f"; {sifted.gone} are gone: shrink it with `lambdalint baseline`" if sifted.gone else ""
            tell(f"{sifted.known} known findings of {settings.first.baseline} not shown{gone}")
    _show(request, settings, project, findings, allow, fixed, scan.spent, bool(request.fix and sources.stdin))
    failed = any((f.severity or 0) >= settings.of(f.span.path).fail_level for f in findings)
    return exit_code(failed, crashes, request.exit_zero)


def gather(request: Request, settings: Settings) -> Sources:
    """The files to look at. Raises UsageError for a path that does not exist."""
    named = [path for path in dict.fromkeys(request.paths) if path != "-"]
    found = discover(named, of=settings.walk, force_exclude=request.force_exclude)
    stdin = (request.stdin_filename or "stdin.py") if "-" in request.paths else ""
    given = {stdin: sys.stdin.buffer.read()} if stdin else {}
    return Sources(found, given, stdin)


def scan_of(request: Request, settings: Settings, sources: Sources) -> Scan:
    """Lint the files, with the help that was asked for and that pays."""
    from time import process_time

    keeps = not request.no_cache and not request.statistics
    help = Help(
        cache=(lambda: _cache(request, settings)) if keeps else None,
        workers=request.workers,
        scheduler=request.scheduler or "",
        clock=process_time if request.statistics else None,
        watched=(lambda files, _: files) if request.quiet else watched,
    )
    walked = {*sources.found.files} - sources.found.named - {*sources.given}
    return Scan(sources.found.files, sources.given, settings, help, walked)


def _cache(request: Request, settings: Settings) -> Cache:
    from lint_rules.engine.cache import FOLDER, Cache
    from lint_rules.engine.fingerprint import fingerprint

    first = settings.first
    beside = first.root if first.source else first_folder(request)
    return Cache(first.cache_dir or os.path.join(beside, FOLDER), fingerprint())


def tell_of(request: Request, settings: Settings, sources: Sources, scan: Scan) -> None:
    """Say on standard error what was looked at and what was not."""
    notes = [*sources.found.notes, *scan.notes]
    for note in notes:
        tell(f"warning: {note}")
    left_out = sources.found.left_out
    looked_at = [path for path in scan.paths if path not in scan.aside]
    if request.verbose:
        tell(f"configuration: {settings.first.source or 'none'}")
        for path, why in left_out:
            tell(f"left out, {why}: {path}")
        for path in looked_at:
            words = ", no word of AWS in it" if path in scan.quiet else ""
            tell(f"looked at{words}: {path}")
    elif left_out and not request.quiet:
        reasons: dict[str, int] = {}
        for _, why in left_out:
            reasons[why] = reasons.get(why, 0) + 1
        listed = ", ".join(
            f"{number} {why}{'s' if why == TEST and number > 1 else ''}" for why, number in reasons.items()
        )
        tell(f"left out: {listed} (--verbose names them)")
    if not looked_at and not notes and not request.force_exclude:
        tell("warning: no Python file, notebook or template found")


def exit_code(failed: bool, crashes: list[Crash], exit_zero: bool) -> int:
    """2 for mistakes of ours, which are told; 1 where findings fail the run."""
    told: set[str] = set()
    for crash in crashes:
        doing = f"in {crash.rule}" + (f" at {crash.path}" if crash.path else "")
        if doing not in told and len(told) < 20:
            told.add(doing)
            tell(f"error: {report_bug(crash.error, doing)}")
    return 2 if crashes else 1 if failed and not exit_zero else 0


def write(path: str, text: str) -> None:
    """Write a report. Raises UsageError where that cannot be."""
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _show(
    request: Request,
    settings: Settings,
    project: Project,
    findings: list[Finding],
    allow: Safety,
    fixed: int,
    spent: dict[str, float],
    to_stderr: bool,
) -> None:
    quick = settings.first.output_format in ("text", "concise") and not request.statistics
    if quick and not findings and not fixed and not request.output_file and not to_stderr:
        if not request.quiet:
            say("All checks passed.")
        return
    from lint_rules.commands.reports import Look, report, summary

    look = Look(
        settings.first.output_format,
        allow,
        coloured(request.color) and not request.output_file,
        request.output_file is None and not to_stderr,
        spent if request.statistics else None,
    )
    text = report(project, findings, look)
    if request.output_file:
        write(request.output_file, text)
    else:
        (tell if to_stderr else say)(text, end="")
    closing = summary(findings, look, fixed)
    if closing and not request.quiet:
        (tell if request.output_file or to_stderr else say)(closing, end="")
