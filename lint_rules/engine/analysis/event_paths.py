"""Which part of a handler's event an expression stands for: a path of keys from the event itself.

A path is followed through variables, loops, `get`, `json.loads` and the project's own functions. `[0]` is the first
of a list, `[*]` one of it, `()` what JSON in a string holds. Only what is certain has a path: a variable that may
stand for two parts has none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import argument, parameters
from lint_rules.engine.analysis.bodies import decorators, own_code
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.analysis.shapes import MARKS
from lint_rules.engine.analysis.wrapping import wrapped
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Edit, Span

Path = tuple[str, ...]
FIRST = "[0]"
EACH = "[*]"
PARSED = "()"

_DEEPEST = 16
_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "iter"})
_SAME = frozenset({"dict", "copy.copy", "copy.deepcopy", "typing.cast"})
_PARSES = frozenset({"json.loads", "simplejson.loads", "orjson.loads", "ujson.loads"})


class EventRead(NamedTuple):
    """A place that reads a part of the event. `needed` says that a KeyError, or a TypeError where what it is read
    from is None, ends the work when the part is not there: nothing tests for it, and nothing catches that. `direct`
    says that no decorator that may look at the event first, or catch exceptions, stands around it."""

    node: ast.expr
    scope: Scope
    path: Path
    needed: bool
    direct: bool

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """The expression as written, on one line and not too long."""
        return self.scope.facts.module.brief(self.node, 60)

    @property
    def is_caught(self) -> bool:
        """Whether an exception that reading it raises is caught in the same function."""
        return any(
            isinstance(parent, ast.Try) and child in parent.body and parent.handlers
            for parent, child in self.scope.facts.above(self.node)
        )

    @property
    def parent(self) -> ast.AST | None:
        """What the expression is a part of."""
        return self.scope.facts.parents.get(self.node)

    def wrapped(self, dotted: str) -> tuple[Edit, ...]:
        """Edits that give it to a function of the standard library; none where that is not certainly right."""
        return wrapped(dotted, self.node, self.scope)


class EventPaths:
    """The paths of everything that a handler reaches."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._known: dict[tuple[Scope, str], Path | None] = {}
        self._reads: tuple[EventRead, ...] | None = None

    @property
    def reads(self) -> tuple[EventRead, ...]:
        """Every read of a key, an index or by `get`, the inner ones of a chain too, in source order."""
        if self._reads is None:
            self._reads = tuple(read for scope in self.reach.functions for read in self._in(scope))
        return self._reads

    def of(self, node: ast.AST, scope: Scope, depth: int = 0) -> Path | None:
        """The path of an expression; None where it is no part of the event, or that is not certain."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self._variable(node.id, scope, depth)
        if isinstance(node, ast.Subscript):
            step = _step(node.slice)
            base = self.of(node.value, scope, depth + 1) if step else None
            return (*base, step) if base is not None and step else None
        if isinstance(node, ast.NamedExpr):
            return self.of(node.value, scope, depth + 1)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            rest = all(isinstance(value, (ast.Constant, ast.Dict, ast.List)) for value in node.values[1:])
            return self.of(node.values[0], scope, depth + 1) if rest else None
        return self._call(node, scope, depth) if isinstance(node, ast.Call) else None

    def tests(self, path: Path) -> bool:
        """Whether a condition looks at a part of the event itself, or for its key in what holds it."""
        return any(self._tests(scope, path) for scope in self.reach.functions)

    def _tests(self, scope: Scope, path: Path) -> bool:
        for node in own_code(scope):
            test = getattr(node, "test", None)
            tests = [test] if test is not None else node.values if isinstance(node, ast.BoolOp) else ()
            tests = [*tests, *node.ifs] if isinstance(node, ast.comprehension) else tests
            for part in (part for test in tests for part in walk(test)):
                if isinstance(part, ast.Constant) and part.value == path[-1]:
                    above = scope.facts.parents.get(part)
                    if isinstance(above, ast.Compare) and part is above.left:
                        return True
                if isinstance(part, (ast.Name, ast.Subscript, ast.Call)) and self.of(part, scope) == path:
                    above = scope.facts.parents.get(part)
                    searched = isinstance(above, ast.Compare) and above.left is not part
                    if not isinstance(above, (ast.Subscript, ast.Attribute)) and not searched:
                        return True
        return False

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> Path | None:
        if not node.args:
            return None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            step = _step(node.args[0])
            base = self.of(node.func.value, scope, depth + 1) if step else None
            return (*base, step) if base is not None and step else None
        name = scope.dotted(node.func)
        if name in _PARSES:
            base = self.of(node.args[0], scope, depth + 1)
            return (*base, PARSED) if base is not None else None
        if name in _SAME or name in _SAME_ITEMS:
            return self.of(node.args[-1 if name == "typing.cast" else 0], scope, depth + 1)
        return None

    def _variable(self, name: str, scope: Scope, depth: int) -> Path | None:
        owner = scope.owner(name)
        if owner is None or not owner.is_function or owner not in self.reach.functions:
            return None
        key = (owner, name)
        if key not in self._known:
            self._known[key] = None  # A variable that is made of itself has no path.
            bound = owner.bindings.get(name, [])
            paths = {self._bound(binding, name, owner, depth) for binding in bound}
            self._known[key] = paths.pop() if len(paths) == 1 else None
        return self._known[key]

    def _bound(self, binding: ast.AST, name: str, owner: Scope, depth: int) -> Path | None:
        facts = owner.facts
        parent = facts.parents.get(binding)
        if isinstance(binding, ast.arg):
            own = isinstance(facts.parents.get(parent), FunctionNode) if parent is not None else False
            return self._argument(name, owner, depth) if own else None
        value = facts.assigned(binding)
        if value is not None:
            return self.of(value, owner, depth + 1)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.target is binding:
            return self._element(parent.iter, owner, depth)
        above = facts.parents.get(parent) if isinstance(parent, ast.Tuple) else None
        if isinstance(above, (ast.For, ast.comprehension)) and isinstance(parent, ast.Tuple):
            source = above.iter
            counted = isinstance(source, ast.Call) and owner.dotted(source.func) == "enumerate"
            if isinstance(source, ast.Call) and counted and source.args and parent.elts[-1] is binding:
                return self._element(source.args[0], owner, depth)
        return None

    def _element(self, source: ast.expr, owner: Scope, depth: int) -> Path | None:
        base = self.of(source, owner, depth + 1)
        return (*base, EACH) if base is not None else None

    def _argument(self, name: str, owner: Scope, depth: int) -> Path | None:
        if owner is self.reach.start:
            return () if parameters(owner)[:1] == [name] else None
        paths: set[Path | None] = set()
        for edge in self.reach.into(owner):
            value = argument(edge.call, owner, name) if edge.direct and edge.call else None
            paths.add(self.of(value, edge.caller, depth + 1) if value is not None else None)
        return paths.pop() if len(paths) == 1 else None

    def _in(self, scope: Scope) -> Iterator[EventRead]:
        direct = _is_bare(scope) and _is_bare(self.reach.start)
        for node in own_code(scope):
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                path = self.of(node, scope)
                if path is not None:
                    yield EventRead(node, scope, path, direct and not _is_guarded(node, scope), direct)
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "get"
            ):
                path = self.of(node, scope)
                if path is not None:
                    yield EventRead(node, scope, path, False, direct)


def _step(key: ast.AST) -> str:
    """The step that a key or an index is, empty where it is not known."""
    if isinstance(key, ast.Constant):
        if isinstance(key.value, str):
            return key.value
        return FIRST if key.value == 0 else ""
    return ""


def _is_bare(scope: Scope) -> bool:
    """Whether no decorator stands before a function but those of Powertools, which hand the event on."""
    targets = [each.func if isinstance(each, ast.Call) else each for each in decorators(scope)]
    return all(getattr(target, "attr", getattr(target, "id", "")) in MARKS for target in targets)


def _is_guarded(node: ast.AST, scope: Scope) -> bool:
    """Whether a node runs only under a condition, or where exceptions are caught."""
    for parent, child in scope.facts.above(node):
        if isinstance(parent, (ast.If, ast.IfExp, ast.While)) and child is not parent.test:
            return True
        if isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
            return True
        if isinstance(parent, ast.Try) and child in parent.body and parent.handlers:
            return True
        if isinstance(parent, (ast.match_case, ast.ExceptHandler)):
            return True
    return False
