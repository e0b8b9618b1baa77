"""The one function under every front end: a project in, findings out.

Every rule is shown its subjects; its findings get the rule's name and severity, and those that a comment or
the configuration silences are left out. Then the rules about suppressions see what these did. A rule that
crashes loses nothing but its own answer about that subject.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from lint_rules.engine.config import Config
from lint_rules.engine.finding import Conflict, Finding
from lint_rules.engine.marks import may_name_ours
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES, Rule, load_rules
from lint_rules.engine.selection import ignored, select
from lint_rules.engine.sources.discover import matches, relative
from lint_rules.engine.triggers import Triggers
from lint_rules.engine.typed import Any, NamedTuple, Protocol


class Settings(Protocol):
    """What knows the configuration of every file: a Config itself, or the layers of a tree of folders."""

    def of(self, path: str) -> Config:
        """The configuration that holds for a file."""


class Crash(NamedTuple):
    """A mistake of ours: the rule, or "reading", and the file it was looking at, where known."""

    rule: str
    path: str
    error: Exception


class Meter(NamedTuple):
    """Seconds spent by rule, as `clock` counts them; what the reading of files took stands under ""."""

    clock: Callable[[], float]
    spent: dict[str, float]


OnCrash = Callable[[Crash], None]


def lint(
    project: Project,
    config: Settings | None = None,
    on_crash: OnCrash | None = None,
    meter: Meter | None = None,
) -> list[Finding]:
    """Findings ordered by path, place and code; of the same rule in the same place only the first.

    Without `on_crash` an exception of a rule is raised. Raises UsageError for a selector that matches no
    rule.
    """
    chosen = _Chosen(project, config or Config())
    found: Findings = {}
    triggers = Triggers(project, chosen.rules)
    late = [rule for rule in chosen.rules if rule.subject == "Suppression"]
    for rule in chosen.rules:
        if rule not in late:
            subjects = _measured(meter, "", partial(_subjects, project, rule, on_crash))
            subjects = _measured(meter, "", partial(triggers.worth, rule, subjects))
            _measured(meter, rule.name, partial(_run, rule, subjects, found, chosen, on_crash))
    for path, reason in project.crashes:
        _crashed(on_crash, Crash("reading", path, reason))
    named = late and any(may_name_ours(project.documents[path].text) for path in project.spoken)
    if found or named:
        found = _silenced(project, found, late if named else [], chosen, on_crash, meter)
    return [finding for _, finding in sorted(found.items(), key=lambda item: item[0])]


def judge(
    project: Project, config: Settings | None, conflicts: Sequence[Conflict], on_crash: OnCrash | None = None
) -> list[Finding]:
    """What the rules about conflicts of fixes find, ordered, without what is silenced."""
    chosen = _Chosen(project, config or Config())
    found: Findings = {}
    for rule in chosen.rules:
        if rule.subject == "Conflict":
            _run(rule, conflicts, found, chosen, on_crash)
    found = _silenced(project, found, [], chosen, on_crash, None) if found else found
    return [finding for _, finding in sorted(found.items(), key=lambda item: item[0])]


Findings = dict[tuple[str, int, str], Finding]


def _silenced(
    project: Project,
    found: Findings,
    late: Sequence[Rule],
    chosen: _Chosen,
    on_crash: OnCrash | None,
    meter: Meter | None,
) -> Findings:
    """The findings that nothing silences, with those of the rules about what silences them."""
    from lint_rules.engine.suppress import Suppressions

    suppressions = Suppressions(project)
    left = {key: item for key, item in found.items() if not suppressions.covers(item, key[2])}
    judged = list(suppressions.all()) if late else []
    for suppression in judged:
        suppression.ran = chosen.by_path[suppression.document.path] - chosen.fixing
    about: Findings = {}
    for rule in late:
        _measured(meter, rule.name, partial(_run, rule, judged, about, chosen, on_crash))
    left.update((key, item) for key, item in about.items() if not suppressions.covers(item, key[2]))
    return left


class _Chosen:
    """The rules to run, and by path the names of those that count there."""

    def __init__(self, project: Project, config: Settings) -> None:
        known = load_rules()
        self.placed = project.placed
        self.fixing = {rule.name for rule in known.values() if rule.subject == "Conflict"}
        self._configs = {path: config.of(path) for path in project.documents}
        sets = {made: select(made, known) for made in {*self._configs.values()} or {config.of(".")}}
        names = {made: frozenset(rule.name for rule in rules) for made, rules in sets.items()}
        self.by_path = {path: names[made] for path, made in self._configs.items()}
        wanted = frozenset().union(*names.values())
        self.rules = [rule for rule in known.values() if rule.name in wanted]

    def counts(self, rule: Rule, path: str) -> bool:
        """Whether findings of the rule in a file are wanted."""
        return rule.name in self.by_path[path] and not _ignored_in_file(path, rule, self._configs[path])


def _run(
    rule: Rule,
    subjects: Sequence[Any],
    found: Findings,
    chosen: _Chosen,
    on_crash: OnCrash | None,
) -> None:
    if not subjects:
        return  # And the rule is not even imported.
    check = rule.check
    for subject in subjects:
        try:
            for finding in map(chosen.placed, check(subject)):
                if chosen.counts(rule, finding.span.path):
                    stamped = finding._replace(rule=rule.name, severity=finding.severity or rule.severity)
                    found.setdefault((finding.span.path, finding.span.start, rule.code), stamped)
        except Exception as error:
            _crashed(on_crash, Crash(rule.name, _path(subject), error))


def _measured(meter: Meter | None, name: str, work: Callable[[], Any]) -> Any:
    if meter is None:
        return work()
    began = meter.clock()
    try:
        return work()
    finally:
        meter.spent[name] = meter.spent.get(name, 0.0) + meter.clock() - began


def _subjects(project: Project, rule: Rule, on_crash: OnCrash | None) -> Sequence[Any]:
    try:
        return project.subjects(rule.subject)
    except Exception as error:
        _crashed(on_crash, Crash(rule.name, "", error))
        return ()


def _crashed(on_crash: OnCrash | None, crash: Crash) -> None:
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


__all__ = ["RULES", "Crash", "Meter", "OnCrash", "Settings", "judge", "lint"]
