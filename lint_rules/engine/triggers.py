"""Which subjects a rule is worth being shown, told from the characters of their texts.

A rule may name words, one of which stands in every text in which it finds something. Where none does it is not asked,
and where no subject is left it is not even imported. A text that others of the project can bear on is never judged
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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

    def __init__(self, project: Project) -> None:
        self._project = project
        self._alone: dict[Module, str | None] = {}
        self._whole: list[str] | None = None
        self._spoken: dict[str, bool] = {}

    def worth(self, rule: Rule, subjects: Sequence[Any]) -> Sequence[Any]:
        """The subjects in which the rule may find something."""
        words = rule.triggers
        if not words or not subjects:
            return subjects
        if rule.subject == "Handler":
            return [subject for subject in subjects if _speaks(self._text(subject), words)]
        if rule.subject == "Module":
            return [subject for subject in subjects if _speaks(_plain(subject.text), words)]
        return subjects if self._project_speaks(words) else ()

    def _text(self, handler: Any) -> str | None:
        """What is all that a handler runs; None where that is more than its own module."""
        module = handler.module
        if module not in self._alone:
            self._alone[module] = _plain(module.text) if handler.codebase.is_alone(module) else None
        return self._alone[module]

    def _project_speaks(self, words: Iterable[str]) -> bool:
        if self._whole is None:
            texts = [document.text for document in self._project.documents.values()]
            self._whole = [*map(_plain, texts)] if sum(map(len, texts)) <= _SMALL else []
        if not self._whole:
            return True
        spoken = self._spoken
        for word in words:
            if word not in spoken:
                spoken[word] = any(word in text for text in self._whole)
            if spoken[word]:
                return True
        return False


def _speaks(text: str | None, words: Iterable[str]) -> bool:
    return text is None or any(word in text for word in words)


def _plain(text: str) -> str:
    """A text with its names as Python reads them (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import is_normalized, normalize

    return text if is_normalized("NFKC", text) else text + normalize("NFKC", text)
