"""Loops that await one read after the other, although no turn needs what another one gave."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.awaits import AwaitStep, gather_name
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import NamedTuple

_ENDS = (
    ast.Break,
    ast.Return,
    ast.Raise,
    ast.Yield,
    ast.YieldFrom,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.With,
    ast.While,
)
_COLLECTS = frozenset({"append", "add"})
_FILLS = frozenset({"append", "add", "extend", "update", "pop"})


class AwaitLoop(NamedTuple):
    """Such a loop, and what it awaits."""

    node: ast.For
    step: AwaitStep

    @property
    def span(self) -> Span:
        """Where the `await` stands."""
        return self.step.span

    def gathered(self) -> tuple[Edit, ...]:
        """Edits that await all turns together; none but for a loop that only collects the results in a list."""
        scope, module = self.step.scope, self.step.scope.facts.module
        statement = self.node.body[0]
        call = statement.value if isinstance(statement, ast.Expr) else None
        if len(self.node.body) != 1 or self.node.orelse or not isinstance(call, ast.Call):
            return ()
        func = call.func
        gather = gather_name(scope)
        if (
            not isinstance(func, ast.Attribute)
            or func.attr != "append"
            or not isinstance(func.value, ast.Name)
        ):
            return ()
        name, code = func.value.id, module.code(self.node)
        if gather is None or "#" in code or "\n" in module.code(call) or not _is_list(name, scope):
            return ()
        gather_as, edits = gather
        each = module.code(self.step.call)
        turns = f"{each} for {module.code(self.node.target)} in {module.code(self.node.iter)}"
        span = module.span(self.node)
        return (*edits, Edit(span, f"{name}.extend(await {gather_as}(*({turns})))"))


def await_loops(codebase: Codebase, scopes: Iterable[Scope]) -> Iterator[AwaitLoop]:
    """The loops in these functions, each once."""
    for scope in scopes:
        for awaited in scope.awaits:
            loop = _loop(awaited, scope)
            if loop is None or not isinstance(awaited.value, ast.Call):
                continue
            step = AwaitStep(
                scope.facts.statement(awaited), _targets(awaited, scope), awaited.value, scope, codebase
            )
            if _is_independent(loop, step) and step.is_read and not _asks_for_order(loop, step):
                yield AwaitLoop(loop, step)


def _loop(awaited: ast.Await, scope: Scope) -> ast.For | None:
    """The loop in whose body an await is the only one, with nothing around it but plain statements."""
    facts = scope.facts
    for parent, child in facts.above(awaited):
        if isinstance(parent, ast.For):
            inside = [part for each in parent.body for part in walk(each)]
            alone = sum(isinstance(part, ast.Await) for part in inside) == 1
            return (
                parent
                if child in parent.body and alone and not any(isinstance(part, _ENDS) for part in inside)
                else None
            )
        if isinstance(parent, ast.stmt) and not isinstance(parent, ast.Expr | ast.Assign | ast.AnnAssign):
            return None
        if isinstance(parent, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            return None
    return None


def _targets(awaited: ast.Await, scope: Scope) -> tuple[ast.expr, ...]:
    parent = scope.facts.parents.get(awaited)
    return tuple(parent.targets) if isinstance(parent, ast.Assign) else ()


def _is_independent(loop: ast.For, step: AwaitStep) -> bool:
    """Whether every turn awaits something of its own, keeps the result, and needs nothing of another turn."""
    own = {part.id for part in walk(loop.target) if isinstance(part, ast.Name)}
    for statement in loop.body:
        if statement is step.statement:
            break
        # Before the await only what is made of the turn's own variables, or of what no turn changes.
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            return False
        own.add(statement.targets[0].id)
    changed = _changed(loop.body)
    if not step.uses & own or (step.uses & changed) - own:
        return False
    before = loop.body[: loop.body.index(step.statement)]
    if any((_loaded(each) & changed) - own for each in before):
        return False
    return bool(step.names) or _collects(step)


def _collects(step: AwaitStep) -> bool:
    """Whether the result goes straight into a list or set."""
    facts = step.scope.facts
    call = facts.parents.get(facts.parents[step.call])
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") in _COLLECTS


def _changed(body: list[ast.stmt]) -> set[str]:
    """The variables that a turn sets or puts something into."""
    found = set()
    for statement in body:
        for part in walk(statement):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                found.add(part.id)
            elif isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load):
                found |= {each.id for each in walk(part.value) if isinstance(each, ast.Name)}
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                filled = part.func.value if part.func.attr in _FILLS else None
                if isinstance(filled, ast.Name):
                    found.add(filled.id)
    return found


def _loaded(node: ast.AST) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _asks_for_order(loop: ast.For, step: AwaitStep) -> bool:
    """Whether a comment in the loop, or right above it, asks for an order."""
    around = AwaitStep(loop, (), step.call, step.scope, step.codebase)
    return around.keeps_order


def _is_list(name: str, scope: Scope) -> bool:
    value = scope.value(name) if scope.owner(name) is scope else None
    return isinstance(value, ast.List) and not value.elts
