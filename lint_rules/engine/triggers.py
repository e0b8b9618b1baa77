"""Which subjects a rule is worth being shown, told from the characters of their texts.

A rule may name words, one of which stands in every text in which it finds something. Where none does it is not asked,
and where no subject is left it is not even imported. A handler's words are those of all that it may come to by imports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lint_rules.engine.analysis.wording import plain
from lint_rules.engine.project import Project
from lint_rules.engine.rule import Rule
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_SMALL = 200_000
"""Characters of a project. In a larger one there is some use for most rules, and to look takes longer than to import
them."""


class Triggers:
    """The words of one project's texts."""

    def __init__(self, project: Project, rules: Iterable[Rule]) -> None:
        self._project = project
        self._words = tuple({word for rule in rules if rule.subject == "Handler" for word in rule.triggers})
        self._held: dict[Module, frozenset[str]] = {}
        self._heard: dict[Module, frozenset[str]] = {}
        self._whole: list[str] | None = None
        self._spoken: dict[str, bool] = {}

    def worth(self, rule: Rule, subjects: Sequence[Any]) -> Sequence[Any]:
        """The subjects in which the rule may find something."""
        words = rule.triggers
        if not words or not subjects:
            return subjects
        if rule.subject == "Handler":
            return [subject for subject in subjects if not self._heard_by(subject).isdisjoint(words)]
        if rule.subject == "Module":
            return [subject for subject in subjects if any(word in plain(subject.text) for word in words)]
        return subjects if self._project_speaks(words) else ()

    def _heard_by(self, handler: Any) -> frozenset[str]:
        """The words that stand in what a handler may come to."""
        module = handler.module
        if module not in self._heard:
            company = handler.codebase.wording.company(module)
            self._heard[module] = frozenset().union(*map(self._held_by, company))
        return self._heard[module]

    def _held_by(self, module: Module) -> frozenset[str]:
        if module not in self._held:
            text = plain(module.text)
            self._held[module] = frozenset([word for word in self._words if word in text])
        return self._held[module]

    def _project_speaks(self, words: Iterable[str]) -> bool:
        if self._whole is None:
            texts = [document.text for document in self._project.documents.values()]
            self._whole = [*map(plain, texts)] if sum(map(len, texts)) <= _SMALL else []
        if not self._whole:
            return True
        spoken = self._spoken
        for word in words:
            if word not in spoken:
                spoken[word] = any(word in text for text in self._whole)
            if spoken[word]:
                return True
        return False
