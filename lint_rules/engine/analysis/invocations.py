"""Functions that invoke functions, others or themselves, and whether they wait for the result."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import adding, in_string
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.flow import Flow
from lint_rules.engine.analysis.known import Env
from lint_rules.engine.analysis.sent import Sent
from lint_rules.engine.finding import Edit
from lint_rules.engine.typed import NamedTuple

_OWN_NAMES = frozenset({"function_name", "invoked_function_arn"})
_OWN_VARIABLE = "AWS_LAMBDA_FUNCTION_NAME"
_STATUS = frozenset({"StatusCode", "ResponseMetadata"})
"""Members of an answer that it also has when nobody waits for a result."""
_TURNS = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Match, ast.BoolOp)
_DEEPEST = 6


class Invocation(NamedTuple):
    """A call of Lambda's Invoke. `how` is "RequestResponse", which is also the default, "Event" or "DryRun"."""

    sent: Sent
    how: str

    @property
    def is_of_itself(self) -> bool:
        """Whether it invokes the function that it runs in."""
        name = self.sent.parameters.get("FunctionName")
        if any(isinstance(part, Env) and part.name == _OWN_VARIABLE for part in getattr(name, "parts", ())):
            return True
        given = self.sent.given("FunctionName")
        return given is not None and isinstance(given.node, ast.Attribute) and given.node.attr in _OWN_NAMES

    @property
    def wants_result(self) -> bool:
        """Whether anything is done with the result, as far as can be seen; also where its log is asked for."""
        answer = self.sent.answer
        return answer.escapes or bool(answer.members - _STATUS) or "LogType" in self.sent.parameters

    @property
    def is_unconditional(self) -> bool:
        """Whether each invocation comes to it."""
        return _comes_to(self.sent.call.node, self.sent.scope, self.sent.flow, 0)

    def not_waiting(self) -> tuple[Edit, ...]:
        """Edits that do not wait for the result; none where the answer is looked at."""
        node, module = self.sent.call.node, self.sent.scope.facts.module
        if self.sent.answer.members or not isinstance(node, ast.Call):
            return ()
        for keyword in node.keywords:
            if keyword.arg == "InvocationType":
                constant = isinstance(keyword.value, ast.Constant) and not in_string(node, self.sent.scope)
                return (Edit(module.span(keyword.value), '"Event"'),) if constant else ()
        return adding('InvocationType="Event"', node, self.sent.scope)


def invocations(calls: Iterable[Sent]) -> Iterator[Invocation]:
    """The invocations of which it is certain how they are made, and that go to Lambda itself."""
    for sent in calls:
        if sent.name != "lambda.Invoke" or sent.call.via != "client" or not sent.scope.is_function:
            continue
        how = sent.parameters.get("InvocationType")
        if how is None and sent.call.complete and sent.given("InvocationType") is None:
            yield Invocation(sent, "RequestResponse")
        elif getattr(how, "plain", None) and all(isinstance(part, str) for part in how.parts):
            yield Invocation(sent, how.plain)


def _comes_to(node: ast.AST, scope: Scope, flow: Flow, depth: int) -> bool:
    if depth > _DEEPEST or any(isinstance(parent, _TURNS) for parent, _ in scope.facts.above(node)):
        return False
    place = getattr(node, "lineno", 0)
    if any(isinstance(part, ast.Return | ast.Raise) and part.lineno < place for part in ast.walk(scope.node)):
        return False
    if scope is flow.reach.start:
        return True
    return any(
        edge.direct and edge.call is not None and _comes_to(edge.call, edge.caller, flow, depth + 1)
        for edge in flow.reach.into(scope)
    )
