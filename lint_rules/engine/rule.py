"""A rule: a generator function that asks questions of a subject and yields findings.

`@rule` turns the function into a `Rule` and enters it in `RULES`, the only registry. `load_rules` enters every
module of every topic package, so adding a rule is adding a file; rules of plugins are entered the same way. What
`listing` knows of our own rules spares their import until a subject needs them.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable

from lint_rules.engine.finding import Finding, Safety, Severity
from lint_rules.engine.listing import Listed, read_listing
from lint_rules.engine.plugins import load_plugins
from lint_rules.engine.typed import Any

_NOT_TOPICS = frozenset({"engine", "data", "commands", "__pycache__"})

Check = Callable[[Any], Iterable[Finding]]


class Rule:
    """What the linter knows of one rule. It does not change, but for its code being imported when first needed.

    `looks_at` is the class of subject that `check` takes: Module, Template, Handler, Deployment, Access, Project or
    Suppression; `subject` is its name. `fix` is the safety of the fix it may offer, or None. `profile` is the set that
    runs it: "default", "strict", "security", "experimental", "off" (only when asked for by name) or "always".
    `triggers` are words, one of which stands in every text in which it finds something; none where that cannot be said.
    """

    __slots__ = (
        *("_check", "_doc", "_looks_at", "_module", "_summary"),
        *("code", "fix", "name", "profile", "severity", "since", "subject", "topic", "triggers"),
    )

    def __init__(
        self,
        code: str,
        name: str,
        severity: Severity,
        looks_at: type | None,
        check: Check | None,
        doc: str,
        since: str,
        profile: str,
        fix: Safety | None,
        topic: str,
        triggers: tuple[str, ...] = (),
    ) -> None:
        self.code = code
        self.name = name
        self.severity = severity
        self.since = since
        self.profile = profile
        self.fix = fix
        self.topic = topic
        self.triggers = triggers
        self.subject = looks_at.__name__ if looks_at else ""
        self._looks_at = looks_at
        self._check = check
        self._doc = doc
        self._summary = ""
        self._module = ""

    @classmethod
    def listed(cls, row: Listed) -> Rule:
        """A rule whose code is not imported yet."""
        severity = Severity[row.severity.upper()]
        fix = Safety[row.fix.upper()] if row.fix else None
        made = cls(row.code, row.name, severity, None, None, "", row.since, row.profile, fix, row.topic)
        made.triggers = tuple(row.triggers.split())
        made.subject = row.subject
        made._summary = row.summary
        made._module = row.module
        return made

    @property
    def check(self) -> Check:
        """The function itself."""
        if self._check is None:
            self._import()
        assert self._check is not None
        return self._check

    @property
    def looks_at(self) -> type:
        """The class of subject that `check` takes."""
        if self._looks_at is None:
            self._import()
        assert self._looks_at is not None
        return self._looks_at

    @property
    def doc(self) -> str:
        """The docstring, its margin taken off."""
        if self._check is None:
            self._import()
        return self._doc

    @property
    def summary(self) -> str:
        """The first line of the docstring, one sentence."""
        return self._summary or self._doc.strip().partition("\n")[0]

    @property
    def is_ours(self) -> bool:
        """Whether it comes with the linter, and not from a plugin."""
        return self._module.startswith("lint_rules.")

    def _import(self) -> None:
        module = importlib.import_module(self._module)
        if self._check is None:  # It was imported before, for another registry.
            self._fill(getattr(module, self.name.replace("-", "_")))

    def _fill(self, made: Rule) -> None:
        """Take over what the import has brought."""
        for slot in Rule.__slots__:
            setattr(self, slot, getattr(made, slot))


RULES: dict[str, Rule] = {}
"""Rules by name. Filled by `load_rules`."""


def rule(
    code: str,
    *,
    looks_at: type,
    severity: str,
    since: str,
    fix: str | None = None,
    profile: str = "default",
    triggers: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a rule of a generator function; its name, with dashes, is the rule's name, its docstring the docs.

    `severity` is one of "advice", "warning", "error"; `fix` one of "safe", "unsafe", "show-only" or None.

    `triggers` are parts of a text, one of which must stand in it for the rule to find anything: in the code of a Module
    or Handler, or, for other subjects, in any file of the project. They hold no white space, and upper and lower case
    differ. Without them the rule is asked about everything.
    """

    def register(check: Check) -> Rule:
        made = Rule(
            code=code,
            name=check.__name__.replace("_", "-"),
            severity=Severity[severity.upper()],
            looks_at=looks_at,
            check=check,
            doc=_dedent(check.__doc__ or ""),
            since=since,
            profile=profile,
            fix=Safety[fix.upper().replace("-", "_")] if fix else None,
            topic=check.__module__.removeprefix("lint_rules.").partition(".")[0],
            triggers=triggers,
        )
        made._module = check.__module__
        known = RULES.get(made.name)
        if known is not None and known._module == made._module:
            known._fill(made)
            return known
        for other in RULES.values():
            if other.name == made.name or other.code == made.code:
                raise ValueError(
                    f"{made.code} {made.name} and {other.code} {other.name} have something in common"
                )
        RULES[made.name] = made
        return made

    return register


def load_rules() -> dict[str, Rule]:
    """Enter every rule file of every topic and every plugin, once, and return RULES, ordered by code.

    Raises UsageError for a plugin that cannot be loaded.
    """
    if not _state.loaded:
        _state.loaded = True
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        listing = read_listing(here)
        for topic in sorted(os.listdir(here)):
            if topic not in _NOT_TOPICS and os.path.isfile(f"{here}/{topic}/__init__.py"):
                _enter(f"{here}/{topic}", topic, listing)
        load_plugins()
    if len(RULES) != _state.ordered:
        ordered = dict(sorted(RULES.items(), key=lambda item: item[1].code))
        RULES.clear()
        RULES.update(ordered)
        _state.ordered = len(RULES)
    return RULES


def _enter(folder: str, topic: str, listing: dict[str, Listed]) -> None:
    with os.scandir(folder) as files:
        for file in sorted(files, key=lambda file: file.name):
            if not file.name.endswith(".py") or file.name == "__init__.py":
                continue
            module = f"lint_rules.{topic}.{file.name[:-3]}"
            row = listing.get(module)
            if row is not None and row.size == file.stat().st_size:
                RULES.setdefault(row.name, Rule.listed(row))
            else:  # New or changed since the listing was made.
                importlib.import_module(module)


class _State:
    loaded = False
    ordered = 0


_state = _State()


def _dedent(doc: str) -> str:
    # inspect.cleandoc without inspect, whose import is a third of a start-up.
    lines = doc.expandtabs().splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return (
        "\n".join(
            [lines[0].strip() if lines else "", *(line[margin:].rstrip() for line in lines[1:])]
        ).strip()
        + "\n"
    )
