"""Where values come from: from the event, or from what is the same on every invocation.

Both answers are for the functions that a handler reaches and cross calls in both directions. The order of
statements within a function is not considered. "Derived" means that the event may be in it; "constant" is
only said when it is certain.
"""

from __future__ import annotations

import ast
import builtins

from lint_rules.engine.analysis.bindings import argument, parameters, root_name, source_of
from lint_rules.engine.analysis.facts import Facts, Scope
from lint_rules.engine.analysis.reach import Edge, Reach
from lint_rules.engine.sources.tree import children, walk

_OF_THE_FUNCTION = frozenset({
    *("function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb"),
    *("log_group_name", "log_stream_name"),
})  # fmt: skip
"""What the context says of the function and its environment, alike for all invocations."""

_CURRENT = frozenset({"current_event", "lambda_context"})
"""Where the resolvers of Powertools keep the event and the context."""

_PURE = frozenset({
    *("os.getenv", "os.environ.get", "os.path.join", "json.loads", "pathlib.Path"),
    *("str", "int", "float", "bool", "dict", "list", "tuple", "set", "frozenset"),
    *("botocore.config.Config", "botocore.client.Config", "boto3.s3.transfer.TransferConfig"),
    *("boto3.client", "boto3.resource", "boto3.Session", "boto3.session.Session", "botocore.UNSIGNED"),
    *("boto3.Session().client", "boto3.session.Session().client"),
    *("boto3.Session().resource", "boto3.session.Session().resource"),
})  # fmt: skip
"""Calls whose result only depends on the arguments and the environment variables."""

_SETTINGS = frozenset({"os.environ", "os", "boto3", "boto3.session", "botocore", "botocore.config"})

_PURE_METHODS = frozenset({
    *("lower", "upper", "strip", "format", "split", "replace", "join", "removeprefix", "removesuffix"),
})  # fmt: skip

_COMPOSED = (
    *(ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp),
    *(ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Starred, ast.Subscript, ast.Slice, ast.keyword),
)

_FILLS = frozenset({
    *("append", "extend", "add", "update", "insert", "setdefault", "put", "appendleft", "pop", "clear"),
})  # fmt: skip
_ROUNDS = 12
_DEEPEST = 12


class Flow:
    """The flow of values through everything that `reach` runs."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._derived: set[tuple[Scope, str]] | None = None
        self._filled: dict[Facts, frozenset[str]] = {}
        self._read: dict[tuple[ast.AST, Scope], frozenset[tuple[Scope, str]]] = {}

    def depends_on_event(self, node: ast.AST, scope: Scope) -> bool:
        """Whether a value may hold something of the event, or of the context that changes with it."""
        if self._derived is None:
            self._derived = set()
            self._spread()
        read = self._read.get((node, scope))
        if read is None:
            read = self._read[node, scope] = _variables(node, scope)
        return read is _ANYTHING or not self._derived.isdisjoint(read)

    def is_constant(self, node: ast.AST, scope: Scope, depth: int = 0) -> bool:
        """Whether an expression certainly has the same value on every invocation of an environment."""
        if depth > _DEEPEST:
            return False
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return self._is_constant_name(node.id, scope, depth)
        if isinstance(node, ast.Attribute):
            if _imported(scope, node):
                return node.attr.isupper() or scope.dotted(node) in _SETTINGS
            return self.is_constant(node.value, scope, depth + 1)
        if isinstance(node, ast.Call):
            return self._is_pure(node, scope) and all(
                self.is_constant(part, scope, depth + 1)
                for part in (
                    *_receiver(node, scope),
                    *node.args,
                    *(keyword.value for keyword in node.keywords),
                )
            )
        if isinstance(node, _COMPOSED):
            return all(
                self.is_constant(part, scope, depth + 1)
                for part in children(node)
                if isinstance(part, (ast.expr, ast.keyword))
            )
        return False

    def _is_pure(self, call: ast.Call, scope: Scope) -> bool:
        if scope.dotted(call.func) in _PURE:
            return True
        return isinstance(call.func, ast.Attribute) and call.func.attr in _PURE_METHODS

    def _is_constant_name(self, name: str, scope: Scope, depth: int) -> bool:
        owner = scope.owner(name)
        if owner is None:
            return hasattr(builtins, name)
        if name in self._changed(owner.facts):
            return False
        bound = owner.bindings.get(name, [])
        if not owner.is_function and not any(isinstance(binding, ast.alias) for binding in bound):
            return name not in owner.facts.stored_globally
        if len(bound) != 1:
            return False
        if isinstance(bound[0], ast.alias):
            return name.isupper() or scope.dotted(ast.Name(name)) in _SETTINGS
        if isinstance(bound[0], ast.arg):
            return self._is_constant_argument(name, owner, depth)
        value = owner.value(name)
        return value is not None and self.is_constant(value, owner, depth + 1)

    def _changed(self, facts: Facts) -> frozenset[str]:
        """The variables whose value functions of a module put something into."""
        found = self._filled.get(facts)
        if found is None:
            roots: set[str | None] = set()
            for scope in facts.functions:
                roots.update(root_name(store) for store in scope.stores)
                roots.update(
                    root_name(call.func)
                    for call in scope.calls
                    if isinstance(call.func, ast.Attribute) and call.func.attr in _FILLS
                )
            found = self._filled[facts] = frozenset(name for name in roots if name)
        return found

    def _is_constant_argument(self, name: str, scope: Scope, depth: int) -> bool:
        """Whether every call that is followed into the function passes a constant for a parameter."""
        edges = self.reach.into(scope)
        if not edges or scope is self.reach.start:
            return False
        for edge in edges:
            value = argument(edge.call, scope, name) if edge.direct and edge.call else None
            if value is None or not self.is_constant(value, edge.caller, depth + 1):
                return False
        return True

    def _spread(self) -> None:
        derived = self._derived
        assert derived is not None
        start = self.reach.start
        derived.update((start, name) for name in parameters(start)[:2])
        scopes = list(self.reach.functions)
        for _ in range(_ROUNDS):
            before = len(derived)
            for scope in scopes:
                self._spread_in(scope, derived)
            for edge in self.reach.edges:
                derived.update(
                    (edge.target, name) for name in parameters(edge.target) if self._passes(edge, name)
                )
            if len(derived) == before:
                break

    def _passes(self, edge: Edge, name: str) -> bool:
        """Whether something of the event gets into a parameter."""
        if edge.call is None:
            return True
        value = argument(edge.call, edge.target, name) if edge.direct else edge.call
        return value is not None and self.depends_on_event(value, edge.caller)

    def _spread_in(self, scope: Scope, derived: set[tuple[Scope, str]]) -> None:
        for name, bindings in scope.bindings.items():
            owner = scope.owner(name)
            if owner is None or (owner, name) in derived:
                continue
            for binding in bindings:
                source = source_of(binding, scope)
                if source is not None and self.depends_on_event(source, scope):
                    derived.add((owner, name))
                    break
        for store in scope.stores:
            statement = scope.facts.parents.get(store)
            if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and statement.value:
                self._fill(root_name(store), [statement.value], scope, derived)
        for call in scope.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in _FILLS:
                parts = [*call.args, *(keyword.value for keyword in call.keywords)]
                self._fill(root_name(call.func), parts, scope, derived)

    def _fill(
        self, name: str | None, values: list[ast.expr], scope: Scope, derived: set[tuple[Scope, str]]
    ) -> None:
        """What something of the event is put into holds it, if it is a variable of a function."""
        owner = scope.owner(name) if name else None
        if name and owner is not None and owner.is_function and (owner, name) not in derived:
            bound = owner.bindings.get(name, [])
            if name in parameters(owner) and owner.parent and owner.parent.is_class:
                return
            if bound and any(self.depends_on_event(value, scope) for value in values):
                derived.add((owner, name))


_ANYTHING: frozenset[tuple[Scope, str]] = frozenset({(Scope.__new__(Scope), "")})
"""Stands for the event itself."""


def _variables(node: ast.AST, scope: Scope) -> frozenset[tuple[Scope, str]]:
    """The variables that a value may hold something of."""
    found: set[tuple[Scope, str]] = set()
    for part in walk(node):
        if isinstance(part, ast.Attribute):
            if part.attr in _CURRENT:
                return _ANYTHING
        elif isinstance(part, ast.Name) and not _of_the_function(part, scope):
            owner = scope.owner(part.id)
            if owner is not None:
                found.add((owner, part.id))
    return frozenset(found)


def _of_the_function(name: ast.Name, scope: Scope) -> bool:
    parent = scope.facts.parents.get(name)
    return isinstance(parent, ast.Attribute) and parent.attr in _OF_THE_FUNCTION


def _receiver(call: ast.Call, scope: Scope) -> list[ast.expr]:
    """The object a method is called on; nothing for a function of an imported module."""
    if not isinstance(call.func, ast.Attribute) or _imported(scope, call.func):
        return []
    return [call.func.value]


def _imported(scope: Scope, node: ast.AST) -> bool:
    name = root_name(node)
    owner = scope.owner(name) if name else None
    bound = owner.bindings.get(name, []) if owner and name else []
    return bool(bound) and all(isinstance(binding, ast.alias) for binding in bound)
