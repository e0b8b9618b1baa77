"""Follows values through everything that a handler can reach, until nothing new comes to light.

1. The handler's module, and every module of the project imported on the way, runs its own code.
2. A function is reached when its name is read, a method when it is read off an object, whatever the caller does with
   it; so a callback counts, and what nothing refers to does not.
3. Each round evaluates all calls in what is reached. Arguments, attributes and elements collect sets of values.
4. It ends when a round finds nothing new, or nothing that it had asked for before.

Calls that go to AWS are noted in `calls`. Order, conditions and loops are not looked at.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from lint_rules.engine.analysis.aws_call import Calls
from lint_rules.engine.analysis.bindings import argument, parameters, source_of
from lint_rules.engine.analysis.bodies import body_of, decorators
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.containers import elements, store, unpacked
from lint_rules.engine.analysis.entered import Entered, accessors, entered, reads
from lint_rules.engine.analysis.expressions import annotated, evaluate
from lint_rules.engine.analysis.facts import Facts, FunctionNode, Scope, facts_of
from lint_rules.engine.analysis.known import NOTHING, Class, Code, External, Function, Instance, Known, Values
from lint_rules.engine.analysis.scripts import script_code
from lint_rules.engine.sources.module import Module

_ROUNDS = 12
_DEEPEST = 60

_WITHOUT_ARGUMENTS = ast.Call(ast.Name("f"), [], [])

Place = tuple[object, str]


class _Half(frozenset[Known]):
    """The values of what is still being worked out, as far as they are known."""


class Interpreter:
    """One run from `start`. `calls` holds what is sent to AWS."""

    def __init__(self, codebase: Codebase, start: Scope) -> None:
        self.codebase = codebase
        self.calls = Calls()
        self._found: dict[Place, set[Known]] = {}
        """Values of parameters (function, name), attributes (class, name) and elements (("in", owner), name)."""
        self._reached: dict[Scope, None] = {}
        self._modules: dict[Module, None] = {}
        self._entered: dict[Facts, Entered] = {}
        self._memo: dict[ast.AST, Values] = {}
        self._names: dict[Place, Values] = {}
        self._results: dict[Scope, Values] = {}
        self._grown = False
        self._asked: set[Place] = set()
        """What this round asked for, so that it would see more of it if it came again."""
        self._again = False
        """Whether something that was asked for has grown since, or was asked for in a circle."""
        self._depth = 0
        self.start = start

    def run(self) -> None:
        """Find everything."""
        self.enter(self.start.facts.module)
        self.reach(self.start)
        for _ in range(_ROUNDS):
            self._grown = self._again = False
            for kept in (self._memo, self._names, self._results, self._asked):
                kept.clear()
            done = 0
            while done < len(self._reached):
                for scope in list(self._reached)[done:]:
                    self._visit(scope)
                    done += 1
            if not self._grown or not self._again:
                break

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The functions and modules that run."""
        return tuple(self._reached)

    def enter(self, module: Module) -> None:
        """Run the code of a module, which an import does."""
        if module in self._modules or module.tree is None:
            return
        self._modules[module] = None
        self._grown = True
        folder, file = posixpath.split(module.name)
        package = self.codebase.at(folder + "/__init__.py") if folder else None
        if package is not None and file != "__init__.py":
            self.enter(package)
        facts = facts_of(module)
        self._reached[facts.module_scope] = None
        for scope in facts.scopes:
            if scope.is_class:
                self._reached[scope] = None
        groups = self._entered[facts] = entered(facts)
        for name, listed in groups.items():
            for scope in listed if not name or len(groups) == 1 else ():
                self.reach(scope)

    def reach(self, scope: Scope) -> None:
        """Run a function, with arguments that nobody may know."""
        if scope in self._reached:
            return
        self._reached[scope] = None
        self._grown = True
        self.enter(scope.facts.module)
        for decorator in decorators(scope):
            for value in self.values(decorator, scope.parent or scope):
                if isinstance(value, Function):
                    self.pass_on(value, 0, frozenset({Function(scope)}))

    def _visit(self, scope: Scope) -> None:
        groups = self._entered[scope.facts]
        skipped, aside = {*accessors(scope)}, script_code(scope)
        for name, loads in scope.loads.items():
            if name in skipped or (aside and aside.issuperset(loads)):
                continue
            for other in groups.get(name, ()) if reads(scope, name) else ():
                self.reach(other)
            for value in self.variable_from(scope, name):
                if isinstance(value, Function):
                    self.reach(value.scope)
        for child in scope.children:
            for decorator in decorators(child):
                self.values(decorator, scope)
        for read in (*scope.calls, *body_of(scope).attributes):
            if read not in aside:
                self.values(read, scope)
        for each in scope.stores:
            store(self, each, scope)
        if scope.parent is None:
            for dotted in dict.fromkeys(scope.facts.imports.values()):
                self.named(scope.facts.module, dotted)

    def values(self, node: ast.AST, scope: Scope) -> Values:
        """What an expression may stand for."""
        found = self._memo.get(node)
        if found is None:
            if self._depth > _DEEPEST:
                self._again = True
                return NOTHING
            self._memo[node] = _Half()
            self._depth += 1
            try:
                found = self._memo[node] = evaluate(self, node, scope)
            finally:
                self._depth -= 1
        self._again |= found.__class__ is _Half
        return found

    def add(self, place: Place, values: Values) -> None:
        """Remember that something may hold these values, too."""
        known = self._found.setdefault(place, set())
        before = len(known)
        if before < 40:
            known |= values
            if len(known) != before:
                self._grown = True
                self._again |= place in self._asked

    def held_in(self, place: Place) -> Values:
        """What was remembered."""
        self._asked.add(place)
        found = self._found.get(place)
        return frozenset(found) if found else NOTHING

    def variable_from(self, scope: Scope, name: str) -> Values:
        """What a name means in a scope."""
        owner = scope.owner(name) or self.codebase.starred(scope.facts.module, name)
        return self.variable(owner, name) if owner else frozenset({External(f"builtins.{name}")})

    def variable(self, owner: Scope, name: str) -> Values:
        """What a variable may hold: all that is ever bound to it."""
        place = (owner, name)
        found = self._names.get(place)
        if found is None:
            self._names[place] = _Half()
            bound = [*owner.bindings.get(name, ())]
            if owner.parent is None:
                bound += owner.facts.stored_globally.get(name, ())
            found = NOTHING
            for each in bound:  # What a name is bound to again may be made of what it was.
                found = found | self._bound(each, owner, name)
                self._names[place] = _Half(found)
            self._names[place] = found
        self._again |= found.__class__ is _Half
        return found

    def _bound(self, binding: ast.AST, owner: Scope, name: str) -> Values:
        facts = owner.facts
        if isinstance(binding, ast.alias):
            return self.imported(owner, binding)
        child = body_of(owner).children.get(binding)
        if child is not None:
            return frozenset({Class(child) if child.is_class else Function(child)})
        if isinstance(binding, ast.arg):
            return self._parameter(binding, owner, name)
        home = facts.homes.get(binding, owner)
        whole = facts.assigned(binding)
        if whole is not None:
            found = self.values(whole, home)
            above = facts.parents.get(binding)
            if isinstance(above, ast.AnnAssign):
                found |= annotated(self, above.annotation, home)
            return found
        source = source_of(binding, home)
        if source is None:
            return NOTHING
        above = facts.parents.get(binding)
        if isinstance(above, (ast.For, ast.AsyncFor, ast.comprehension)):
            return elements(self, source, home)
        return unpacked(self, binding, source, home)

    def _parameter(self, binding: ast.arg, owner: Scope, name: str) -> Values:
        found = self.held_in((owner, name))
        node = owner.node
        if not isinstance(node, FunctionNode):
            return found
        outer = owner.parent or owner
        first = owner.arguments[:1] == [name]
        if not found and first and outer.is_class and name not in parameters(owner):
            return frozenset({Instance(outer), Class(outer)} if name == "cls" else {Instance(outer)})
        default = argument(_WITHOUT_ARGUMENTS, owner, name)
        if default is not None:
            found |= self.values(default, outer)
        if binding.annotation is not None:
            found |= annotated(self, binding.annotation, outer)
        return found

    def imported(self, scope: Scope, alias: ast.alias) -> Values:
        """What an import brings."""
        return self.named(scope.facts.module, scope.facts.imports.get(alias, ""))

    def named(self, module: Module, dotted: str) -> Values:
        """What a dotted name means in an import of a module: a module of the project, something in one, or something
        of another package."""
        found = self._module(module, dotted)
        if found is not None:
            return frozenset({Code(found)})
        home, _, last = dotted.rpartition(".")
        if not home.strip(".") and dotted.startswith("."):
            home += "."
        parent = self._module(module, home) if home else None
        if parent is not None:
            return self.variable(facts_of(parent).module_scope, last)
        return frozenset({External(dotted)} if dotted else ())

    def _module(self, module: Module, dotted: str) -> Module | None:
        found = self.codebase.brought(module, dotted) if dotted else None
        if found is not None:
            self.enter(found)
        return found

    def containers(self, node: ast.AST, scope: Scope) -> Iterator[Place]:
        """Where elements put into what an expression names are remembered."""
        if isinstance(node, ast.Name):
            owner = scope.owner(node.id)
            if owner is not None:
                yield (("in", owner), node.id)
        elif isinstance(node, ast.Attribute):
            for value in self.values(node.value, scope):
                if isinstance(value, Instance | Class):
                    yield (("in", value.scope), node.attr)

    def invoke(self, function: Function, call: ast.Call, scope: Scope) -> Values:
        """Call a function of the project; gives what it may return."""
        target = function.scope
        self.reach(target)
        if function.bound is not None and target.arguments:
            self.add((target, target.arguments[0]), frozenset({function.bound}))
        for name in parameters(target):
            given = argument(call, target, name)
            if given is not None:
                self.add((target, name), self.values(given, scope))
        return self.results(target)

    def pass_on(self, function: Function, place: int, values: Values) -> None:
        """Say what a function gets as one of its arguments."""
        names = parameters(function.scope) if function.bound else function.scope.arguments
        self.reach(function.scope)
        if place < len(names) and values:
            self.add((function.scope, names[place]), values)

    def results(self, target: Scope) -> Values:
        """What a function may return or yield."""
        found = self._results.get(target)
        if found is None:
            self._results[target] = _Half()
            parts = [self.values(result, target) for result in body_of(target).results]
            found = self._results[target] = frozenset().union(*parts)
        self._again |= found.__class__ is _Half
        return found
