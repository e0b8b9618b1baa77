"""Which words stand in the code that a module may run: its own, and that of what it imports of the project.

To look for a word is quicker than to find out what it stands for.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from lint_rules.engine.links import folders_of, imports_in, packages_of
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.codebase import Codebase
    from lint_rules.engine.sources.module import Module

_Step = Callable[["Module"], Iterable["Module"]]


class Wording:
    """The words of all modules of a project."""

    def __init__(self, codebase: Codebase) -> None:
        self._codebase = codebase
        self._texts: dict[Module, str] = {}
        self._names: dict[Module, tuple[str, ...]] = {}
        self._imported: dict[Module, tuple[Module, ...]] = {}
        self._reached: dict[Module, tuple[Module, ...]] = {}
        self._company: dict[Module, tuple[Module, ...]] = {}
        self._folders: dict[str, dict[str, list[Module]]] | None = None
        """By their last names the folders that modules are in, at whatever depth, each with these modules."""

    def says(self, module: Module, words: Iterable[str]) -> bool:
        """Whether one of these words stands in the text of a module, or in one that it may come to by imports."""
        return any(word in self._text(each) for word in words for each in self.company(module))

    def company(self, module: Module) -> tuple[Module, ...]:
        """A module and all that it may come to by imports, of attributes too: rather too many than too few."""
        if module not in self._company:
            self._company[module] = _closure(module, self._accompanying)
        return self._company[module]

    def _accompanying(self, module: Module) -> Iterator[Module]:
        yield from self._imports(module)
        yield from self._below(module)
        for place in packages_of(posixpath.normpath(module.name)):  # They run before it does.
            package = self._codebase.modules.get(place)
            if package is not None:
                yield package

    def _text(self, module: Module) -> str:
        if module not in self._texts:
            self._texts[module] = plain(module.text)
        return self._texts[module]

    def reach(self, start: Module) -> tuple[Module, ...]:
        """A module and those of the project that it imports, in some steps."""
        if start not in self._reached:
            self._reached[start] = _closure(start, self._imports)
        return self._reached[start]

    def _imports(self, module: Module) -> tuple[Module, ...]:
        """What it imports, told from its text too, so that nothing is parsed for the answer."""
        if module not in self._imported:
            names = dict.fromkeys(name.removesuffix(".*") for name in self._imports_in(module))
            found = (self._codebase.brought(module, name) for name in names)
            self._imported[module] = tuple(dict.fromkeys(each for each in found if each is not None))
        return self._imported[module]

    def _imports_in(self, module: Module) -> tuple[str, ...]:
        if module not in self._names:
            self._names[module] = imports_in(module.text)
        return self._names[module]

    def _below(self, module: Module) -> Iterator[Module]:
        """What lies in folders that its imports may name: attributes lead there (`import package`, `package.part`)."""
        if self._folders is None:
            self._folders = {}
            for path, inside in self._codebase.modules.items():
                for folder in folders_of(path):
                    named = self._folders.setdefault(posixpath.basename(folder), {})
                    named.setdefault(folder, []).append(inside)
        for name in self._imports_in(module):
            if name.endswith(".*"):
                place = name[:-2].lstrip(".").replace(".", "/")
                for folder, modules in self._folders.get(place.rpartition("/")[2], {}).items():
                    if f"/{folder}".endswith(f"/{place}"):
                        yield from modules


def _closure(start: Module, step: _Step) -> tuple[Module, ...]:
    seen = {start: None}
    todo = [start]
    while todo:
        for other in step(todo.pop()):
            if other not in seen:
                seen[other] = None
                todo.append(other)
    return (*seen,)


def plain(text: str) -> str:
    """A text with its names as Python reads them (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import is_normalized, normalize

    return text if is_normalized("NFKC", text) else text + normalize("NFKC", text)
