"""A call that a handler sends to AWS, with what is given to it and what becomes of its answer."""

from __future__ import annotations

import ast
from functools import cached_property

from lint_rules.engine.analysis.answers import Answer
from lint_rules.engine.analysis.aws_call import AwsCall
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.flow import Flow
    from lint_rules.engine.finding import Edit, Span

_STEPS = 6


class Given(NamedTuple):
    """An argument as written, and where."""

    node: ast.expr
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)


class Sent:
    """One call of which the service and the operation are certain."""

    def __init__(self, call: AwsCall, flow: Flow) -> None:
        self.call = call
        self.flow = flow

    @property
    def name(self) -> str:
        """Service and operation, as dynamodb.PutItem."""
        return self.call.name

    @property
    def operation(self) -> str:
        """The operation, as PutItem."""
        return self.call.operation

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.call.span

    @property
    def scope(self) -> Scope:
        """The function that it stands in."""
        return self.call.scope

    @property
    def parameters(self) -> Any:
        """What is known of its parameters, by name."""
        return self.call.parameters

    @property
    def method(self) -> str:
        """The name of the method as written."""
        return str(getattr(getattr(self.call.node, "func", None), "attr", ""))

    @cached_property
    def answer(self) -> Answer:
        """What becomes of its answer."""
        return Answer(self.call.node, self.call.scope, self.flow)

    def extended(self, argument: str) -> tuple[Edit, ...]:
        """The edit that gives it one more argument; none where that is not certainly right."""
        from lint_rules.engine.analysis.additions import adding

        node = self.call.node
        return adding(argument, node, self.scope) if isinstance(node, ast.Call) else ()

    def given(self, name: str) -> Given | None:
        """The expression given for a parameter by name, through variables; None where none is."""
        for keyword in getattr(self.call.node, "keywords", ()):
            if keyword.arg == name:
                return traced(keyword.value, self.scope)
        return None


def traced(node: ast.expr, scope: Scope) -> Given:
    """The expression that a variable is set to, if it is set only once; else the variable."""
    for _ in range(_STEPS):
        owner = scope.owner(node.id) if isinstance(node, ast.Name) else None
        value = owner.value(node.id) if owner is not None and isinstance(node, ast.Name) else None
        if owner is None or value is None:
            break
        node, scope = value, owner
    return Given(node, scope)
