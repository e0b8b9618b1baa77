"""lambdalint: a linter for AWS Lambda functions in Python and the templates that deploy them.

What this package offers by name is what rules, front ends and the course may use. The names are looked up
when they are first used, so that a command which needs few of them starts fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.analysis.awaits import AwaitStep as AwaitStep
    from lint_rules.engine.analysis.calls import CallSite as CallSite
    from lint_rules.engine.analysis.state import Kept as Kept
    from lint_rules.engine.config import Config as Config
    from lint_rules.engine.finding import Edit as Edit
    from lint_rules.engine.finding import Finding as Finding
    from lint_rules.engine.finding import Fix as Fix
    from lint_rules.engine.finding import Related as Related
    from lint_rules.engine.finding import Safety as Safety
    from lint_rules.engine.finding import Severity as Severity
    from lint_rules.engine.finding import Span as Span
    from lint_rules.engine.fix import FixResult as FixResult
    from lint_rules.engine.fix import fix as fix
    from lint_rules.engine.handlers import Handler as Handler
    from lint_rules.engine.lint import lint as lint
    from lint_rules.engine.project import Project as Project
    from lint_rules.engine.rule import RULES as RULES
    from lint_rules.engine.rule import Rule as Rule
    from lint_rules.engine.rule import load_rules as load_rules
    from lint_rules.engine.rule import rule as rule
    from lint_rules.engine.sources.module import Module as Module
    from lint_rules.engine.templates.model import EventSource as EventSource
    from lint_rules.engine.templates.model import FunctionSpec as FunctionSpec
    from lint_rules.engine.templates.model import Statement as Statement
    from lint_rules.engine.templates.model import Template as Template
    from lint_rules.engine.templates.model import Value as Value

_HOMES = {
    "AwaitStep": "analysis.awaits",
    "CallSite": "analysis.calls",
    "Config": "config",
    "Edit": "finding",
    "EventSource": "templates.model",
    "Finding": "finding",
    "Fix": "finding",
    "FixResult": "fix",
    "FunctionSpec": "templates.model",
    "Handler": "handlers",
    "Kept": "analysis.state",
    "Module": "sources.module",
    "Project": "project",
    "RULES": "rule",
    "Related": "finding",
    "Rule": "rule",
    "Safety": "finding",
    "Severity": "finding",
    "Span": "finding",
    "Statement": "templates.model",
    "Template": "templates.model",
    "Value": "templates.model",
    "fix": "fix",
    "lint": "lint",
    "load_rules": "rule",
    "rule": "rule",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"lint_rules.engine.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
