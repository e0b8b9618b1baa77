"""What the functions behind a handler change of a module's variables, which outlive the invocation.

Changes of one variable are told together, as one `Kept`. Ways of doing it right are recognised here and left
out: caches, values made when they are first needed, containers emptied on every invocation, flags and
counters of the environment itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import root_name, source_of
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.flow import Flow
from lint_rules.engine.analysis.guards import happens_once
from lint_rules.engine.analysis.lookups import looked_up, tested_names
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_GROWS = frozenset({"append", "extend", "add", "update", "insert", "setdefault", "appendleft"})
_SHRINKS = frozenset({"clear", "pop", "popleft", "popitem", "remove", "discard"})
_MAKES = frozenset({
    *("list", "dict", "set", "collections.defaultdict", "collections.deque", "collections.OrderedDict"),
    *("collections.Counter", "bytearray"),
})  # fmt: skip
_LITERALS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_COMPOSED = (
    *(ast.JoinedStr, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.BinOp, ast.IfExp, ast.BoolOp, ast.Starred),
)
_DEEPEST = 8
_READS = frozenset({"get", "copy", "lower", "upper", "strip", "split"})
_CONVERTS = frozenset({"str", "int", "float", "dict", "list", "json.loads", "copy.copy", "copy.deepcopy"})


class Change(NamedTuple):
    """A place that changes a variable of the module. `derived`: something of the event goes in; `keyed`: under
    a key that tells callers apart; `sets`: the variable itself gets another value."""

    node: ast.AST
    scope: Scope
    derived: bool
    keyed: bool
    sets: bool

    @property
    def span(self) -> Span:
        """Where the change stands."""
        return self.scope.facts.module.span(self.node)


class Kept(NamedTuple):
    """A variable of a module that invocations change: its name, the module's scope, and the changes in the
    order in which they are reached."""

    name: str
    home: Scope
    changes: tuple[Change, ...]

    @property
    def made_at(self) -> Span | None:
        """Where the module first binds the variable."""
        bound = self.home.bindings.get(self.name)
        return self.home.facts.module.span(bound[0]) if bound else None


def kept_state(codebase: Codebase, flow: Flow) -> list[Kept]:
    """The variables that a handler changes and does not reset."""
    found: dict[tuple[Scope, str], list[Change]] = {}
    emptied: set[tuple[Scope, str]] = set()
    sought: set[tuple[Scope, str]] = set()
    for scope in flow.reach.functions:
        for name, node, value, keys, sets in _touches(scope):
            variable = _variable(codebase, scope, name)
            if variable is None:
                continue
            if value is None:
                emptied.add(variable)
                continue
            if not sets and not _is_container_name(*variable):
                # Of a class or an object of the project only what is stored in an attribute is state.
                if isinstance(node, ast.Call) or not _is_own(codebase, *variable):
                    continue
                if not any(flow.depends_on_event(part, scope) for part in value):
                    continue
            change = _judged(flow, scope, variable, node, value, keys, sets)
            if change is not None:
                found.setdefault(variable, []).append(change)
        for name in looked_up(scope):
            variable = _variable(codebase, scope, name)
            if variable is not None:
                sought.add(variable)
    kept = []
    for (home, name), changes in found.items():
        if (home, name) in emptied:
            continue
        cached = (home, name) in sought
        left = [change for change in changes if not cached or change.derived]
        if cached:
            left = [change._replace(keyed=True) if not change.sets else change for change in left]
        if left:
            kept.append(Kept(name, home, tuple(left)))
    return kept


_Touch = tuple[str, ast.AST, "list[ast.expr] | None", "list[ast.expr]", bool]
"""Name, place, what goes in (None: it is emptied), keys, and whether the variable itself is set."""


def _touches(scope: Scope) -> Iterator[_Touch]:
    parents = scope.facts.parents
    for call in scope.calls:
        if not isinstance(call.func, ast.Attribute):
            continue
        name, method = root_name(call.func), call.func.attr
        if name is None or (isinstance(call.func.value, ast.Attribute)):
            continue
        if method in _SHRINKS:
            yield name, call, None, [], False
        elif method in _GROWS:
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            keys = values[:1] if method == "setdefault" else []
            keys += _keys(call.func.value)
            yield name, call, values[1:] if method == "setdefault" else values, keys, False
    for store in scope.stores:
        name = root_name(store)
        statement = scope.facts.statement(store)
        if name is None:
            continue
        if isinstance(statement, ast.Delete) or _is_whole(store):
            yield name, statement, None, [], False
        elif (
            isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign))
            and statement.value
            and parents[store] is statement
        ):
            yield name, statement, [statement.value], _keys(store), False
    for name in sorted(scope.globals):
        for binding in scope.bindings.get(name, []):
            source = source_of(binding, scope)
            if source is None:
                continue
            statement = scope.facts.statement(binding)
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and _is_empty(source):
                yield name, statement, None, [], True
            else:
                yield name, statement, [source], [], True


def _judged(
    flow: Flow,
    scope: Scope,
    variable: tuple[Scope, str],
    node: ast.AST,
    values: list[ast.expr],
    keys: list[ast.expr],
    sets: bool,
) -> Change | None:
    """The change, or None when it is right to keep what is stored."""
    home, name = variable
    derived = any(flow.depends_on_event(value, scope) for value in values)
    keyed = any(flow.depends_on_event(key, scope) for key in keys)
    guarded = happens_once(node, scope) or bool(
        tested_names(node, scope) & {name, *home.facts.stored_globally}
    )
    if guarded and not keyed and not (derived and all(_extracted(value, scope) for value in values)):
        return None
    adds = isinstance(node, ast.AugAssign) and not all(isinstance(value, ast.Constant) for value in values)
    if sets and not derived and not adds:
        return None
    if (
        isinstance(node, (ast.Assign, ast.AugAssign))
        and not derived
        and all(map(_is_literal, [*values, *keys]))
    ):
        # A flag or a counter of the environment: its name and its value are written in the code.
        return None
    return Change(node, scope, derived or keyed, keyed, sets)


def _variable(codebase: Codebase, scope: Scope, name: str) -> tuple[Scope, str] | None:
    """The module and name of a module's variable, followed through `from other import name`."""
    owner = scope.owner(name)
    if owner is None or owner.parent is not None:
        return None
    return codebase.variable(owner, name)


def _is_own(codebase: Codebase, home: Scope, name: str) -> bool:
    """Whether a variable is a class of the project or an object of one."""
    bound = home.bindings.get(name, [])
    if len(bound) == 1 and isinstance(bound[0], ast.ClassDef):
        return True
    value = home.value(name)
    return value is not None and codebase.made_of(home, value) is not None


def _is_container_name(home: Scope, name: str) -> bool:
    """Whether a variable is certainly a container."""
    bound = home.bindings.get(name, [])
    values = [home.facts.assigned(binding) for binding in bound if home.facts.scope_of(binding) is home]
    made = [value for value in values if not (isinstance(value, ast.Constant) and value.value is None)]
    return bool(made) and all(value is not None and _is_container(home, value) for value in made)


def _is_container(home: Scope, value: ast.expr) -> bool:
    if isinstance(value, _LITERALS):
        return True
    if not isinstance(value, ast.Call) or any(word.arg == "maxlen" for word in value.keywords):
        return False
    return home.dotted(value.func) in _MAKES


def _extracted(value: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Whether a value is taken from the event as it is, rather than made or fetched by a call."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, ast.Call):
        if scope.dotted(value.func) in _CONVERTS:
            return any(_extracted(part, scope, depth + 1) for part in value.args)
        func = value.func
        return (
            isinstance(func, ast.Attribute)
            and func.attr in _READS
            and _extracted(func.value, scope, depth + 1)
        )
    if isinstance(value, (ast.Subscript, ast.Attribute)):
        return _extracted(value.value, scope, depth + 1)
    if isinstance(value, ast.Name):
        owner = scope.owner(value.id)
        if owner is None or not owner.is_function:
            return False
        source = owner.value(value.id)
        return source is None or _extracted(source, scope, depth + 1)
    return isinstance(value, _COMPOSED)


def _is_empty(value: ast.expr) -> bool:
    """Whether a value holds nothing of anybody."""
    if isinstance(value, ast.Constant):
        return value.value is None or value.value in ("", 0, False)
    if isinstance(value, (ast.List, ast.Set, ast.Tuple)):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Call) and not value.args and getattr(value.func, "id", "") in _MAKES


def _is_literal(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant)


def _is_whole(store: ast.AST) -> bool:
    """Whether it is `x[:] = …`."""
    return isinstance(store, ast.Subscript) and isinstance(store.slice, ast.Slice)


def _keys(node: ast.AST) -> list[ast.expr]:
    keys: list[ast.expr] = []
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Subscript):
            keys.append(node.slice)
        node = node.value
    return keys
