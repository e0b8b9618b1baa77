"""Which functions of the project run when a function is called, and how surely.

Calls are followed breadth first through the whole project. A function that remembers its result (`lru_cache`)
and a call that runs at most once (`if client is None:`) do not repeat with the invocations; a call in an
`except` block is rare.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import FunctionNode, Scope

_LARGEST = 400
"""Functions followed from one handler."""

_REMEMBERING = frozenset({
    *("lru_cache", "cache", "cached", "cached_property", "memoize", "memoized", "singleton", "ttl_cache"),
    *("cachedmethod", "alru_cache", "once", "run_once", "memoise"),
})  # fmt: skip

_NOT_THERE = frozenset({"KeyError", "NameError", "AttributeError"})


class Reached(NamedTuple):
    """A function that runs, the call that leads to it (None for the first), and from which function.

    `repeats` is False when every way to it is a rare or a first-time one.
    """

    scope: Scope
    call: ast.Call | None
    caller: Scope | None
    repeats: bool


class Reach:
    """Everything that a call of `start` may run."""

    def __init__(self, codebase: Codebase, start: Scope) -> None:
        self.codebase = codebase
        self.start = start
        self._functions: dict[Scope, Reached] | None = None
        self.edges: list[tuple[Scope, ast.Call, Scope]] = []
        """Caller, call and function called, for every call followed."""

    @property
    def functions(self) -> dict[Scope, Reached]:
        """The functions by scope, in the order in which they were found."""
        if self._functions is None:
            self._functions = {}
            self._follow()
        return self._functions

    def _follow(self) -> None:
        found = self._functions
        assert found is not None
        later: list[Reached] = []
        todo = [Reached(self.start, None, None, True)]
        while todo or later:
            at = todo.pop(0) if todo else later.pop(0)
            if at.scope in found or len(found) >= _LARGEST:
                continue
            found[at.scope] = at
            for call in at.scope.calls:
                target = self.codebase.target(call, at.scope)
                if target is None or target is at.scope or remembers(target):
                    continue
                self.edges.append((at.scope, call, target))
                sure = at.repeats and not happens_once(call, at.scope) and not is_rare(call, at.scope)
                (todo if sure else later).append(Reached(target, call, at.scope, sure))


def remembers(scope: Scope) -> bool:
    """Whether a function keeps its result for the next call, by its decorators."""
    node = scope.node
    if not isinstance(node, FunctionNode):
        return False
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if name in _REMEMBERING:
            return True
    return False


def is_rare(node: ast.AST, scope: Scope) -> bool:
    """Whether a node stands in an `except` block."""
    return any(isinstance(parent, ast.ExceptHandler) for parent, _ in scope.facts.above(node))


def happens_once(node: ast.AST, scope: Scope) -> bool:
    """Whether a node stands under a test for what does not exist yet: `if x is None`, `if not x`, `if k not
    in cache`, or after a `return` of what does."""
    for parent, child in scope.facts.above(node):
        if isinstance(parent, ast.If):
            wanted = _missing(parent.test)
            if (child in parent.body and wanted) or (child in parent.orelse and _present(parent.test)):
                return True
        elif isinstance(parent, ast.IfExp):
            if (child is parent.body and _missing(parent.test)) or (
                child is parent.orelse and _present(parent.test)
            ):
                return True
        elif isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or):
            if child is not parent.values[0]:
                return True
        elif isinstance(parent, ast.ExceptHandler) and _names(parent.type) & _NOT_THERE:
            return True
        if isinstance(child, ast.stmt) and _returned_before(parent, child):
            return True
    return False


def _returned_before(parent: ast.AST, child: ast.stmt) -> bool:
    """Whether an earlier sibling is `if x is not None: return x`."""
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and child in statements:
            return any(
                isinstance(before, ast.If)
                and isinstance(before.body[-1], ast.Return)
                and before.body[-1].value is not None
                and _present(before.test)
                and _state(before.test) & _state(before.body[-1].value)
                for before in statements[: statements.index(child)]
            )
    return False


def _missing(test: ast.expr) -> bool:
    """Whether a test holds while a variable or an entry does not exist."""
    if isinstance(test, ast.BoolOp):
        return any(_missing(value) for value in test.values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Name | ast.Attribute | ast.Subscript | ast.NamedExpr) or _present(
            test.operand
        )
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    operator, right = test.ops[0], test.comparators[0]
    if isinstance(operator, ast.Is | ast.Eq):
        return isinstance(right, ast.Constant) and right.value is None
    return isinstance(operator, ast.NotIn)


def _present(test: ast.expr) -> bool:
    """Whether a test holds once a variable or an entry exists."""
    if isinstance(test, ast.BoolOp):
        return any(_present(value) for value in test.values)
    if isinstance(test, ast.Name | ast.Attribute | ast.NamedExpr):
        return True
    if isinstance(test, ast.Call):
        name = test.func.id if isinstance(test.func, ast.Name) else getattr(test.func, "attr", "")
        return name in ("hasattr", "get")
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    operator, right = test.ops[0], test.comparators[0]
    if isinstance(operator, ast.IsNot | ast.NotEq):
        return isinstance(right, ast.Constant) and right.value is None
    return isinstance(operator, ast.In)


def _state(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _names(node: ast.AST | None) -> set[str]:
    return _state(node) if node is not None else set()
