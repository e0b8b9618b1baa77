"""Loops over the records of a batch, and what of their work is done again when a later record fails."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bodies import own_code
from lint_rules.engine.analysis.clauses import Clause
from lint_rules.engine.analysis.event_paths import EventPaths
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.finding import Span

_READS = regex(
    "Get|List|Describe|Head|Query|Scan|BatchGet|Detect|Lookup|Search|Select|Decrypt|Poll|Assume|Delete(?:Item|Object)"
)
"""How operations begin that may be sent twice without any effect."""


class RecordLoop(NamedTuple):
    """A loop over all records whose round changes something in AWS, and may raise an exception that nobody catches.
    `operation` is what it sends."""

    node: ast.For
    scope: Scope
    operation: str
    changes: Span

    @property
    def span(self) -> Span:
        """Where the list of records stands in it."""
        return self.scope.facts.module.span(self.node.iter)


def record_loop(event: EventPaths, use: AwsUse) -> RecordLoop | None:
    """The first loop of this kind; None where it is not certain that there is one."""
    changing = {
        call.node: call
        for call in use.calls
        if call.confidence == "high" and not _READS.match(call.operation)
    }
    if any(call.operation.startswith("DeleteMessage") for call in use.calls):
        return None  # It takes out of the queue what it has done, one by one.
    for scope in event.reach.functions if changing else ():
        for loop in own_code(scope):
            if not isinstance(loop, ast.For) or event.of(loop.iter, scope) != ("Records",):
                continue
            for part in (part for statement in loop.body for part in ast.walk(statement)):
                if not isinstance(part, ast.Call) or _is_caught(part, loop, scope):
                    continue
                call = changing.get(part) or _changes(event, part, scope, changing)
                if call is not None:
                    return RecordLoop(loop, scope, call.name, call.span)
    return None


def _changes(event: EventPaths, call: ast.Call, scope: Scope, changing: dict[ast.AST, Any]) -> Any:
    """What a function of the project that a call runs sends of that kind, outside of any `try`."""
    targets = [
        edge.target
        for edge in event.reach.edges
        if edge.call is call and edge.caller is scope and edge.direct
    ]
    for target in targets:
        for inner in target.calls:
            if inner in changing and not _is_caught(inner, target.node, target):
                return changing[inner]
    return None


def _is_caught(node: ast.AST, end: ast.AST, scope: Scope) -> bool:
    """Whether an exception of a node is taken before it leaves a loop or function."""
    for parent, child in scope.facts.above(node):
        if parent is end:
            return False
        if isinstance(parent, ast.Try) and child in parent.body:
            handlers = [Clause(handler, scope) for handler in parent.handlers]
            if any(clause.is_broad and not clause.raises for clause in handlers):
                return True
        if isinstance(parent, ast.ExceptHandler):
            return True
    return False
