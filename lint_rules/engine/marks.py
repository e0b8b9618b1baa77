"""Words of a comment that silence findings, as text and nothing more.

`# noqa`, `# noqa: LAM101, client-init-in-handler`, `# lambdalint: allow[client-init-in-handler] reason`, and
`# lambdalint: allow-file[LAM101] reason`. Other tools' codes in a `noqa` are words like ours; they silence
nothing here.
"""

from __future__ import annotations

import re

from lint_rules.engine.typed import NamedTuple

# Patterns are compiled when a text asks for them: few do.
_NOQA = r"#\s*(?i:noqa)(?P<codes>\s*:(?P<list>[^#]*))?(?![\w-])"
_ALLOW = r"#\s*lambdalint:\s*(?P<kind>allow(?:-file)?)\[(?P<list>[^\]]*)\]"
_OURS = r"[lL][aA][mM][A-Za-z]*[0-9]"
_WORD = r"[A-Za-z]+[0-9]+|[a-z][a-z0-9]*(?:-[a-z0-9]+)+"


def may_silence(text: str) -> bool:
    """Whether a text may hold anything that silences findings."""
    if "lambdalint" in text or "noqa" in text:
        return True
    # Looking for the rarer half in every case takes half the time of lowering the text.
    return ("QA" in text or "qA" in text or "Qa" in text or "qa" in text) and "noqa" in text.lower()


def may_name_ours(text: str) -> bool:
    """Whether a text may hold a suppression that names a rule of ours, or should."""
    return "lambdalint" in text or (may_silence(text) and re.search(_OURS, text) is not None)


class Word(NamedTuple):
    """A code or a name, and where it stands in the comment."""

    text: str
    start: int
    end: int


class Mark(NamedTuple):
    """One instruction in a comment: `kind` is "noqa", "allow" or "allow-file". A `noqa` without words silences
    everything. `start` and `end` enclose it in the comment, without a reason that may follow."""

    kind: str
    words: tuple[Word, ...]
    start: int
    end: int

    @property
    def everything(self) -> bool:
        """Whether it silences all rules."""
        return self.kind == "noqa" and not self.words


def marks_in(comment: str) -> list[Mark]:
    """The instructions in a comment."""
    found = [
        Mark(allow["kind"], _words(allow["list"], allow.start("list")), allow.start(), allow.end())
        for allow in re.finditer(_ALLOW, comment)
    ]
    noqa = re.search(_NOQA, comment)
    if noqa:
        words = _words(noqa["list"], noqa.start("list")) if noqa["list"] else ()
        end = words[-1].end if words else noqa.start("list") if noqa["list"] else noqa.end()
        found.append(Mark("noqa", words, noqa.start(), end))
    return found


def names(words: object) -> tuple[str, ...]:
    """The codes and names that a value in a template's metadata lists: a string, or strings."""
    listed = words if isinstance(words, list) else [words]
    return tuple(_code(w) for text in listed if isinstance(text, str) for w in re.findall(_WORD, text))


def _words(text: str, base: int) -> tuple[Word, ...]:
    return tuple(
        Word(_code(match.group()), base + match.start(), base + match.end())
        for match in re.finditer(_WORD, text)
    )


def _code(word: str) -> str:
    return word.upper() if word[-1].isdigit() and "-" not in word else word
