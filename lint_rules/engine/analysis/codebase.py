"""The modules of a project by path, and what a call or an import in one of them leads to.

Only what is certain is followed: a function defined once, a method of an object made of a class of the
project, an import that names a file beside the importing one or above it.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Sequence

from lint_rules.engine.analysis.elsewhere import Elsewhere
from lint_rules.engine.analysis.facts import Scope, facts_of
from lint_rules.engine.analysis.libraries import VENDORED
from lint_rules.engine.analysis.wording import Wording
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_DEEPEST = 8
"""Steps from a name to its definition: imports, aliases, base classes."""


class Codebase:
    """All modules of a project."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules: dict[str, Module] = {}
        for module in modules:
            self.modules.setdefault(posixpath.normpath(module.name), module)
        self._imported: dict[tuple[str, str], Module | None] = {}
        self.uses: dict[Scope, Any] = {}
        """A place for what `aws_use` knows of functions."""
        self.elsewhere = Elsewhere(self.modules)
        self.wording = Wording(self)
        self._by_file: dict[str, list[tuple[str, Module]]] = {}

    def named(self, file: str) -> Sequence[tuple[str, Module]]:
        """The modules whose file has this name, each with its path."""
        if not self._by_file:
            for path, module in self.modules.items():
                self._by_file.setdefault(posixpath.basename(path), []).append((path, module))
        return self._by_file.get(file, ())

    def at(self, path: str) -> Module | None:
        """The module at a path, as it is or as a package."""
        path = posixpath.normpath(path)
        return self.modules.get(path) or self.modules.get(path.removesuffix(".py") + "/__init__.py")

    def imported(self, module: Module, dotted: str) -> Module | None:
        """The project's module that an import in `module` names, the nearest folder first.

        Packages known by name are libraries, even where their code is at hand: what they do is known without it.
        """
        key = (module.name, dotted)
        if key not in self._imported:
            found = self._find(module, dotted)
            self._imported[key] = None if found and self._is_library(found, dotted) else found
        return self._imported[key]

    def _is_library(self, found: Module, dotted: str) -> bool:
        """Whether an import means a package of others. A lone file of the same name is the project's own, and so is a
        package with nothing in its `__init__.py`: all of those known by name have something there."""
        first, _, rest = dotted.partition(".")
        if first not in VENDORED:
            return False
        place = posixpath.normpath(found.name).removesuffix(".py").removesuffix("/__init__")
        package = self.modules.get(place[: len(place) - len(rest)].rstrip("/") + "/__init__.py")
        return package is not None and bool(package.text.strip())

    def _find(self, module: Module, dotted: str) -> Module | None:
        folder = posixpath.dirname(module.name)
        level = len(dotted) - len(dotted.lstrip("."))
        path = dotted.lstrip(".").replace(".", "/")
        if level:
            folder = posixpath.normpath(posixpath.join(folder, *[".."] * (level - 1)))
            return self.at(posixpath.join(folder, path + ".py") if path else folder + "/__init__.py")
        folder = posixpath.normpath(folder)
        while True:
            # Without normpath, which most of the time would go to: the folder is in its form, and names hold no dots.
            below = path if folder == "." else f"/{path}" if folder == "/" else f"{folder}/{path}"
            found = self.modules.get(below + ".py") or self.modules.get(below + "/__init__.py")
            if found is not None and found is not module:
                return found
            if folder in ("", "/", ".") or folder.endswith(".."):
                return None
            folder = posixpath.dirname(folder) or "."

    def brought(self, module: Module, dotted: str) -> Module | None:
        """The project's module that an import in `module` names, also one of a layer or one that a build copies."""
        found = self.imported(module, dotted)
        if found is None and dotted.partition(".")[0] not in VENDORED:
            found = self.elsewhere.find(module, dotted)
        return found

    def starred(self, module: Module, name: str, depth: int = 0) -> Scope | None:
        """The module of the project from which `from ... import *` brings a name."""
        for star in facts_of(module).stars if depth < _DEEPEST else ():
            found = self.brought(module, star)
            if found is not None and found is not module:
                inner = facts_of(found).module_scope
                if name in inner.bindings:
                    return inner
                further = self.starred(found, name, depth + 1)
                if further is not None:
                    return further
        return None

    def function(self, module: Module, name: str) -> Scope | None:
        """The function that a caller of `module` reaches under a name; for an object its `__call__`."""
        found = self._named(facts_of(module).module_scope, name, 0)
        if found is not None and found.is_function:
            return found
        value = facts_of(module).module_scope.value(name)
        if value is None:
            return None
        made = self.made_of(facts_of(module).module_scope, value)
        return self.method(made, "__call__") if made else None

    def target(self, call: ast.Call, scope: Scope) -> Scope | None:
        """The function of the project that a call runs; for a class its `__init__`."""
        found = self.definition(call.func, scope)
        if found is not None and found.is_class:
            return self.method(found, "__init__")
        if found is None:
            made = self.made_of(scope, call.func)
            return self.method(made, "__call__") if made else None
        return found

    def definition(self, node: ast.AST, scope: Scope, depth: int = 0) -> Scope | None:
        """The function or class of the project that an expression stands for."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self._named(scope, node.id, depth)
        if not isinstance(node, ast.Attribute):
            return None
        owner = self.definition(node.value, scope, depth + 1)
        if owner is not None:
            return self.method(owner, node.attr) if owner.is_class else None
        made = self.made_of(scope, node.value, depth + 1)
        if made is not None:
            return self.method(made, node.attr)
        dotted = scope.dotted(node.value)
        module = self.imported(scope.facts.module, dotted) if dotted else None
        return self._named(facts_of(module).module_scope, node.attr, depth + 1) if module else None

    def made_of(self, scope: Scope, node: ast.AST, depth: int = 0) -> Scope | None:
        """The class of the project that the value of an expression is an instance of."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Call):
            found = self.definition(node.func, scope, depth + 1)
            return found if found is not None and found.is_class else None
        if not isinstance(node, ast.Name):
            return None
        inside = scope
        while inside.parent is not None and not inside.parent.is_class:
            inside = inside.parent
        if inside.parent is not None and inside.is_function and node.id == next(iter(inside.arguments), None):
            return inside.parent
        owner = scope.owner(node.id)
        if owner is None:
            return None
        value = owner.value(node.id)
        if value is not None:
            return self.made_of(owner, value, depth + 1)
        origin = _origin(owner, node.id)
        if origin is not None:
            module = self._home_of(owner, origin)
            outer = facts_of(module).module_scope if module else None
            made = outer.value(origin.rpartition(".")[2]) if outer else None
            return self.made_of(outer, made, depth + 1) if outer and made is not None else None
        return None

    def method(self, owner: Scope, name: str, depth: int = 0) -> Scope | None:
        """A method of a class or of a base class in the project."""
        found = owner.child(name)
        if found is not None or depth > _DEEPEST or not isinstance(owner.node, ast.ClassDef):
            return found
        for base in owner.node.bases:
            above = self.definition(base, owner.parent or owner)
            if above is not None and above is not owner and above.is_class:
                found = self.method(above, name, depth + 1)
                if found is not None:
                    return found
        return None

    def variable(self, home: Scope, name: str) -> tuple[Scope, str] | None:
        """The module and the name there of a module's variable that may have been imported; None if it comes
        from outside the project."""
        for _ in range(_DEEPEST):
            if not any(isinstance(binding, ast.alias) for binding in home.bindings.get(name, [])):
                return home, name
            origin = _origin(home, name)
            module = self._home_of(home, origin) if origin else None
            if module is None or origin is None:
                return None
            home, name = facts_of(module).module_scope, origin.rpartition(".")[2]
        return None

    def _home_of(self, scope: Scope, origin: str) -> Module | None:
        """The project's module that something is imported from by its dotted name."""
        home = origin.rpartition(".")[0]
        if not home.strip(".") and origin.startswith("."):
            home += "."
        return self.imported(scope.facts.module, home) if home else None

    def _named(self, scope: Scope, name: str, depth: int) -> Scope | None:
        owner = scope.owner(name)
        if owner is None or depth > _DEEPEST:
            return None
        bound = owner.bindings.get(name, [])
        child = owner.child(name)
        if child is not None:
            return child if len(bound) == 1 else None
        origin = _origin(owner, name)
        if origin is not None:
            module = self._home_of(owner, origin)
            last = origin.rpartition(".")[2]
            return self._named(facts_of(module).module_scope, last, depth + 1) if module else None
        value = owner.value(name)
        if isinstance(value, (ast.Name, ast.Attribute)):
            return self.definition(value, owner, depth + 1)
        return None


def _origin(owner: Scope, name: str) -> str | None:
    """The dotted name that an import gives to a name bound only once."""
    bound = owner.bindings.get(name, [])
    return owner.facts.imports.get(bound[0]) if len(bound) == 1 else None
