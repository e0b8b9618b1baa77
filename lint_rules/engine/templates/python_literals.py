"""Literals in Python code as nodes: what an expression comes to without running anything.

Followed are names bound once and not changed later, functions with a single return, f-strings, sums and
products of what is known, and `json.dumps`. Whoever knows more about certain expressions (a construct of CDK)
says so first, by `hook`. The rest is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.sources.tree import children, walk
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_CHANGES = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault"})
_DEEPEST = 60
_LARGEST = 20_000
"""Expressions read for one document: names that stand for lists of names multiply."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Hook = Callable[[ast.expr, int], "Node | None"]


def calls_in(tree: ast.AST) -> Iterator[tuple[ast.Call, tuple[ast.AST, ...]]]:
    """Every call of a module, with the functions it stands in, outermost first."""
    todo: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while todo:
        node, functions = todo.pop()
        if isinstance(node, ast.Call):
            yield node, functions
        elif isinstance(node, _FUNCTIONS):
            functions = (*functions, node)
        below = children(node)
        below.reverse()
        todo += [(child, functions) for child in below]


class Literals:
    """Reads expressions as nodes. `scopes` are the module and the functions around the expression."""

    def __init__(self, module: Module, scopes: list[ast.AST], hook: Hook | None = None) -> None:
        self.module = module
        self.scopes = scopes
        self.hook = hook
        self.left = _LARGEST
        self.known: dict[tuple[int, str], ast.expr | None] = {}

    def read(self, node: ast.expr, depth: int = 0) -> Node:
        span = self.module.span(node)
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            return Unknown(span)
        known = self.hook(node, depth) if self.hook is not None else None
        if known is not None:
            return known
        if isinstance(node, ast.Constant):
            return self.constant(node, span)
        if isinstance(node, ast.Dict):
            return self.dict(node, span, depth)
        if isinstance(node, ast.List | ast.Tuple):
            return List([self.read(item, depth + 1) for item in node.elts], span, flow=True)
        if isinstance(node, ast.Name):
            bound = self.bound(node.id)
            return Unknown(span) if bound is None else self.read(bound, depth + 1)
        if isinstance(node, ast.Call) and _is_dumps(node):
            return self.document(self.read(node.args[0], depth + 1))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.returned(node.func.id, depth) or Unknown(span)
        if isinstance(node, ast.JoinedStr):
            return self.text(node.values, span, depth)
        if isinstance(node, ast.FormattedValue) and node.format_spec is None:
            return self.read(node.value, depth + 1)
        if isinstance(node, ast.BinOp):
            return self.sum(node, span, depth)
        return Unknown(span)

    def text(self, parts: list[ast.expr], span: Span, depth: int) -> Node:
        """An f-string."""
        values = [self.read(part, depth + 1) for part in parts]
        text = "".join(value.text if isinstance(value, Scalar) else "${}" for value in values)
        if all(isinstance(value, Scalar) for value in values):
            return Scalar(text, text, span)
        names = [name for value in values if isinstance(value, Unknown) for name in value.names]
        return Unknown(span, tuple(dict.fromkeys(names)), text)

    def sum(self, node: ast.BinOp, span: Span, depth: int) -> Node:
        left, right = self.read(node.left, depth + 1), self.read(node.right, depth + 1)
        if isinstance(node.op, ast.Add) and isinstance(left, List) and isinstance(right, List):
            return List([*left.items, *right.items], span, flow=True)
        if not isinstance(left, Scalar) or not isinstance(right, Scalar):
            return Unknown(span)
        one, two = left.value, right.value
        if isinstance(one, str) and isinstance(two, str) and isinstance(node.op, ast.Add):
            return Scalar(one + two, one + two, span)
        if isinstance(one, int) and isinstance(two, int) and isinstance(node.op, ast.Add | ast.Mult):
            number = one + two if isinstance(node.op, ast.Add) else one * two
            return Scalar(number, str(number), span)
        return Unknown(span)

    def document(self, node: Node) -> Node:
        return Unknown(node.span) if isinstance(node, Scalar) else node

    def constant(self, node: ast.Constant, span: Span) -> Node:
        value = node.value
        if isinstance(value, str) and value.lstrip().startswith("{"):
            return self.json(value, span)
        if isinstance(value, str | int | float | bool | None):
            return Scalar(value, str(value), span)
        return Unknown(span)

    def json(self, value: str, span: Span) -> Node:
        """A document written as JSON in a string, with places if it is written without escapes."""
        from lint_rules.engine.sources.yaml import read_yaml

        base = self.module.base
        at = self.module.text.find(value, span.start - base, span.end - base)
        if at == -1:
            return Unknown(span)
        roots, problem = read_yaml(value, span.path, base + at)
        return Unknown(span) if problem or len(roots) != 1 else roots[0]

    def dict(self, node: ast.Dict, span: Span, depth: int) -> Node:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return Unknown(span)
            written = Scalar(key.value, key.value, self.module.span(key))
            entries[key.value] = (written, self.read(value, depth + 1))
        return Map(entries, span, flow=True)

    def returned(self, name: str, depth: int) -> Node | None:
        """What a function of this module returns, if it has a single return."""
        module = self.scopes[0]
        body = module.body if isinstance(module, ast.Module) else []
        found = [part for part in body if isinstance(part, ast.FunctionDef) and part.name == name]
        if len(found) != 1 or found[0].decorator_list:
            return None
        returns = [part.value for part in _own_nodes(found[0]) if isinstance(part, ast.Return)]
        if len(returns) != 1 or returns[0] is None:
            return None
        scopes, self.scopes = self.scopes, [module, found[0]]
        try:
            return self.read(returns[0], depth + 1)
        finally:
            self.scopes = scopes

    def bound(self, name: str) -> ast.expr | None:
        """What a name is bound to, if it is bound once and not changed later."""
        key = (id(self.scopes[-1]), name)
        if key not in self.known:
            kept = self.module.bound
            values: list[ast.expr | None] = []
            for scope in reversed(self.scopes):
                if scope not in kept:
                    kept[scope] = _bindings(scope)
                values = kept[scope].get(name, [])
                if values:
                    break
            self.known[key] = values[0] if len(values) == 1 and name not in self.changed() else None
        return self.known[key]

    def changed(self) -> frozenset[str]:
        """The names whose objects the module alters."""
        if self.module.altered is None:
            self.module.altered = _changed(self.scopes[0])
        return self.module.altered


def _is_dumps(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name == "dumps" and len(call.args) == 1


def _bindings(scope: ast.AST) -> dict[str, list[ast.expr | None]]:
    """The values bound to each name in a function or at module level; None for one that is no plain
    assignment."""
    found: dict[str, list[ast.expr | None]] = {}
    arguments = scope.args if isinstance(scope, _Function) else None
    if arguments:
        every = (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        )
        for argument in every:
            if argument:
                found.setdefault(argument.arg, []).append(None)
    plain: set[ast.AST] = set()
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    plain.add(target)
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and node not in plain:
            found.setdefault(node.id, []).append(None)
    return found


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a function or module, parents first, without those of the functions and classes in
    it."""
    todo = children(scope)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _Function | ast.ClassDef):
            todo += children(node)


def _changed(tree: ast.AST) -> frozenset[str]:
    """The names whose objects statements and calls alter."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
                found.add(_root(node.func.value))
        elif isinstance(node, ast.Subscript):
            if not isinstance(node.ctx, ast.Load):
                found.add(_root(node.value))
        elif isinstance(node, ast.AugAssign):
            found.add(_root(node.target))
    return frozenset(found)


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
