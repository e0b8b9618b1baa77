"""Which words stand in the code that a module may run: its own, and that of what it imports of the project.

To look for a word is quicker than to find out what it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lint_rules.engine.links import imports_in
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.codebase import Codebase
    from lint_rules.engine.sources.module import Module


class Wording:
    """The words of all modules of a project. Each is looked for only once in a text."""

    def __init__(self, codebase: Codebase) -> None:
        self._codebase = codebase
        self._imported: dict[Module, tuple[Module, ...]] = {}
        self._reached: dict[Module, tuple[Module, ...]] = {}
        self._holding: dict[str, dict[Module, bool]] = {}
        self._said: dict[tuple[Module, str], bool] = {}

    def says(self, module: Module, words: Sequence[str]) -> bool:
        """Whether a module, or one that it imports in some steps, has one of these words in its text."""
        return any(self._says(module, word) for word in words)

    def _says(self, module: Module, word: str) -> bool:
        key = (module, word)
        if key not in self._said:
            self._said[key] = word in module.text or any(map(self._holds(word), self.reach(module)))
        return self._said[key]

    def _holds(self, word: str) -> Callable[[Module], bool]:
        holding = self._holding.setdefault(word, {})

        def holds(module: Module) -> bool:
            if module not in holding:
                holding[module] = word in module.text
            return holding[module]

        return holds

    def reach(self, start: Module) -> tuple[Module, ...]:
        """A module and those of the project that it imports, in some steps."""
        if start not in self._reached:
            seen = {start: None}
            todo = [start]
            while todo:
                for other in self._imports(todo.pop()):
                    if other not in seen:
                        seen[other] = None
                        todo.append(other)
            self._reached[start] = (*seen,)
        return self._reached[start]

    def _imports(self, module: Module) -> tuple[Module, ...]:
        """What it imports, told from its text too, so that nothing is parsed for the answer."""
        if module not in self._imported:
            names = dict.fromkeys(name.removesuffix(".*") for name in imports_in(module.text))
            found = (self._codebase.brought(module, name) for name in names)
            self._imported[module] = tuple(dict.fromkeys(each for each in found if each is not None))
        return self._imported[module]
