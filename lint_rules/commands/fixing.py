"""Fixes at the command line: island by island in memory, then all files at once, or a diff."""

from __future__ import annotations

from lint_rules.commands.options import Request
from lint_rules.commands.settings import Settings
from lint_rules.commands.terminal import coloured, say, tell
from lint_rules.engine.finding import Finding, Safety
from lint_rules.engine.fix import fix, fixable
from lint_rules.engine.lint import Crash
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES
from lint_rules.engine.scan import Scan, mentioned, told_once
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.files import write_texts
from lint_rules.engine.typed import NamedTuple


class Done(NamedTuple):
    """The files that matter as they are now, the number of fixes, what is still found, and mistakes of ours."""

    project: Project
    applied: int
    remaining: list[Finding]
    crashes: list[Crash]


def apply(request: Request, settings: Settings, stdin: str, scan: Scan, allow: Safety) -> Done:
    """Fix what may be fixed, and write it, or with `--diff` only show it. Files are written when all is done, all of
    them or none."""
    wanted = {finding.span.path for finding in scan.findings if fixable(finding, allow)}
    parts = [part for part in scan.parts if not wanted.isdisjoint(part)]
    inside = {path for part in parts for path in part}
    crashes = [crash for crash in scan.crashes if crash.path not in inside]
    remaining = [finding for finding in scan.findings if finding.span.path not in inside]
    before: list[Document] = []
    after: list[Document] = []
    dropped: list[str] = []
    changes: dict[str, tuple[str, str]] = {}
    applied = 0
    for part in parts:
        project = scan.project(part)
        result = fix(project, settings, allow, crashes.append)
        before += project.documents.values()
        after += result.project.documents.values()
        remaining += result.remaining
        dropped += result.dropped
        applied += len(result.applied)
        changes |= result.changes(project)
    for line in dropped:
        tell(f"warning: {line}")
    if request.diff:
        from lint_rules.engine.reports.diff import render_diff

        text = render_diff(Project(before), Project(after), colour=coloured(request.color))
        say(text, end="")
        if text:
            tell(f"Would fix {applied} finding{'' if applied == 1 else 's'}.")
        return Done(Project(after), applied, remaining, crashes)
    write_texts({path: pair for path, pair in changes.items() if path != stdin})
    remaining.sort(key=lambda f: (f.span.path, f.span.start, RULES[f.rule].code))
    remaining = told_once(remaining)
    rest = scan.project(path for path in mentioned(remaining) if path not in inside)
    shown = Project([*after, *rest.documents.values()])
    if stdin:
        text = (
            shown.documents[stdin].raw
            if stdin in shown.documents
            else scan.project([stdin]).documents[stdin].raw
        )
        say(text, end="")
    return Done(shown, applied, remaining, crashes)
