"""A loop around a call: what goes round in it, and whether its turns could be taken together."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.sent import traced
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import NamedTuple

_FEW = 5
"""Turns that are not worth a batch."""
_WAITING = frozenset({"time.sleep", "asyncio.sleep"})


class Loop(NamedTuple):
    """The innermost `for` that a node of a function is repeated by. `turning` are the names that have another value in
    each turn."""

    node: ast.For | ast.AsyncFor | ast.ListComp
    scope: Scope
    turning: frozenset[str]

    @property
    def over(self) -> ast.expr:
        """What it goes over."""
        return self.node.generators[0].iter if isinstance(self.node, ast.ListComp) else self.node.iter

    @property
    def body(self) -> list[ast.AST]:
        """Everything that is done in each turn."""
        inside = [self.node.elt] if isinstance(self.node, ast.ListComp) else self.node.body
        return [part for each in inside for part in walk(each)]

    @property
    def is_short(self) -> bool:
        """Whether it is written out that there are few turns."""
        found, scope = traced(self.over, self.scope)
        if isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute) and not found.args:
            found, scope = traced(found.func.value, scope)  # The entries of a dictionary.
        if isinstance(found, ast.Dict):
            return len(found.keys) <= _FEW and None not in found.keys
        if isinstance(found, ast.List | ast.Tuple | ast.Set):
            return len(found.elts) <= _FEW and not any(isinstance(each, ast.Starred) for each in found.elts)
        if isinstance(found, ast.Call) and scope.dotted(found.func) == "range" and len(found.args) == 1:
            last = traced(found.args[0], scope).node
            return isinstance(last, ast.Constant) and isinstance(last.value, int) and last.value <= _FEW
        return False

    @property
    def is_plain(self) -> bool:
        """Whether each turn is taken, and nothing waits between them."""
        leaving = (ast.Break, ast.Return, ast.Yield, ast.YieldFrom)
        return not any(
            isinstance(part, leaving)
            or (isinstance(part, ast.Call) and self.scope.dotted(part.func) in _WAITING)
            for part in self.body
        )

    def calls(self, *methods: str) -> list[ast.Call]:
        """The calls of methods of these names in it."""
        calls = [part for part in self.body if isinstance(part, ast.Call)]
        return [call for call in calls if getattr(call.func, "attr", "") in methods]

    def turns(self, node: ast.AST) -> bool:
        """Whether a value may differ from turn to turn."""
        return any(isinstance(part, ast.Name) and part.id in self.turning for part in walk(node))

    def guards(self, node: ast.AST) -> bool:
        """Whether errors of a call in it are dealt with turn by turn."""
        for parent, child in self.scope.facts.above(node):
            if parent is self.node:
                return False
            if isinstance(parent, ast.Try) and child in parent.body and parent.handlers:
                return True
        return False


def loop_around(node: ast.AST, scope: Scope) -> Loop | None:
    """The innermost loop that runs a node in each turn, if there is one in its function."""
    for parent, child in scope.facts.above(node):
        if isinstance(parent, ast.For | ast.AsyncFor) and child in parent.body:
            return Loop(parent, scope, _turning([parent.target], parent.body))
        if isinstance(parent, ast.ListComp) and child is parent.elt:
            return Loop(parent, scope, _turning([each.target for each in parent.generators], []))
        if isinstance(parent, ast.While | ast.Lambda):
            return None
    return None


def _turning(targets: list[ast.expr], body: list[ast.stmt]) -> frozenset[str]:
    found = {part.id for each in targets for part in walk(each) if isinstance(part, ast.Name)}
    sources: list[tuple[ast.AST, list[ast.expr]]] = []
    for part in (part for each in body for part in walk(each)):
        if isinstance(part, ast.Assign):
            sources.append((part.value, part.targets))
        elif isinstance(part, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and part.value is not None:
            sources.append((part.value, [part.target]))
        elif isinstance(part, ast.For | ast.AsyncFor | ast.comprehension):
            sources.append((part.iter, [part.target]))
        elif isinstance(part, ast.withitem) and part.optional_vars is not None:
            sources.append((part.context_expr, [part.optional_vars]))
    while True:
        before = len(found)
        for value, into in sources:
            if any(isinstance(part, ast.Name) and part.id in found for part in walk(value)):
                found |= {part.id for each in into for part in walk(each) if isinstance(part, ast.Name)}
        if len(found) == before:
            return frozenset(found)
