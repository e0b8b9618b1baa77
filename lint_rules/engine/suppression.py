"""One place that silences findings: what it names, what it silenced, and how to take it out.

It is what the rules about suppressions look at. Only a word of ours is judged: a name in `allow[...]`, and a
code that begins with LAM. A `noqa` without words belongs to every tool and is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.marks import Mark, Word, names
from lint_rules.engine.rule import RULES
from lint_rules.engine.sources.document import Document


class Suppression:
    """A mark in a comment that begins at offset `start` of its document; `comment` is empty for metadata."""

    def __init__(self, document: Document, start: int, comment: str, mark: Mark) -> None:
        self.document = document
        self.mark = mark
        self.ran: Collection[str] = ()
        """Names of the rules that looked at the document."""
        self._start = start
        self._comment = comment
        self._used: set[str] = set()

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.document.path, self._start + self.mark.start, self._start + self.mark.end)

    def take(self, code: str, name: str) -> bool:
        """Silence a finding of this rule, if it can."""
        hits = [word.text for word in self.mark.words if word.text in (code, name)]
        self._used.update(hits)
        return bool(hits) or self.mark.everything

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words that look like ours and name no rule."""
        known = {*RULES, *(rule.code for rule in RULES.values())}
        return tuple(word.text for word in self._own if word.text not in known)

    @property
    def unused(self) -> tuple[str, ...]:
        """The words whose rules looked at the file and were not silenced."""
        ran = {*self.ran, *(RULES[name].code for name in self.ran if name in RULES)}
        return tuple(word.text for word in self._own if word.text in ran and word.text not in self._used)

    def place_of(self, text: str) -> Span:
        """Where a word stands."""
        word = next(word for word in self.mark.words if word.text == text)
        if not self._comment:
            return self.span
        return Span(self.document.path, self._start + word.start, self._start + word.end)

    def without(self, texts: Collection[str]) -> tuple[Edit, ...]:
        """Edits that take these words out, and the whole comment where nothing else is left of it; none where
        that would take words of other people along."""
        words = self.mark.words
        if not self._comment or not words:
            return ()
        left = [word for word in words if word.text not in texts]
        if left:
            kept = ", ".join(self._comment[word.start : word.end] for word in left)
            return (self._edit(words[0].start, words[-1].end, kept),)
        before, after = self._comment[: self.mark.start], self._comment[self.mark.end :]
        if self.mark.kind == "noqa" and after.strip():
            return ()  # A reason, or a comment of somebody else: who knows.
        if before.strip():
            return (self._edit(len(before.rstrip()), len(self._comment), ""),)
        if "#" in after:
            return (self._edit(0, after.index("#") + self.mark.end, ""),)
        return (self._gone(),)

    @property
    def _own(self) -> Iterator[Word]:
        ours = self.mark.kind != "noqa"
        return (word for word in self.mark.words if ours or word.text.startswith("LAM"))

    def _edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(Span(self.document.path, self._start + start, self._start + end), text)

    def _gone(self) -> Edit:
        """The comment with the blanks before it; where it has a line of its own, the line."""
        document = self.document
        row = document.row(self._start)
        begin = document.line_starts[row - 1]
        head = document.text[begin : self._start]
        end = self._start + len(self._comment)
        if not head.strip() and row < len(document.line_starts):
            return Edit(Span(document.path, begin, document.line_starts[row]), "")
        return Edit(Span(document.path, begin + len(head.rstrip()), end), "")


def metadata_suppressions(document: Document, text: str, base: int) -> Iterator[tuple[Suppression, int, int]]:
    """What the metadata of a template and of its resources allows, each with the part it counts for."""
    if "lambdalint" not in text or "Metadata" not in text:
        return
    from lint_rules.engine.sources.node import List, Map, Scalar
    from lint_rules.engine.sources.yaml import read_yaml

    roots, _ = read_yaml(text, document.path, base)
    for root in roots:
        if not isinstance(root, Map):
            continue
        resources = root.get("Resources")
        owners = [(base, base + len(text) + 1, root)]
        if isinstance(resources, Map):
            owners += [
                (key.span.start, value.span.end, value)
                for key, value in resources.items()
                if isinstance(value, Map)
            ]
        for start, end, owner in owners:
            metadata = owner.get("Metadata")
            ours = metadata.get("lambdalint") if isinstance(metadata, Map) else None
            allow = ours.get("allow") if isinstance(ours, Map) else None
            if allow is None:
                continue
            items = allow.items if isinstance(allow, List) else [allow]
            listed = names([item.text for item in items if isinstance(item, Scalar)])
            words = tuple(Word(name, 0, 0) for name in listed)
            mark = Mark("metadata", words, 0, allow.span.end - allow.span.start)
            yield Suppression(document, allow.span.start, "", mark), start, end
