"""What a module's code says about names: scopes, bindings, imports, calls and awaits, from one walk.

Everything a rule may ask is answered from here, so no rule walks a tree, and only this file depends on the
shape of the tree. Scopes are the module, its functions and its classes; a lambda or a comprehension belongs
to the function around it. What a walk cannot tell (star imports, `exec`) is left unsaid.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.sources.tree import children
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_DEEPEST = 12
"""Steps followed from a name to what it stands for."""


class Scope:
    """A module, function or class: what it binds, loads, calls and awaits, each in source order.

    `name` is the qualified name, empty for the module. `bindings` holds for each name the nodes that bind it:
    a Name being stored, an argument, an import alias, a definition, and so on.
    """

    def __init__(self, facts: Facts, node: ast.AST, name: str, parent: Scope | None) -> None:
        self.facts = facts
        self.node = node
        self.name = name
        self.parent = parent
        self.bindings: dict[str, list[ast.AST]] = {}
        self.loads: dict[str, list[ast.Name]] = {}
        self.calls: list[ast.Call] = []
        self.awaits: list[ast.Await] = []
        self.stores: list[ast.AST] = []
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.children: list[Scope] = []
        self.own: list[ast.AST] | None = None  # Places for what `own_code` and `parameters` know of it.
        self.filled: list[str] | None = None
        taken = node.args if isinstance(node, FunctionNode) else None
        self.arguments = [one.arg for one in (*taken.posonlyargs, *taken.args)] if taken else []
        """Names of the parameters that a call may fill by position."""
        self._dotted: dict[ast.AST, str | None] = {}

    @property
    def is_function(self) -> bool:
        """Whether it is a function or method."""
        return isinstance(self.node, FunctionNode)

    @property
    def is_class(self) -> bool:
        """Whether it is a class."""
        return isinstance(self.node, ast.ClassDef)

    def child(self, name: str) -> Scope | None:
        """The function or class of this name defined right here, if it is the only one."""
        found = [scope for scope in self.children if getattr(scope.node, "name", "") == name]
        return found[0] if len(found) == 1 else None

    def owner(self, name: str) -> Scope | None:
        """The scope whose variable the name means here; None for a built-in or unknown name."""
        if name in self.globals:
            return self.facts.module_scope
        if name in self.bindings and name not in self.nonlocals:
            return self
        scope = self.parent
        while scope is not None:
            if scope.parent is None or (scope.is_function and name in scope.bindings):
                known = name in scope.bindings or name in self.facts.stored_globally
                return scope if known else None
            scope = scope.parent
        return None

    def dotted(self, node: ast.AST) -> str | None:
        """The name that an expression has outside this module: `b.client` is "boto3.client" after `import
        boto3 as b`. A call adds "()". None for what is made in this module or cannot be told."""
        if node not in self._dotted:  # Every rule about calls asks for the name of every call.
            self._dotted[node] = self._named(node, 0)
        return self._dotted[node]

    def _named(self, node: ast.AST, depth: int) -> str | None:
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Attribute):
            base = self._named(node.value, depth + 1)
            return f"{base}.{node.attr}" if base else None
        if isinstance(node, ast.Call):
            base = self._named(node.func, depth + 1)
            return f"{base}()" if base else None
        if isinstance(node, ast.Await):
            return self._named(node.value, depth + 1)
        if not isinstance(node, ast.Name):
            return None
        owner = self.owner(node.id)
        if owner is None:
            return node.id
        names = {self.facts.imports.get(binding) for binding in owner.bindings.get(node.id, ())}
        if None not in names:
            return names.pop() if len(names) == 1 else None
        value = owner.value(node.id)
        return owner._named(value, depth + 1) if value is not None else None

    def value(self, name: str) -> ast.expr | None:
        """What a variable of this scope is set to, if it is bound exactly once, by a plain assignment or a
        `with`."""
        bound = self.bindings.get(name, [])
        if len(bound) != 1 or (self.parent is None and name in self.facts.stored_globally):
            return None
        return self.facts.assigned(bound[0])


class Facts:
    """The index of one module. `scopes` are all of them in source order, the module's own first; `imports`
    maps the alias of an import statement to the dotted name it brings."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.parents: dict[ast.AST, ast.AST] = {}
        self.imports: dict[ast.AST, str] = {}
        self.stars: list[str] = []
        """The dotted names of modules from which everything is imported."""
        self.scopes: list[Scope] = []
        self.homes: dict[ast.AST, Scope] = {}
        """The scope of every call, await and statement."""
        self.bodies: dict[Scope, Any] = {}  # A place for what `bodies` knows of scopes.
        self.stored_globally: dict[str, list[ast.AST]] = {}
        """Where functions that declare a name `global` bind it."""
        tree = module.tree or ast.Module([], [])
        self.module_scope = self._scope(tree, "", None)
        self._walk(tree)
        for scope in self.scopes:
            for name in scope.globals:
                self.stored_globally.setdefault(name, []).extend(scope.bindings.get(name, ()))

    @property
    def functions(self) -> list[Scope]:
        """Every function and method."""
        return [scope for scope in self.scopes if scope.is_function]

    def scope_of(self, node: ast.AST) -> Scope:
        """The function, class or module whose code the node is part of."""
        at: ast.AST | None = node
        while at is not None:
            if at in self.homes:
                return self.homes[at]
            at = self.parents.get(at)
        return self.module_scope

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Pairs of a parent and its child on the way from a node to the function or module it is in."""
        child = node
        while (parent := self.parents.get(child)) is not None:
            yield parent, child
            if isinstance(parent, FunctionNode):
                return
            child = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node."""
        at = node
        while not isinstance(at, ast.stmt):
            at = self.parents[at]
        return at

    def assigned(self, binding: ast.AST) -> ast.expr | None:
        """The expression whose value a binding takes whole, if there is one."""
        parent = self.parents.get(binding)
        if isinstance(parent, ast.Assign) and binding in parent.targets:
            return parent.value
        if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)) and binding is parent.target:
            return parent.value
        if isinstance(parent, ast.withitem) and binding is parent.optional_vars:
            return parent.context_expr
        return None

    def _scope(self, node: ast.AST, name: str, parent: Scope | None) -> Scope:
        scope = Scope(self, node, name, parent)
        self.scopes.append(scope)
        if parent is not None:
            parent.children.append(scope)
        return scope

    def _walk(self, tree: ast.Module) -> None:
        parents = self.parents
        todo: list[tuple[ast.AST, Scope]] = [(tree, self.module_scope)]
        while todo:
            node, scope = todo.pop()
            kind = node.__class__
            if isinstance(node, ast.stmt):
                self.homes[node] = scope
            inner = self._enter(node, scope) if kind in _TELLING else None
            below = children(node)
            if not below:
                continue
            for child in below:
                parents[child] = node
            below.reverse()
            if inner is not None:
                within = _evaluated_inside(node)
                todo += [(child, inner if child in within else scope) for child in below]
            elif kind is ast.arguments and isinstance(parents[node], FunctionNode):
                # Defaults are evaluated where the function is defined.
                outer = scope.parent or scope
                todo += [(child, scope if isinstance(child, ast.arg) else outer) for child in below]
            else:
                todo += [(child, scope) for child in below]

    def _enter(self, node: ast.AST, scope: Scope) -> Scope | None:
        """Note what a node says; the new scope if it opens one."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                scope.loads.setdefault(node.id, []).append(node)
            elif scope.is_function or not _in_comprehension(node, self.parents):
                self._bind(scope, node.id, node)
        elif isinstance(node, ast.Call):
            scope.calls.append(node)
            self.homes[node] = scope
        elif isinstance(node, ast.Await):
            scope.awaits.append(node)
            self.homes[node] = scope
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            if not isinstance(node.ctx, ast.Load):
                scope.stores.append(node)
        elif isinstance(node, FunctionNode | ast.ClassDef):
            self._bind(scope, node.name, node)
            return self._scope(node, f"{scope.name}.{node.name}" if scope.name else node.name, scope)
        elif isinstance(node, ast.arg):
            if not isinstance(self.parents.get(self.parents[node]), ast.Lambda) or scope.is_function:
                self._bind(scope, node.arg, node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node, scope)
        elif isinstance(node, ast.Global):
            scope.globals.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            scope.nonlocals.update(node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            if node.name:
                self._bind(scope, node.name, node)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(scope, node.rest, node)
        return None

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        origin = ""
        if isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            origin += "." if node.module else ""
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(origin if not origin.strip(".") else origin.removesuffix("."))
                continue
            whole = alias.asname or origin
            bound = alias.asname or (alias.name if origin else alias.name.partition(".")[0])
            self.imports[alias] = origin + (alias.name if whole else bound)
            self._bind(scope, bound, alias)

    def _bind(self, scope: Scope, name: str, node: ast.AST) -> None:
        scope.bindings.setdefault(name, []).append(node)
        if isinstance(node, ast.Name):
            self.homes[node] = scope


def facts_of(module: Module) -> Facts:
    """The index of a module, made when it is first asked for."""
    facts = module.index
    if not isinstance(facts, Facts):
        facts = module.index = Facts(module)
    return facts


_NOTHING: frozenset[ast.AST] = frozenset()
_TELLING = frozenset({
    *(ast.Name, ast.Call, ast.Await, ast.Attribute, ast.Subscript),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.Import, ast.ImportFrom),
    *(ast.Global, ast.Nonlocal, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
})  # fmt: skip


def _evaluated_inside(node: ast.AST) -> frozenset[ast.AST]:
    """The parts of a definition that belong to its own scope: not its decorators, annotations and bases."""
    if isinstance(node, FunctionNode):
        return frozenset({node.args, *node.body})
    return frozenset(node.body) if isinstance(node, ast.ClassDef) else _NOTHING


def _in_comprehension(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    at = parents.get(node)
    while isinstance(at, (ast.Tuple, ast.List, ast.Starred)):
        at = parents.get(at)
    return isinstance(at, ast.comprehension)
