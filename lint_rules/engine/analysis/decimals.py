"""Where items of DynamoDB tables, whose numbers are Decimals, are made JSON by an encoder that knows none."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import adding
from lint_rules.engine.analysis.bindings import argument, parameters
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.flow import Flow
from lint_rules.engine.analysis.sent import Sent
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_READS = {"GetItem": ("Item",), "Query": ("Items",), "Scan": ("Items",), "BatchGetItem": ("Responses",)}
_WRITES = ("PutItem", "UpdateItem", "DeleteItem")
_SAME = frozenset({"list", "tuple", "sorted", "dict", "copy.copy", "copy.deepcopy", "reversed"})
_KNOWING = regex("Decimal|JSONEncoder|decimal")
_DEEPEST = 10


class Encoded(NamedTuple):
    """A call of `json.dumps` with such items, and the call that read them."""

    node: ast.Call
    scope: Scope
    sent: Sent

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    def with_default(self) -> tuple[Edit, ...]:
        """Edits that let it make text of what it does not know."""
        return adding("default=str", self.node, self.scope)


def encoded_items(calls: Iterable[Sent]) -> Iterator[Encoded]:
    """Such calls. Code that speaks of Decimal, or changes the items, is taken to know what it does."""
    for sent in calls:
        if sent.call.service == "dynamodb" and sent.call.via == "resource" and sent.scope.is_function:
            members = _READS.get(sent.operation, ())
            if sent.operation in _WRITES and "ReturnValues" in sent.parameters:
                members = ("Attributes",)
            if members and sent.method.replace("_", "") == sent.operation.lower():
                walk = _Walk(sent.flow, members)
                walk.follow(sent.call.node, sent.scope, True, 0)
                for node, scope in walk.found if not walk.changed else ():
                    if not _KNOWING.search(scope.facts.module.text + sent.scope.facts.module.text):
                        yield Encoded(node, scope, sent)


class _Walk:
    """The way of an answer, and of the items in it, through the code."""

    def __init__(self, flow: Flow, members: tuple[str, ...]) -> None:
        self.found: list[tuple[ast.Call, Scope]] = []
        self.changed = False
        self._flow = flow
        self._members = members
        self._seen: set[ast.AST] = set()

    def follow(self, node: ast.AST, scope: Scope, whole: bool, depth: int) -> None:
        """Where a value goes; `whole` says that it is the answer, and not only what was read."""
        parent = scope.facts.parents.get(node)
        if parent is None or node in self._seen or depth > _DEEPEST:
            return
        self._seen.add(node)
        if isinstance(parent, ast.Attribute | ast.Subscript):
            self._read(node, parent, scope, whole, depth)
        elif isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self._variable(target.id, scope, whole, depth)
        elif isinstance(
            parent, ast.Dict | ast.List | ast.Tuple | ast.Await | ast.BoolOp | ast.IfExp | ast.ListComp
        ):
            self.follow(
                parent, scope, whole and not isinstance(parent, ast.Dict | ast.List | ast.Tuple), depth + 1
            )
        elif isinstance(parent, ast.For | ast.comprehension) and node is parent.iter and not whole:
            if isinstance(parent.target, ast.Name):
                self._variable(parent.target.id, scope, False, depth)
        elif isinstance(parent, ast.Return):
            for edge in self._flow.reach.into(scope):
                if edge.direct and edge.call is not None:
                    self.follow(edge.call, edge.caller, whole, depth + 1)
        elif isinstance(parent, ast.Call) and node in parent.args:
            self._pass(node, parent, scope, whole, depth)

    def _read(
        self, node: ast.AST, parent: ast.Attribute | ast.Subscript, scope: Scope, whole: bool, depth: int
    ) -> None:
        above = scope.facts.parents.get(parent)
        key: ast.AST | None = parent.slice if isinstance(parent, ast.Subscript) else None
        read: ast.AST = parent
        if isinstance(parent, ast.Attribute) and isinstance(above, ast.Call) and above.func is parent:
            if parent.attr in ("append", "extend", "insert", "update", "pop"):
                self.changed |= parent.attr in ("update", "pop") and not whole
                return
            key, read = (above.args[0] if parent.attr == "get" and above.args else None), above
        name = key.value if isinstance(key, ast.Constant) else None
        if isinstance(parent, ast.Subscript) and not isinstance(parent.ctx, ast.Load):
            self.changed = True
        elif (name in self._members) if whole else (key is not None and _is_number(key)):
            self.follow(read, scope, False, depth + 1)

    def _variable(self, name: str, scope: Scope, whole: bool, depth: int) -> None:
        owner = scope.owner(name)
        if owner is None or not owner.is_function:
            return
        if len(owner.bindings.get(name, [])) != 1:
            self.changed = True
            return
        for other in owner.facts.scopes:
            for load in other.loads.get(name, ()):
                if other.owner(name) is owner:
                    self.follow(load, other, whole, depth + 1)

    def _pass(self, node: ast.AST, call: ast.Call, scope: Scope, whole: bool, depth: int) -> None:
        name = scope.dotted(call.func)
        if name == "json.dumps":
            known = {keyword.arg for keyword in call.keywords}
            if node is call.args[0] and not known & {"default", "cls", None}:
                self.found.append((call, scope))
        elif name in _SAME:
            self.follow(call, scope, whole, depth + 1)
        else:
            target = self._flow.reach.codebase.target(call, scope)
            if target is not None and isinstance(target.node, FunctionNode):
                for each in parameters(target):
                    if argument(call, target, each) is node:
                        self._variable(each, target, whole, depth)


def _is_number(key: ast.AST) -> bool:
    """Whether it is a place in a list, or several."""
    return isinstance(key, ast.Slice | ast.UnaryOp) or (
        isinstance(key, ast.Constant) and not isinstance(key.value, str)
    )
