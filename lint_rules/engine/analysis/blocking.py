"""Calls in asynchronous functions that hold up everything else that the event loop runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.aws_use import aws_use
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.analysis.waits import waits
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_BLOCKS = frozenset({
    *("time.sleep", "os.system", "input"),
    *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "getoutput")),
})  # fmt: skip
_AT_ONCE = frozenset({
    *("asyncio.gather", "asyncio.create_task", "asyncio.ensure_future", "asyncio.wait", "asyncio.as_completed"),
    *("asyncio.TaskGroup", "asyncio.get_running_loop().create_task", "anyio.create_task_group"),
})  # fmt: skip
_NO_CALLS = frozenset({"httpx.Client", "http.client.HTTPConnection", "http.client.HTTPSConnection"})
"""What only makes an object that will call."""

_OPENS = regex(r"\s*\(\s*")


class Blocking(NamedTuple):
    """Such a call. `name` is the dotted name of what is called, or the operation of AWS."""

    call: ast.Call
    scope: Scope
    name: str

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.call)

    @property
    def only_waits(self) -> bool:
        """Whether all it does is to let time pass."""
        return self.name == "time.sleep"

    def awaited(self) -> tuple[Edit, ...]:
        """Edits that sleep asynchronously, or have a thread do the call; none where that is not simple."""
        facts, module = self.scope.facts, self.scope.facts.module
        top = facts.module_scope
        imported = [facts.imports.get(binding) for binding in top.bindings.get("asyncio", ())]
        if imported != ["asyncio"] or self.scope.owner("asyncio") is not top:
            return ()
        for parent, _ in facts.above(self.call):
            if isinstance(parent, ast.JoinedStr | ast.GeneratorExp | ast.Await):
                return ()
            if isinstance(parent, ast.stmt):
                break
        parent = facts.parents[self.call]
        grouped = isinstance(parent, ast.Attribute | ast.Subscript | ast.BinOp | ast.Compare | ast.UnaryOp)
        before, after = ("(", ")") if grouped else ("", "")
        whole, func = self.span, module.span(self.call.func)
        ends = (Edit(Span(whole.path, whole.end, whole.end), after),) if grouped else ()
        if self.only_waits:
            return (Edit(func, f"{before}await asyncio.sleep"), *ends)
        opening = _OPENS.match(module.text, func.end - module.base)
        if opening is None or module.text[opening.end() : opening.end() + 1] == "#":
            return ()
        has_arguments = bool(self.call.args or self.call.keywords)
        start = Edit(Span(whole.path, func.start, func.start), f"{before}await asyncio.to_thread(")
        end = module.base + opening.end()
        return (start, Edit(Span(whole.path, func.end, end), ", " if has_arguments else ""), *ends)


def blocking(reach: Reach, scopes: Iterable[Scope]) -> Iterator[Blocking]:
    """The calls in the asynchronous ones of these functions."""
    asynchronous = [scope for scope in scopes if isinstance(scope.node, ast.AsyncFunctionDef)]
    if not asynchronous:
        return
    seen: set[ast.AST] = set()
    for scope in asynchronous:
        for call in scope.calls:
            name = scope.dotted(call.func)
            if name in _BLOCKS and _is_run_here(call, scope):
                seen.add(call)
                yield Blocking(call, scope, name)
    for wait in waits(asynchronous):
        if wait.name not in _NO_CALLS and wait.node not in seen and _is_run_here(wait.node, wait.scope):
            seen.add(wait.node)
            yield Blocking(wait.node, wait.scope, wait.name)
    for sent in aws_use(reach.codebase, reach.start).calls:
        node = sent.node
        known = (
            sent.confidence == "high" and sent.via in ("client", "resource") and sent.scope in asynchronous
        )
        if known and isinstance(node, ast.Call) and node not in seen and _is_run_here(node, sent.scope):
            seen.add(node)
            yield Blocking(node, sent.scope, sent.name)


def runs_at_once(scopes: Iterable[Scope]) -> bool:
    """Whether any of these functions has several coroutines under way at the same time."""
    return any(scope.dotted(call.func) in _AT_ONCE for scope in scopes for call in scope.calls)


def _is_run_here(call: ast.Call, scope: Scope) -> bool:
    """Whether the event loop itself makes the call: not a thread that gets it as a lambda, nor is it awaited."""
    if isinstance(scope.facts.parents.get(call), ast.Await | ast.AsyncWith):
        return False
    for parent, _ in scope.facts.above(call):
        if isinstance(parent, ast.Lambda):
            return False
        if isinstance(parent, ast.stmt):
            break
    return True
