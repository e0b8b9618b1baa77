"""Threads, processes and jobs that a function starts and does not wait for."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.endings import at_the_end, beginning
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple

_THREADS = {
    "threading.Thread": "thread",
    "threading.Timer": "timer",
    "multiprocessing.Process": "process",
    "multiprocessing.context.Process": "process",
}
_EXECUTORS = ("concurrent.futures.ThreadPoolExecutor()", "concurrent.futures.thread.ThreadPoolExecutor()")
_JOBS = frozenset(f"{executor}.{method}" for executor in _EXECUTORS for method in ("submit", "map"))
_IN_LOOP = frozenset(
    {"asyncio.get_event_loop().run_in_executor", "asyncio.get_running_loop().run_in_executor"}
)
_WAITS = frozenset({
    *("join", "wait", "is_alive", "result", "cancel", "as_completed", "shutdown", "communicate", "poll", "set"),
    *("kill", "terminate", "returncode", "stdout", "stderr", "exception", "gather", "add_done_callback", "join_thread"),
})  # fmt: skip
"""What is done with threads and jobs, or with events and queues that they share, by those who wait for them."""


_WAITS_FOR_ALL = ("threading.enumerate", "active_children")


class Unjoined(NamedTuple):
    """One such place. `what` is "thread", "timer", "process", "job" or "program"; `keeper` the variable that has it."""

    call: ast.Call
    scope: Scope
    what: str
    keeper: str

    @property
    def span(self) -> Span:
        """Where it is made."""
        return self.scope.facts.module.span(self.call)

    def joined(self) -> tuple[Edit, ...]:
        """Edits that wait for it at the end of the function; none where that is not simple."""
        facts, module = self.scope.facts, self.scope.facts.module
        if self.what not in ("thread", "process", "program"):
            return ()
        if self.keeper:
            wait = "wait" if self.what == "program" else "join"
            edit = at_the_end(f"{self.keeper}.{wait}()", self.scope, facts.statement(self.call))
            return (edit,) if edit is not None and self._starts_surely() else ()
        statement = facts.statement(self.call)
        at, newline, indent = beginning(module, statement)
        edit = at_the_end(f"{self.what}.join()", self.scope, statement)
        only = sum(not each.keeper for each in unjoined([self.scope])) == 1
        if self.what == "program" or not only or edit is None or at is None or self.scope.owner(self.what):
            return ()
        whole, path = module.span(statement), module.document.path
        text = f"{self.what} = {module.code(self.call)}{newline}{indent}{self.what}.start()"
        if edit.span.start == whole.end:
            return (Edit(whole, text + edit.text),)
        return (Edit(Span(path, at, whole.end), text), edit)

    def _starts_surely(self) -> bool:
        """Whether it is started in the body of the function itself, and not under a condition."""
        if self.what == "program":
            return True
        body = getattr(self.scope.node, "body", [])
        starts = [
            self.scope.facts.statement(load)
            for load in self.scope.loads.get(self.keeper, ())
            if getattr(self.scope.facts.parents.get(load), "attr", "") == "start"
        ]
        return len(starts) == 1 and starts[0] in body


def unjoined(scopes: Iterable[Scope]) -> Iterator[Unjoined]:
    """Those in these functions; none in a function that waits for anything of the kind."""
    for scope in scopes:
        if any(word in scope.facts.module.text for word in _WAITS_FOR_ALL):
            continue
        for call in scope.calls:
            dotted = scope.dotted(call.func) or ""
            if dotted in _THREADS:
                keeper = _keeper(call, scope, chained="start")
            elif dotted == "subprocess.Popen":
                keeper = _keeper(call, scope, chained="")
            elif dotted in _JOBS:
                keeper = "" if _is_dropped(call, scope) and not _is_entered(call, scope) else None
            elif dotted in _IN_LOOP:
                keeper = "" if _is_dropped(call, scope) else None
            else:
                continue
            if keeper is not None and not _waits(scope, keeper):
                what = _THREADS.get(dotted) or ("program" if dotted == "subprocess.Popen" else "job")
                yield Unjoined(call, scope, what, keeper)


def _keeper(call: ast.Call, scope: Scope, chained: str) -> str | None:
    """The variable of the function that alone has what a call makes, empty where nobody has it; None where somebody
    else may."""
    facts = scope.facts
    parent = facts.parents.get(call)
    if isinstance(parent, ast.Expr):
        return None if chained else ""
    if isinstance(parent, ast.Attribute) and parent.attr == chained:
        started = facts.parents.get(parent)
        return (
            "" if isinstance(started, ast.Call) and isinstance(facts.parents.get(started), ast.Expr) else None
        )
    if isinstance(parent, ast.ListComp) and parent.elt is call:
        parent = facts.parents.get(parent)
    if isinstance(parent, ast.Call) and getattr(parent.func, "attr", "") == "append":
        kept = getattr(parent.func, "value", None)
    elif isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        kept = parent.targets[0]
    else:
        return None
    if not isinstance(kept, ast.Name) or scope.owner(kept.id) is not scope or kept.id in scope.arguments:
        return None
    for load in scope.loads.get(kept.id, ()):
        use = facts.parents.get(load)
        if isinstance(use, ast.Call) and getattr(use.func, "attr", "") == "append":
            use = None if _is_kept_here(use, scope) else use
        elif isinstance(use, ast.Attribute | ast.For | ast.comprehension):
            use = None
        if use is not None:
            return None
    return kept.id


def _is_kept_here(call: ast.Call, scope: Scope) -> bool:
    """Whether a list that is appended to is the function's own, and only gone through."""
    name = getattr(getattr(call.func, "value", None), "id", "")
    uses = [scope.facts.parents.get(load) for load in scope.loads.get(name, ())]
    own = scope.owner(name) is scope and name not in scope.arguments
    return own and all(isinstance(use, ast.Attribute | ast.For | ast.comprehension) for use in uses)


def _is_dropped(call: ast.Call, scope: Scope) -> bool:
    return isinstance(scope.facts.parents.get(call), ast.Expr)


def _is_entered(call: ast.Call, scope: Scope) -> bool:
    """Whether the executor of a job is made by a `with`, which waits, or in a way that cannot be seen."""
    executor = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(executor, ast.Name):
        return True
    owner = scope.owner(executor.id)
    value = owner.value(executor.id) if owner is not None else None
    return value is None or isinstance(scope.facts.parents.get(value), ast.withitem)


def _waits(scope: Scope, keeper: str) -> bool:
    """Whether the function waits for threads or jobs, by whatever means."""
    for call in scope.calls:
        func = call.func
        name = getattr(func, "attr", getattr(func, "id", ""))
        if name == "join":
            if not call.args or (
                isinstance(call.args[0], ast.Constant) and not isinstance(call.args[0].value, str)
            ):
                return True
        elif name in _WAITS or (name == "get" and "queue" in ast.dump(func).lower()):
            return True
    uses = [scope.facts.parents.get(load) for load in scope.loads.get(keeper, ())]
    return any(isinstance(use, ast.Attribute) and use.attr in _WAITS for use in uses)
