"""Awaits that follow one another: runs of statements `name = await call(…)` with nothing between them.

A step tells what it binds, what it uses and how it looks; whether two steps may run at the same time is for
rules to decide.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis import reads
from lint_rules.engine.analysis.bindings import root_name
from lint_rules.engine.analysis.bodies import block_of
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.imports import importing
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple

_WIDTH = 88


class AwaitStep(NamedTuple):
    """One statement of a run. `call` is what is awaited."""

    statement: ast.stmt
    targets: tuple[ast.expr, ...]
    call: ast.Call
    scope: Scope
    codebase: Codebase

    @property
    def span(self) -> Span:
        """Where the `await` stands."""
        return self.scope.facts.module.span(self.scope.facts.parents[self.call])

    @property
    def names(self) -> frozenset[str]:
        """The variables it binds; for `x.y = …` and `x[y] = …` the variable changed."""
        found = set()
        for target in self.targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    found.add(part.id)
        return frozenset(found)

    @property
    def uses(self) -> frozenset[str]:
        """The variables that the call reads."""
        return frozenset(part.id for part in ast.walk(self.call) if isinstance(part, ast.Name))

    @property
    def is_plain(self) -> bool:
        """Whether it is `name = await …`."""
        return (
            isinstance(self.statement, ast.Assign)
            and len(self.targets) == 1
            and isinstance(self.targets[0], ast.Name)
        )

    @property
    def module_text(self) -> str:
        """The text of the module it stands in."""
        return self.scope.facts.module.text

    @property
    def called(self) -> str:
        """The last part of the name of what is called: "get_user" in `users.get_user(1)`."""
        func = self.call.func
        return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")

    @property
    def receiver(self) -> str | None:
        """What a method is called on, as written; None for a plain function and for one of a module."""
        func = self.call.func
        if not isinstance(func, ast.Attribute):
            return None
        name = root_name(func.value)
        owner = self.scope.owner(name) if name else None
        bound = owner.bindings.get(name, []) if owner and name else []
        if any(isinstance(binding, ast.alias) for binding in bound) and name and name[:1].islower():
            return None
        return self.scope.facts.module.code(func.value)

    @property
    def origin(self) -> str | None:
        """The dotted name of what makes the receiver, such as "httpx.AsyncClient()"."""
        func = self.call.func
        return self.scope.dotted(func.value) if isinstance(func, ast.Attribute) else None

    @property
    def passes(self) -> tuple[str, ...]:
        """The variables and attributes that are arguments as they are."""
        parts = [*self.call.args, *(keyword.value for keyword in self.call.keywords)]
        return tuple(
            self.scope.facts.module.code(part) for part in parts if isinstance(part, ast.Name | ast.Attribute)
        )

    @property
    def has_arguments(self) -> bool:
        """Whether anything is passed."""
        return bool(self.call.args or self.call.keywords)

    @property
    def nested(self) -> bool:
        """Whether its arguments call or await something themselves, which would then happen earlier."""
        inner = [part for argument in ast.iter_child_nodes(self.call) for part in ast.walk(argument)]
        return any(isinstance(part, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for part in inner)

    @property
    def surroundings(self) -> list[str]:
        """The expressions of the `with` statements that hold the step, by dotted name or else as written."""
        found = []
        for parent, _ in self.scope.facts.above(self.call):
            if isinstance(parent, ast.With | ast.AsyncWith):
                for item in parent.items:
                    code = self.scope.facts.module.code(item.context_expr)
                    found.append(self.scope.dotted(item.context_expr) or code)
        return found

    @property
    def words_behind(self) -> frozenset[str]:
        """Every word in the function that is called and in those that it calls in turn, where they are the
        project's."""
        target = self.codebase.target(self.call, self.scope)
        if target is None:
            return frozenset()
        found: set[str] = set()
        for scope in Reach(self.codebase, target).functions:
            found.update(re.findall(r"[A-Za-z_]\w*", scope.facts.module.code(scope.node)))
        return frozenset(found)

    @property
    def comments(self) -> str:
        """The comments on the lines of the statement and right above it."""
        module = self.scope.facts.module
        span = module.span(self.statement)
        rows = module.text[: span.start - module.base].split("\n")[:-1]
        above = []
        while rows and rows[-1].lstrip().startswith("#"):
            above.append(rows.pop())
        end = module.text.find("\n", span.end - module.base)
        return "\n".join([*above, module.text[span.start - module.base : end if end >= 0 else None]])

    @property
    def is_read(self) -> bool:
        """Whether it certainly only reads, from something that serves several callers."""
        return reads.is_read(self)

    @property
    def keeps_order(self) -> bool:
        """Whether a comment asks for an order."""
        return bool(reads.ORDER.search(self.comments))

    def is_shared(self, name: str) -> bool:
        """Whether a name is for something that serves one caller at a time."""
        return reads.is_shared(name, self)


def await_runs(codebase: Codebase, scope: Scope) -> Iterator[list[AwaitStep]]:
    """The longest runs of two or more steps in a function, in source order."""
    seen: set[ast.AST] = set()
    for awaited in scope.awaits:
        statement = scope.facts.statement(awaited)
        block = block_of(statement, scope.facts.parents[statement])
        if not block or statement in seen:
            continue
        run: list[AwaitStep] = []
        for each in block[block.index(statement) :]:
            step = _step(codebase, scope, each)
            if step is None:
                break
            seen.add(each)
            run.append(step)
        if len(run) > 1:
            yield run


def gathered(steps: list[AwaitStep]) -> tuple[Edit, ...]:
    """Edits that run the steps at the same time; none if a comment or the form of a statement is in the
    way."""
    facts = steps[0].scope.facts
    module = facts.module
    first, last = module.span(steps[0].statement), module.span(steps[-1].statement)
    start, end = first.start - module.base, last.end - module.base
    between = module.text[start:end]
    line = module.text.rfind("\n", 0, start) + 1
    indent = module.text[line:start]
    if indent.strip() or not all(step.is_plain for step in steps) or _has_comment(steps, between):
        return ()
    gather = gather_name(steps[0].scope)
    if gather is None:
        return ()
    name, edits = gather
    targets = ", ".join(module.code(step.targets[0]) for step in steps)
    calls = [module.code(step.call) for step in steps]
    text = f"{targets} = await {name}({', '.join(calls)})"
    if len(indent) + len(text) > _WIDTH or "\n" in text:
        newline = "\r\n" if "\r\n" in module.text else "\n"
        step = "\t" if indent.startswith("\t") else "    "
        if any("\n" in call and _has_long_string(each.call) for call, each in zip(calls, steps, strict=True)):
            return ()
        lines = [re.sub(r"(\r\n|\n)", rf"\1{step}", call) for call in calls]
        inner = "".join(f"{indent}{step}{call},{newline}" for call in lines)
        text = f"{targets} = await {name}({newline}{inner}{indent})"
    return (*edits, Edit(Span(first.path, first.start, last.end), text))


def _step(codebase: Codebase, scope: Scope, statement: ast.stmt) -> AwaitStep | None:
    if isinstance(statement, ast.Assign):
        targets = tuple(statement.targets)
    elif isinstance(statement, ast.AnnAssign):
        targets = (statement.target,)
    else:
        return None
    value = statement.value
    if not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return None
    return AwaitStep(statement, targets, value.value, scope, codebase)


def _has_comment(steps: list[AwaitStep], text: str) -> bool:
    """Whether there is a comment, or another statement on a line, among the steps."""
    module = steps[0].scope.facts.module
    for step in steps:
        text = text.replace(module.code(step.statement), "", 1)
    inside = "".join(module.code(step.statement) for step in steps)
    return bool(text.strip()) or _comment_in(inside)


def _comment_in(code: str) -> bool:
    strings = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return "#" in re.sub(strings, "", code)


def _has_long_string(call: ast.Call) -> bool:
    return any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str) and "\n" in part.value)
        for part in ast.walk(call)
    )


def gather_name(scope: Scope) -> tuple[str, tuple[Edit, ...]] | None:
    """How a function may write `asyncio.gather`, and the edit that imports it; None where it cannot."""
    for name, bindings in scope.facts.module_scope.bindings.items():
        if len(bindings) != 1 or scope.owner(name) is not scope.facts.module_scope:
            continue
        origin = scope.facts.imports.get(bindings[0])
        if origin in ("asyncio", "asyncio.gather"):
            return (f"{name}.gather" if origin == "asyncio" else name), ()
    if scope.owner("asyncio") is not None:
        return None
    return "asyncio.gather", importing("asyncio", scope.facts)
