"""A rule: a generator function that asks questions of a subject and yields findings.

`@rule` turns the function into a `Rule` and enters it in `RULES`, the only registry. `load_rules` imports
every module of every topic package, so adding a rule is adding a file; rules of plugins are entered the same way.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from lint_rules.engine.finding import Finding, Safety, Severity
from lint_rules.engine.plugins import load_plugins

_NOT_TOPICS = frozenset({"engine", "data", "commands"})


class Rule(NamedTuple):
    """What the linter knows of one rule.

    `looks_at` is the class of subject that `check` takes: Module, Template, Handler or Project. `fix` is the
    safety of the fix it may offer, or None. `profile` is the set that runs it:
    "default", "strict", "security", "experimental", "off" (only when asked for by name) or "always".
    """

    code: str
    name: str
    severity: Severity
    looks_at: type
    check: Callable[[Any], Iterable[Finding]]
    doc: str
    since: str
    profile: str
    fix: Safety | None
    topic: str

    @property
    def summary(self) -> str:
        """The first line of the docstring, one sentence."""
        return self.doc.strip().partition("\n")[0]


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
) -> Callable[[Callable[[Any], Iterable[Finding]]], Rule]:
    """Make a rule of a generator function; its name, with dashes, is the rule's name, its docstring the docs.

    `severity` is one of "advice", "warning", "error"; `fix` one of "safe", "unsafe", "show-only" or None.
    """

    def register(check: Callable[[Any], Iterable[Finding]]) -> Rule:
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
        )
        for other in RULES.values():
            if (other.name == made.name) is not (other.code == made.code):
                raise ValueError(
                    f"{made.code} {made.name} and {other.code} {other.name} have something in common"
                )
        RULES[made.name] = made
        return made

    return register


def load_rules() -> dict[str, Rule]:
    """Import every rule file of every topic and of every plugin, once, and return RULES, ordered by code.

    Raises UsageError for a plugin that cannot be loaded.
    """
    if not _state.loaded:
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        for topic in sorted(os.listdir(here)):
            if topic in _NOT_TOPICS or not os.path.isfile(f"{here}/{topic}/__init__.py"):
                continue
            for file in sorted(os.listdir(f"{here}/{topic}")):
                if file.endswith(".py") and file != "__init__.py":
                    importlib.import_module(f"lint_rules.{topic}.{file[:-3]}")
        load_plugins()
        _state.loaded = True
    if len(RULES) != _state.ordered:
        ordered = dict(sorted(RULES.items(), key=lambda item: item[1].code))
        RULES.clear()
        RULES.update(ordered)
        _state.ordered = len(RULES)
    return RULES


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
