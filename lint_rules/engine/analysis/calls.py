"""A call that runs when a handler is invoked, and what a rule may ask of it."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.exits import ending
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.flow import Flow
from lint_rules.engine.analysis.guards import happens_once, is_kept, is_rare
from lint_rules.engine.analysis.hoist import hoist
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.finding import Edit, Span


class CallSite:
    """A call in a function that a handler reaches. `name` is the dotted name of what it calls."""

    def __init__(self, node: ast.Call, scope: Scope, name: str, flow: Flow) -> None:
        self.node = node
        self.scope = scope
        self.name = name
        self._flow = flow

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """The call as written, on one line and not too long."""
        line = self.scope.facts.module.brief(self.node, 60)
        if line[:2].rstrip("\"'") != line[:2]:
            return f"{self.name}()"  # In an f-string, whose parts have no place of their own before 3.12.
        return line

    @property
    def has_arguments(self) -> bool:
        """Whether it passes anything."""
        return bool(self.node.args or self.node.keywords)

    @property
    def function(self) -> str:
        """The name of the function it stands in."""
        return self.scope.name

    @property
    def repeats(self) -> bool:
        """Whether it runs again on every usual invocation, and nobody keeps what it makes."""
        reached = self._flow.reach.functions[self.scope]
        return reached.repeats and not (
            happens_once(self.node, self.scope)
            or is_rare(self.node, self.scope)
            or is_kept(self.node, self.scope)
        )

    @property
    def is_constant(self) -> bool:
        """Whether it certainly makes the same thing on every invocation: so are its arguments and what it is
        called on."""
        return self._flow.is_constant(self.node, self.scope)

    def passes_false(self, keyword: str) -> bool:
        """Whether it passes False for a keyword."""
        given = [word.value for word in self.node.keywords if word.arg == keyword]
        return any(isinstance(value, ast.Constant) and value.value is False for value in given)

    @property
    def has_constant_arguments(self) -> bool:
        """Whether every argument certainly has the same value on every invocation."""
        given = [*self.node.args, *(keyword.value for keyword in self.node.keywords)]
        return all(self._flow.is_constant(each, self.scope) for each in given)

    @property
    def is_entered(self) -> bool:
        """Whether it stands in a `with`, which closes what it makes."""
        return isinstance(self.scope.facts.parents.get(self.node), ast.withitem)

    @property
    def carries_identity(self) -> bool:
        """Whether the function gives the result credentials or cookies that may differ by the invocation."""
        scope, facts = self.scope, self.scope.facts
        statement = facts.parents[self.node]
        if not isinstance(statement, ast.Assign):
            return False
        code = facts.module.code
        target = code(statement.targets[0])
        places = tuple(f"{target}.{name}" for name in ("auth", "headers", "cookies", "cert"))
        given: list[tuple[str, ast.expr]] = []
        for store in scope.stores:
            above = facts.parents.get(store)
            if isinstance(above, ast.Assign) and code(store).startswith(places):
                given.append((code(store), above.value))
        for call in scope.calls:
            if isinstance(call.func, ast.Attribute) and code(call.func).startswith(places):
                values = [*call.args, *(keyword.value for keyword in call.keywords)]
                given += [(code(call.func), value) for value in values]
        plain = f"{target}.headers"
        return any(
            not self._flow.is_constant(value, scope)
            and (not at.startswith(plain) or "uthorization" in code(value) or "uthorization" in at)
            for at, value in given
        )

    @property
    def on_own_variable(self) -> bool:
        """Whether it is a method of an object that the same function has in a variable."""
        func = self.node.func
        value = func.value if isinstance(func, ast.Attribute) else None
        return isinstance(value, ast.Name) and self.scope.owner(value.id) is self.scope

    @property
    def uses(self) -> frozenset[str]:
        """The attributes of the result that the function uses: `{"client"}` for `make().client()`, and for
        `x = make()` those of `x`. Contains "" for any other use."""
        facts = self.scope.facts
        results: list[ast.AST] = [self.node]
        statement = facts.parents[self.node]
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            results = [*self.scope.loads.get(statement.targets[0].id, [])]
        parents = [facts.parents[result] for result in results]
        return frozenset(parent.attr if isinstance(parent, ast.Attribute) else "" for parent in parents)

    @property
    def is_receiver(self) -> bool:
        """Whether it only makes the object for another call: `make().use()`."""
        parents = self.scope.facts.parents
        parent = parents.get(self.node)
        call = parents.get(parent) if isinstance(parent, ast.Attribute) else None
        return isinstance(call, ast.Call) and call.func is parent

    def hoisted(self) -> tuple[Edit, ...]:
        """Edits that move the assignment of the call's result to module level; none where that is not
        certainly right."""
        return hoist(self.node, self.scope)

    def ended(self, in_handler: bool) -> tuple[Edit, ...]:
        """Edits that leave the function in place of the process: by `return` where the exit code is 0 and the function
        is the handler, by an exception where it is not 0; none where that is not certain."""
        return ending(self.node, self.scope, in_handler)

    def logged(self) -> tuple[Edit, ...]:
        """Edits that make a `print` a call of the logger that the module has; none where it has none that certainly
        writes the same line."""
        from lint_rules.engine.analysis.printing import logged_instead

        return logged_instead(self.node, self.scope)

    def leaving(self) -> tuple[Edit, ...]:
        """Edits that let a temporary file go with its `with` block; none where it may be needed behind it."""
        from lint_rules.engine.analysis.temporary_files import leaving

        return leaving(self.node, self.scope)
