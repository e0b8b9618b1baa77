"""What keeps code from running on every invocation: results remembered, values made when first needed, rare
branches."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bodies import block_of
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.sources.tree import walk

_REMEMBERING = frozenset({
    *("lru_cache", "cache", "cached", "cached_property", "memoize", "memoized", "singleton", "ttl_cache"),
    *("cachedmethod", "alru_cache", "once", "run_once", "memoise"),
})  # fmt: skip

_NOT_THERE = frozenset({"KeyError", "NameError", "AttributeError"})
_READS = frozenset({"get", "lower", "upper", "strip", "split"})
_DEEPEST = 8


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
            if _about_arguments(parent.test, scope) and not _state(parent.test) & _set_by(node, scope):
                continue
            if (child in parent.body and _missing(parent.test)) or (
                child in parent.orelse and _present(parent.test)
            ):
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


def _set_by(node: ast.AST, scope: Scope) -> set[str]:
    """The variables that the statement of a node sets."""
    statement = scope.facts.statement(node)
    return set().union(*map(_state, statement.targets)) if isinstance(statement, ast.Assign) else set()


def _about_arguments(test: ast.expr, scope: Scope) -> bool:
    """Whether a condition only looks at what the caller passed, which says nothing of earlier invocations."""
    node = scope.node
    if not isinstance(node, FunctionNode):
        return False
    required = scope.arguments[: len(scope.arguments) - len(node.args.defaults)]
    if scope.parent is not None and scope.parent.is_class:
        required = required[1:]
    names = _state(test)
    return bool(names) and all(_is_read_off(name, scope, required) for name in names)


def _is_read_off(name: str, scope: Scope, arguments: list[str], depth: int = 0) -> bool:
    """Whether a variable is one of these arguments, or made anew from nothing but them and constants."""
    if name in arguments:
        return True
    value = scope.value(name) if scope.owner(name) is scope and depth < _DEEPEST else None
    if value is None:
        return False
    for part in walk(value):
        if isinstance(part, ast.Call) and getattr(part.func, "attr", "") not in _READS:
            return False
        if isinstance(part, ast.Name) and not _is_read_off(part.id, scope, arguments, depth + 1):
            return False
    return not isinstance(value, (ast.Await, ast.Yield, ast.Lambda))


def _returned_before(parent: ast.AST, child: ast.stmt) -> bool:
    """Whether an earlier sibling is `if x is not None: return x`."""
    block = block_of(child, parent)
    return bool(block) and any(
        isinstance(before, ast.If)
        and isinstance(before.body[-1], ast.Return)
        and before.body[-1].value is not None
        and _present(before.test)
        and _state(before.test) & _state(before.body[-1].value)
        for before in block[: block.index(child)]
    )


def _missing(test: ast.expr) -> bool:
    """Whether a test holds while a variable or an entry does not exist."""
    if isinstance(test, ast.BoolOp):
        return any(_missing(value) for value in test.values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, (ast.Name, ast.Attribute, ast.Subscript, ast.NamedExpr)) or _present(
            test.operand
        )
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    operator, right = test.ops[0], test.comparators[0]
    if isinstance(operator, (ast.Is, ast.Eq)):
        return isinstance(right, ast.Constant) and right.value is None
    return isinstance(operator, ast.NotIn)


def _present(test: ast.expr) -> bool:
    """Whether a test holds once a variable or an entry exists."""
    if isinstance(test, ast.BoolOp):
        return any(_present(value) for value in test.values)
    if isinstance(test, (ast.Name, ast.Attribute, ast.NamedExpr)):
        return True
    if isinstance(test, ast.Call):
        name = test.func.id if isinstance(test.func, ast.Name) else getattr(test.func, "attr", "")
        return name in ("hasattr", "get")
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    operator, right = test.ops[0], test.comparators[0]
    if isinstance(operator, (ast.IsNot, ast.NotEq)):
        return isinstance(right, ast.Constant) and right.value is None
    return isinstance(operator, ast.In)


def _state(node: ast.AST) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}


def _names(node: ast.AST | None) -> set[str]:
    return _state(node) if node is not None else set()


def is_kept(call: ast.Call, scope: Scope) -> bool:
    """Whether what a call makes is stored where later invocations find it: a global, an attribute, a
    container. What `__init__` stores lives as long as its object."""
    facts = scope.facts
    statement = facts.statement(call)
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        targets = []
    targets += [parent.target for parent, _ in facts.above(call) if isinstance(parent, ast.NamedExpr)]
    first = next(iter(scope.arguments), None)
    for target in targets:
        if isinstance(target, ast.Name):
            owner = scope.owner(target.id)
            if owner is not None and owner is not scope:
                return True
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            if target.value.id != first or getattr(scope.node, "name", "") != "__init__":
                return True
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            return True
    return any(isinstance(parent, ast.Lambda) for parent, _ in facts.above(call))
