"""Event loops that begin and end while the environment lives: one for each record, or one for each invocation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.flow import Flow
from lint_rules.engine.analysis.reach import Edge
from lint_rules.engine.finding import Span
from lint_rules.engine.typed import NamedTuple

_RUNS = "asyncio.run"
_LOCKS = (
    "Lock",
    "Semaphore",
    "BoundedSemaphore",
    "Event",
    "Condition",
    "Queue",
    "PriorityQueue",
    "LifoQueue",
)
_OF_LOOPS = frozenset({
    *("httpx.AsyncClient", "aiohttp.ClientSession", "pymongo.AsyncMongoClient"),
    "motor.motor_asyncio.AsyncIOMotorClient",
    *("redis.asyncio.Redis", "redis.asyncio.from_url", "redis.asyncio.StrictRedis", "redis.asyncio.ConnectionPool"),
    *("openai.AsyncOpenAI", "anthropic.AsyncAnthropic", "elasticsearch.AsyncElasticsearch", "gql.Client"),
    *("opensearchpy.AsyncOpenSearch", "sqlalchemy.ext.asyncio.create_async_engine", "aiopg.sa.create_engine"),
    *(f"asyncio.{name}" for name in _LOCKS),
})  # fmt: skip
"""What keeps connections or waiters of the loop in which it is first used."""

_KEEPS_LOOP = (
    "run_until_complete",
    "asyncio.Runner",
    "new_event_loop",
    "get_event_loop",
    "set_event_loop",
    "nest_asyncio",
)


class LoopRun(NamedTuple):
    """An `asyncio.run` that runs once for each record of an event."""

    call: ast.Call
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.call)


class LoopBound(NamedTuple):
    """An object of a module that belongs to the loop of one invocation. `what` is the name of what makes it."""

    name: str
    call: ast.expr
    home: Scope
    what: str
    load: ast.Name
    user: Scope

    @property
    def span(self) -> Span:
        """Where it is made."""
        return self.home.facts.module.span(self.call)

    @property
    def used_at(self) -> Span:
        """Where a loop gets it."""
        return self.user.facts.module.span(self.load)

    @property
    def is_lock(self) -> bool:
        """Whether it only fails where something has to wait for it."""
        return self.what.rpartition(".")[2] in _LOCKS


def loop_runs(flow: Flow) -> Iterator[LoopRun]:
    """Those that an invocation makes for each record."""
    for scope in flow.reach.functions:
        for call in scope.calls:
            if scope.dotted(call.func) == _RUNS and (
                _in_loop(call, scope, flow) or any(_per_record(edge, flow) for edge in flow.reach.into(scope))
            ):
                yield LoopRun(call, scope)


def _per_record(edge: Edge, flow: Flow) -> bool:
    """Whether a function is called for each record: in a loop, or by a library that goes through the records."""
    if edge.call is None:
        return False
    if not edge.direct:
        return any(keyword.arg == "record_handler" for keyword in edge.call.keywords)
    return _in_loop(edge.call, edge.caller, flow)


def _in_loop(call: ast.AST, scope: Scope, flow: Flow) -> bool:
    """Whether a call stands in a loop over a part of the event."""
    for parent, child in scope.facts.above(call):
        if isinstance(parent, ast.For) and child in parent.body:
            return flow.depends_on_event(parent.iter, scope)
        if isinstance(parent, ast.ListComp | ast.SetComp | ast.DictComp) and not isinstance(
            child, ast.comprehension
        ):
            return flow.depends_on_event(parent.generators[0].iter, scope)
    return False


def loop_bound(flow: Flow) -> Iterator[LoopBound]:
    """The objects of modules that coroutines of one invocation after the other use, each in a loop of its own; none
    where the code keeps one loop."""
    functions = list(flow.reach.functions)
    homes = list(dict.fromkeys(scope.facts.module_scope for scope in functions))
    if any(word in home.facts.module.text for home in homes for word in _KEEPS_LOOP):
        return
    runs = [call for scope in functions for call in scope.calls if scope.dotted(call.func) == _RUNS]
    if not runs:
        return
    inside = {part for call in runs for part in ast.walk(call)}
    for home in homes:
        for name in home.bindings:
            value = home.value(name)
            what = home.dotted(value.func) if isinstance(value, ast.Call) else None
            if value is None or what not in _OF_LOOPS:
                continue
            used = next(
                (
                    (load, scope)
                    for scope in functions
                    if scope.facts is home.facts and scope.owner(name) is home
                    for load in scope.loads.get(name, ())
                    if isinstance(scope.node, ast.AsyncFunctionDef) or load in inside
                ),
                None,
            )
            if used is not None:
                yield LoopBound(name, value, home, what, *used)
