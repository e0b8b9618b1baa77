"""Writes to the environment variables of the process, and the variables that belong to Lambda."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.guards import happens_once
from lint_rules.engine.analysis.paths import elsewhere_only, main_only
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@lru_cache(maxsize=1)
def reserved_variables() -> frozenset[str]:
    """The variables that Lambda sets itself: no function may declare them.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    with open(os.path.join(_PACKAGE, "data", "reserved_variables.txt"), encoding="ascii") as file:
        return frozenset(line.strip() for line in file if line[0] != "#")


class VariableWrite(NamedTuple):
    """A statement that sets a variable of the environment. `name` is empty where it is neither a literal nor a
    variable that is set to one, once; `value` is what it is set to."""

    name: str
    value: ast.expr
    node: ast.AST
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def is_reserved(self) -> bool:
        """Whether the variable is Lambda's."""
        return self.name in reserved_variables()

    @property
    def happens_once(self) -> bool:
        """Whether it only sets what is not set yet."""
        return happens_once(self.node, self.scope)

    @property
    def is_elsewhere(self) -> bool:
        """Whether a condition asks first where the code runs."""
        return elsewhere_only(self.node, self.scope)


def variable_writes(scopes: Iterable[Scope]) -> Iterator[VariableWrite]:
    """The writes in the code of scopes, but for those that only a run of the file itself makes."""
    for scope in scopes:
        if "environ" not in scope.facts.module.text and "putenv" not in scope.facts.module.text:
            continue
        for store in scope.stores:
            if isinstance(store, ast.Subscript) and scope.dotted(store.value) == "os.environ":
                statement = scope.facts.statement(store)
                value = statement.value if isinstance(statement, ast.Assign | ast.AugAssign) else None
                if value is not None and not main_only(store, scope):
                    yield VariableWrite(_text(store.slice, scope), value, statement, scope)
        for call in scope.calls:
            if main_only(call, scope):
                continue
            name = scope.dotted(call.func)
            if name == "os.putenv" and len(call.args) == 2:
                yield VariableWrite(_text(call.args[0], scope), call.args[1], call, scope)
            elif name == "os.environ.update":
                yield from _updates(call, scope)


def _updates(call: ast.Call, scope: Scope) -> Iterator[VariableWrite]:
    for keyword in call.keywords:
        yield VariableWrite(keyword.arg or "", keyword.value, call, scope)
    for given in call.args[:1]:
        if isinstance(given, ast.Dict):
            for key, value in zip(given.keys, given.values, strict=True):
                yield VariableWrite(_text(key, scope), value, call, scope)
        else:
            yield VariableWrite("", given, call, scope)


def _text(node: ast.expr | None, scope: Scope) -> str:
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        node = owner.value(node.id) if owner is not None else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
