"""Coroutines and tasks that nobody waits for, and gathered exceptions that nobody looks at."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.bodies import own_code
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.endings import at_the_end, beginning
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple

_OF_ASYNCIO = frozenset({
    *("asyncio.sleep", "asyncio.wait_for", "asyncio.wait", "asyncio.to_thread", "asyncio.open_connection"),
    *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"),
})  # fmt: skip
_TASKS = frozenset({
    *("asyncio.create_task", "asyncio.ensure_future", "asyncio.get_event_loop().create_task"),
    "asyncio.get_running_loop().create_task",
})  # fmt: skip
_TAKES_VALUES = frozenset(
    {"print", "str", "repr", "len", "list", "tuple", "dict", "set", "sorted", "json.dumps", "bool"}
)
_OF_COROUTINES = frozenset({"close", "send", "throw", "cr_frame", "cr_running", "cr_await", "cr_code"})
_LOOKS = ("isinstance(", "BaseException", "type(", ".exception()", "case ")


class Unawaited(NamedTuple):
    """A call that makes a coroutine, which something else is then done with than to await it."""

    call: ast.Call
    scope: Scope
    name: str

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.call)

    def awaited(self) -> tuple[Edit, ...]:
        """The edits that await it; none where the function around is not asynchronous."""
        facts = self.scope.facts
        if not isinstance(self.scope.node, ast.AsyncFunctionDef):
            return ()
        for parent, _ in facts.above(self.call):
            if isinstance(parent, ast.Lambda | ast.GeneratorExp | ast.JoinedStr):
                return ()
            if isinstance(parent, ast.stmt):
                break
        span = self.span
        grouped = isinstance(facts.parents[self.call], ast.Attribute | ast.Subscript)
        start = Edit(Span(span.path, span.start, span.start), "(await " if grouped else "await ")
        return (start, Edit(Span(span.path, span.end, span.end), ")")) if grouped else (start,)


def unawaited(codebase: Codebase, scopes: Iterable[Scope]) -> Iterator[Unawaited]:
    """The coroutines of these functions that never run."""
    for scope in scopes:
        for call in scope.calls:
            parent = scope.facts.parents.get(call)
            if isinstance(parent, ast.Await) or not _is_misused(call, parent, scope):
                continue
            name = _coroutine(call, scope, codebase)
            if name:
                yield Unawaited(call, scope, name)


def _coroutine(call: ast.Call, scope: Scope, codebase: Codebase) -> str:
    """The name of the asynchronous function that a call certainly calls; empty for any other."""
    dotted = scope.dotted(call.func) or ""
    if dotted in _OF_ASYNCIO:
        return dotted
    target = codebase.target(call, scope)
    if target is None or not isinstance(target.node, ast.AsyncFunctionDef) or target.node.decorator_list:
        return ""
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_code(target)):
        return ""
    return target.node.name


def _is_misused(call: ast.Call, parent: ast.AST | None, scope: Scope) -> bool:
    if isinstance(parent, ast.Expr):
        return True
    if isinstance(parent, ast.Attribute):
        return parent.value is call and parent.attr not in _OF_COROUTINES
    if isinstance(parent, ast.Subscript):
        return parent.value is call
    if isinstance(parent, ast.Call):
        return call in parent.args and scope.dotted(parent.func) in _TAKES_VALUES
    if (
        isinstance(parent, ast.Assign)
        and len(parent.targets) == 1
        and isinstance(parent.targets[0], ast.Name)
    ):
        name = parent.targets[0].id
        if len(scope.bindings.get(name, ())) != 1 or scope.owner(name) is not scope:
            return False
        uses = [scope.facts.parents.get(load) for load in scope.loads.get(name, ())]
        return any(
            (isinstance(use, ast.Attribute) and use.attr not in _OF_COROUTINES)
            or (isinstance(use, ast.Subscript) and isinstance(use.value, ast.Name) and use.value.id == name)
            for use in uses
        )
    return False


class DroppedTask(NamedTuple):
    """A task that is started, and kept by nobody."""

    call: ast.Call
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it is started."""
        return self.scope.facts.module.span(self.call)

    def gathered(self) -> tuple[Edit, ...]:
        """Edits that keep the task and wait for it at the end of the function; none where that is not simple."""
        facts, module = self.scope.facts, self.scope.facts.module
        statement = facts.parents[self.call]
        block = facts.parents[statement]
        loop = block if isinstance(block, ast.For | ast.AsyncFor) and statement in block.body else None
        name = "tasks" if loop else "task"
        dotted = self.scope.dotted(self.call.func) or ""
        asynchronous = isinstance(self.scope.node, ast.AsyncFunctionDef) and dotted.startswith("asyncio.")
        only = sum(1 for _ in dropped_tasks([self.scope])) == 1
        if not isinstance(statement, ast.Expr) or not asynchronous or not only or self.scope.owner(name):
            return ()
        wait = "await asyncio.gather(*tasks)" if loop else "await task"
        waiting = at_the_end(wait, self.scope, loop or statement)
        at, newline, indent = beginning(module, loop or statement)
        if waiting is None or at is None:
            return ()
        span, path = self.span, module.document.path
        if not loop:
            return (Edit(Span(path, span.start, span.start), "task = "), waiting)
        opening = Edit(Span(path, at, at), f"tasks = []{newline}{indent}")
        kept = f"tasks.append({module.code(self.call)})"
        if waiting.span.start == span.end:
            return (opening, Edit(span, kept + waiting.text))
        return (opening, Edit(span, kept), waiting)


def dropped_tasks(scopes: Iterable[Scope]) -> Iterator[DroppedTask]:
    """The tasks in these functions of which nothing is kept."""
    for scope in scopes:
        for call in scope.calls:
            if scope.dotted(call.func) in _TASKS and _is_dropped(call, scope):
                yield DroppedTask(call, scope)


def _is_dropped(node: ast.AST, scope: Scope) -> bool:
    """Whether nothing is done with a value: it is a statement, or a variable that nobody reads."""
    parent = scope.facts.parents.get(node)
    if isinstance(parent, ast.Expr):
        return True
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0]
    if not isinstance(target, ast.Name) or scope.owner(target.id) is not scope:
        return False
    name = target.id
    return name not in scope.loads and not any(name in child.loads for child in scope.children)


class IgnoredFailures(NamedTuple):
    """A `gather` that returns exceptions, which nobody looks at."""

    call: ast.Call
    scope: Scope
    dropped: bool

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.call)


def ignored_failures(scopes: Iterable[Scope]) -> Iterator[IgnoredFailures]:
    """Those in these functions."""
    for scope in scopes:
        for call in scope.calls:
            asks = any(
                word.arg == "return_exceptions" and getattr(word.value, "value", None) is True
                for word in call.keywords
            )
            awaiting = scope.facts.parents.get(call)
            if not asks or scope.dotted(call.func) != "asyncio.gather" or not isinstance(awaiting, ast.Await):
                continue
            if _is_dropped(awaiting, scope):
                yield IgnoredFailures(call, scope, True)
            elif _only_read(awaiting, scope):
                yield IgnoredFailures(call, scope, False)


def _only_read(awaiting: ast.Await, scope: Scope) -> bool:
    """Whether the results are read in the function itself, and never asked what they are."""
    statement = scope.facts.parents.get(awaiting)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
        uses = [scope.facts.parents.get(load) for load in scope.loads.get(name, ())]
        read = all(
            isinstance(use, ast.Subscript | ast.comprehension)
            or (isinstance(use, ast.For) and getattr(use.iter, "id", "") == name)
            or (isinstance(use, ast.Call) and scope.dotted(use.func) in ("zip", "enumerate", "len", "sum"))
            for use in uses
        )
    else:
        read = isinstance(statement, ast.For | ast.comprehension)
    # Another function of the module may look at what it is given.
    return read and not any(word in scope.facts.module.text for word in _LOOKS)
