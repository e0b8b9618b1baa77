"""Modules that a function imports though they lie neither beside it nor above it: those of layers, and those that a
build copies into its package.

A layer is a folder that a template says is one, or that looks like one. What a build copies is told by its name: the
only module of the project that is found under the whole dotted name an import gives, and no test.
https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Mapping

from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_SHARED = regex("layer|common|shared|lib|^python$")
_TESTS = regex(r"(^|/)(tests?|test_[^/]*|[^/]*_test\.py|conftest\.py)(/|$)")


class Elsewhere:
    """All that can be imported from afar. `folders` is where templates say that the content of layers is."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.folders: tuple[str, ...] = ()
        self._modules = modules
        self._layers: dict[str, list[Module]] | None = None
        self._declared: dict[str, Module] | None = None
        self._endings: dict[str, list[str]] = {}

    def find(self, module: Module, dotted: str) -> Module | None:
        """The module that an import in another names; None where none does, or several may."""
        if dotted.startswith("."):
            return None
        place = dotted.replace(".", "/")
        return self._declared_as(place) or self._alike(module, place) or self._copied(module, place)

    def _declared_as(self, place: str) -> Module | None:
        return self._in_layers().get(place)

    def _alike(self, module: Module, place: str) -> Module | None:
        """The only one that what looks like a layer's folder holds, near the importing module or among layers."""
        near = module.name.partition("/")[0] + "/"
        only: Module | None = None
        for other in self._like_layers().get(place, ()):
            if other.name.startswith(near) or _SHARED.search(other.name.partition("/")[0]):
                if only is not None:
                    return None
                only = other
        return only

    def _copied(self, module: Module, place: str) -> Module | None:
        if is_of_others(place.partition("/")[0]):
            return None
        found = [
            other
            for file in (place + ".py", place + "/__init__.py")
            for other in self._ending(posixpath.basename(file))
            if other.endswith("/" + file) and ("/" in place or self._is_root(other[: -len(file) - 1]))
        ]
        only = self._modules[found[0]] if len(found) == 1 else None
        return None if only is module else only

    def _ending(self, file: str) -> list[str]:
        if not self._endings:
            for path in self._modules:
                if not _TESTS.search(path) and "#" not in path:
                    self._endings.setdefault(posixpath.basename(path), []).append(path)
        return self._endings.get(file, [])

    def _is_root(self, folder: str) -> bool:
        """Whether modules of a folder may be imported by their names alone: it is no package itself."""
        return folder + "/__init__.py" not in self._modules

    def _like_layers(self) -> dict[str, list[Module]]:
        """The modules in what looks like the folder of a layer, by the path under which functions import them."""
        if self._layers is None:
            self._layers = {}
            for name, other in self._modules.items():
                folder, _, file = name.rpartition("/python/")
                if not folder and "layer" in posixpath.dirname(name):
                    parts = name.split("/")
                    last = max(place for place, part in enumerate(parts[:-1]) if "layer" in part)
                    folder, file = "/".join(parts[: last + 1]), "/".join(parts[last + 1 :])
                if folder:
                    place = file.removesuffix(".py").removesuffix("/__init__")
                    self._layers.setdefault(place, []).append(other)
                    parts = place.split("/")
                    if parts[0] == "lib" and "site-packages" in parts:
                        self._layers.setdefault(place.partition("site-packages/")[2], []).append(other)
        return self._layers

    def _in_layers(self) -> dict[str, Module]:
        """The modules in the folders of layers, by the path under which functions import them."""
        if self._declared is None:
            found: dict[str, tuple[int, Module]] = {}
            ranks: dict[str, int] = {}
            for rank, root in enumerate(self.folders):
                ranks.setdefault(posixpath.normpath(root), 2 * rank)
                ranks.setdefault(posixpath.normpath(posixpath.join(root, "python")), 2 * rank + 1)
            for path, module in self._modules.items() if ranks else ():
                folder = posixpath.dirname(path)
                while True:
                    rank = ranks.get(folder or ".", -1)
                    if rank >= 0:
                        place = path[len(folder) :].lstrip("/").removesuffix(".py").removesuffix("/__init__")
                        if place not in found or rank < found[place][0]:
                            found[place] = (rank, module)
                    if folder in ("", "/", "."):
                        break
                    folder = posixpath.dirname(folder)
            self._declared = {place: module for place, (_, module) in found.items()}
        return self._declared


def is_of_others(first: str) -> bool:
    """Whether the first part of a dotted name is that of the standard library or of a package known by name."""
    from lint_rules.engine.analysis.libraries import is_known

    return first in sys.stdlib_module_names or is_known(first)
