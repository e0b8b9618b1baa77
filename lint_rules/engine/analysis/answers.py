"""What becomes of the answer of a call: which members are read, and whether it goes where nobody can follow.

Followed through variables, returns into callers, and parameters of functions of the project. Where that ends in
something else, the answer escapes, and nothing can be said of what is read.
"""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.bindings import argument, parameters
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.flow import Flow

_SHOWING = frozenset(
    {"print", "len", "bool", "isinstance", "type", "repr", "pprint.pprint", "pprint.pformat"}
)
_LOGS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_SAME = frozenset({"json.dumps", "str", "dict", "copy.copy", "copy.deepcopy", "list", "tuple", "sorted"})
_DEEPEST = 8


class Answer:
    """The uses of what a call gives. `reads` holds by member the expressions that read it; `escapes` says that there
    may be others; `is_used` that anything is done with it at all, besides telling of it in the log."""

    def __init__(self, node: ast.AST, scope: Scope, flow: Flow) -> None:
        self.reads: dict[str, list[tuple[ast.AST, Scope]]] = {}
        self.escapes = False
        self.is_used = False
        self._flow = flow
        self._seen: set[ast.AST] = set()
        self._follow(node, scope, 0)

    @property
    def members(self) -> frozenset[str]:
        """The members that are read."""
        return frozenset(self.reads)

    def _escape(self) -> None:
        self.escapes = self.is_used = True

    def _follow(self, node: ast.AST, scope: Scope, depth: int) -> None:
        if node in self._seen:
            return
        self._seen.add(node)
        parent = scope.facts.parents.get(node)
        if depth > _DEEPEST or parent is None:
            self._escape()
        elif isinstance(parent, ast.Expr | ast.FormattedValue):
            pass
        elif isinstance(parent, ast.Await | ast.BoolOp | ast.Starred) or (
            isinstance(parent, ast.IfExp) and node is not parent.test
        ):
            self._follow(parent, scope, depth + 1)
        elif isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert | ast.UnaryOp):
            self.is_used = True
        elif isinstance(parent, ast.Attribute):
            self._attribute(parent, scope)
        elif isinstance(parent, ast.Subscript) and node is parent.value:
            self._read(parent.slice, parent, scope)
        elif isinstance(parent, ast.Compare):
            self._read(parent.left, parent, scope)
        elif isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            self._assign(parent, scope, depth)
        elif isinstance(parent, ast.Return):
            self._return(scope, depth)
        elif isinstance(parent, ast.Call | ast.keyword):
            self._pass(node, parent, scope, depth)
        else:
            self._escape()

    def _read(self, key: ast.AST, node: ast.AST, scope: Scope) -> None:
        self.is_used = True
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.reads.setdefault(key.value, []).append((node, scope))
        else:
            self.escapes = True

    def _attribute(self, node: ast.Attribute, scope: Scope) -> None:
        call = scope.facts.parents.get(node)
        if node.attr in ("get", "pop") and isinstance(call, ast.Call) and call.func is node and call.args:
            self._read(call.args[0], call, scope)
        else:
            self._escape()

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, scope: Scope, depth: int) -> None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                self._variable(target.id, scope, depth)
            else:
                self._escape()
        if isinstance(node, ast.NamedExpr):
            self._follow(node, scope, depth + 1)

    def _variable(self, name: str, scope: Scope, depth: int) -> None:
        owner = scope.owner(name)
        if owner is None or not owner.is_function:
            self._escape()
            return
        for other in scope.facts.scopes:
            for load in other.loads.get(name, ()):
                if other.owner(name) is owner:
                    self._follow(load, other, depth + 1)

    def _return(self, scope: Scope, depth: int) -> None:
        edges = self._flow.reach.into(scope)
        if not edges or scope is self._flow.reach.start:
            self._escape()
        for edge in edges:
            if edge.direct and edge.call is not None:
                self._follow(edge.call, edge.caller, depth + 1)
            else:
                self._escape()

    def _pass(self, node: ast.AST, parent: ast.Call | ast.keyword, scope: Scope, depth: int) -> None:
        call = parent if isinstance(parent, ast.Call) else scope.facts.parents.get(parent)
        if not isinstance(call, ast.Call) or node is call.func:
            self._escape()
            return
        name = scope.dotted(call.func)
        if name in _SHOWING or getattr(call.func, "attr", "") in _LOGS:
            return
        if name in _SAME:
            self._follow(call, scope, depth + 1)
            return
        target = self._flow.reach.codebase.target(call, scope)
        if target is None or not isinstance(target.node, FunctionNode):
            self._escape()
            return
        for each in parameters(target):
            if argument(call, target, each) is node:
                self.is_used = True
                self._variable(each, target, depth)
                return
        self._escape()


def looked_at_once(node: ast.AST, scope: Scope) -> bool:
    """Whether of a list only one element is used, or whether it has any: `x[0]`, `if x`, `next(iter(x))`."""
    parent = scope.facts.parents.get(node)
    if isinstance(parent, ast.Subscript) and node is parent.value:
        return isinstance(parent.slice, ast.Constant | ast.UnaryOp)
    if isinstance(parent, ast.If | ast.IfExp | ast.While | ast.UnaryOp | ast.Expr):
        return True
    if isinstance(parent, ast.BoolOp):
        return isinstance(node, ast.Compare) or looked_at_once(parent, scope)
    if isinstance(parent, ast.Assign | ast.NamedExpr):
        target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
        if not isinstance(target, ast.Name) or scope.owner(target.id) is not scope:
            return False
        return all(looked_at_once(load, scope) for load in scope.loads.get(target.id, ()))
    if isinstance(parent, ast.Compare) and isinstance(node, ast.Subscript | ast.Call):
        return _is_empty(parent.comparators[0]) or (_counts(node) and _is_test(parent))
    if isinstance(parent, ast.Call) and node in parent.args:
        name = scope.dotted(parent.func)
        if name in ("iter", "next", "bool"):
            return name != "iter" or looked_at_once(parent, scope)
        return name == "len" and _is_test(scope.facts.parents.get(parent))
    return isinstance(node, ast.Compare)


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Tuple) and not node.elts


def _counts(node: ast.Subscript | ast.Call) -> bool:
    """Whether it is the `Count` of an answer."""
    key = node.slice if isinstance(node, ast.Subscript) else node.args[0]
    return isinstance(key, ast.Constant) and key.value in ("Count", "KeyCount")


def _is_test(parent: ast.AST | None) -> bool:
    """Whether a length is compared with 0, 1 or 2, or taken for a truth."""
    if isinstance(parent, ast.Compare):
        sides = [parent.left, *parent.comparators]
        return any(isinstance(each, ast.Constant) and each.value in (0, 1, 2) for each in sides)
    return isinstance(parent, ast.If | ast.IfExp | ast.UnaryOp | ast.BoolOp)
