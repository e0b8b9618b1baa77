"""What one handler does with AWS: its calls, what could not be told, and libraries that call AWS unseen."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.aws_call import AwsCall, Doubt
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Facts, Scope, facts_of
from lint_rules.engine.analysis.known import Client, Errors, External
from lint_rules.engine.analysis.libraries import agents
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_rules.engine.analysis.interpreter import Interpreter


class AwsUse(NamedTuple):
    """The answer. `unresolved` says that there are calls of which service or operation are unknown; `unseen` are
    prefixes of services, or patterns of actions, that libraries may call by themselves, "*" for any; `text` is all
    code that was read, `scopes` the functions and modules that may run, `doubts` names that boto3 certainly does not
    have, `unsure` calls that another service may get."""

    calls: tuple[AwsCall, ...]
    unresolved: bool
    unseen: frozenset[str]
    imports: frozenset[str]
    text: str
    scopes: tuple[Scope, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unsure: frozenset[ast.AST] = frozenset()


def aws_use(codebase: Codebase, start: Scope) -> AwsUse:
    """What a call of `start` may send to AWS, found once for each function."""
    found: AwsUse | None = codebase.uses.get(start)
    if found is None:
        from lint_rules.engine.analysis.interpreter import Interpreter

        run = Interpreter(codebase, start)
        run.run()
        modules = [scope.facts.module for scope in run.scopes if scope.parent is None]
        imports = frozenset(
            name
            for module in modules
            for name in facts_of(module).imports.values()
            if name[:1] != "." and any(isinstance(value, External) for value in run.named(module, name))
        )
        imports |= {
            whole
            for module in modules
            for whole in (*facts_of(module).stars, *_dotted(facts_of(module)))
            if whole[:1] != "." and codebase.brought(module, whole) is None
        }
        text = "\n".join(module.text for module in modules)
        found = AwsUse(
            tuple(run.calls.all()),
            bool(run.calls.unresolved),
            agents(imports),
            imports,
            text,
            run.scopes,
            tuple(each for each in run.calls.doubts.values() if _is_certain(each, run)),
            frozenset(run.calls.unsure),
        )
        codebase.uses[start] = found
    return found


def _dotted(facts: Facts) -> Iterator[str]:
    """The modules that `import a.b` names, of which the name `a` is bound."""
    for alias in facts.imports:
        if isinstance(alias, ast.alias) and "." in alias.name:
            yield alias.name


def _is_certain(doubt: Doubt, run: Interpreter) -> bool:
    """Whether what a name is asked of can be nothing but a client of this service."""
    values = run.values(doubt.receiver, doubt.scope)
    return all(isinstance(value, Client | Errors) and value.service == doubt.service for value in values)
