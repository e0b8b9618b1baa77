"""The one function under every front end: a project in, findings out.

Every rule is shown its subjects; its findings get the rule's name and severity, and those that a comment or
the configuration silences are left out. A rule that crashes loses nothing but its own answer about that
subject.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from lint_rules.engine.config import Config
from lint_rules.engine.finding import Finding
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES, Rule, load_rules
from lint_rules.engine.selection import ignored, select
from lint_rules.engine.sources.discover import matches, relative
from lint_rules.engine.suppress import Suppressions


class Crash(NamedTuple):
    """A mistake of ours: the rule, or "reading", and the file it was looking at, where known."""

    rule: str
    path: str
    error: Exception


def lint(
    project: Project, config: Config | None = None, on_crash: Callable[[Crash], None] | None = None
) -> list[Finding]:
    """Findings ordered by path, place and code; of the same rule in the same place only the first.

    Without `on_crash` an exception of a rule is raised. Raises UsageError for a selector that matches no
    rule.
    """
    config = config or Config()
    rules = select(config, load_rules())
    found: dict[tuple[str, int, str], Finding] = {}
    for rule in rules:
        for subject in _subjects(project, rule, on_crash):
            try:
                for finding in rule.check(subject):
                    stamped = finding._replace(rule=rule.name, severity=finding.severity or rule.severity)
                    found.setdefault((finding.span.path, finding.span.start, rule.code), stamped)
            except Exception as error:
                _crashed(on_crash, Crash(rule.name, _path(subject), error))
    for path, reason in project.crashes:
        _crashed(on_crash, Crash("reading", path, reason))
    suppressions = Suppressions(project)
    return [
        finding
        for (path, _, code), finding in sorted(found.items(), key=lambda item: item[0])
        if not _ignored_in_file(path, RULES[finding.rule], config) and not suppressions.covers(finding, code)
    ]


def _subjects(project: Project, rule: Rule, on_crash: Callable[[Crash], None] | None) -> Sequence[Any]:
    try:
        return project.subjects(rule.looks_at)
    except Exception as error:
        _crashed(on_crash, Crash(rule.name, "", error))
        return ()


def _crashed(on_crash: Callable[[Crash], None] | None, crash: Crash) -> None:
    if on_crash is None:
        raise crash.error
    on_crash(crash)


def _path(subject: Any) -> str:
    """The file a subject stands in: of a handler that of its module, of the project none."""
    document = getattr(getattr(subject, "module", subject), "document", None)
    return document.path if document else ""


def _ignored_in_file(path: str, rule: Rule, config: Config) -> bool:
    if not config.per_file_ignores:
        return False
    place = relative(path, config.root)
    return any(
        matches(place, (pattern,)) and ignored(rule, words) for pattern, words in config.per_file_ignores
    )
