"""What becomes of a file's bytes: a text to look at, a problem to report, or a word on why it is left alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lint_rules.engine.concern import speaks
from lint_rules.engine.project import Project
from lint_rules.engine.sources.discover import DATA, PYTHON, SUFFIXES
from lint_rules.engine.sources.files import Decoded, decode
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import NamedTuple

_WORDS = (b"Resources", b"Statement", b"functions", b"\0")
"""One of them is in every template; the last is in what should be text and is not."""

_SMALL = 10_000
"""Bytes of data that a template may take in."""


class Taken(NamedTuple):
    """One of the three is there; none where the file is data and certainly no template. `aside` says that the text
    is only there for others to take in."""

    text: str | None = None
    problem: Problem | None = None
    note: str = ""
    aside: bool = False

    @property
    def blank(self) -> bool:
        """Whether there is nothing to look at."""
        return self.text is None and self.problem is None


def take(path: str, data: bytes) -> Taken:
    """Decide what a file is, by its name and a look at its bytes."""
    if not path.endswith(PYTHON):
        if not path.endswith(SUFFIXES) and not (
            data.startswith(b"#!") and b"python" in data.partition(b"\n")[0]
        ):
            return Taken(note=f"{path}: neither Python, a notebook, YAML nor JSON; skipped")
        data_file = path.endswith(DATA) and not path.endswith((".tf", ".tf.json"))
        if data_file and not any(word in data for word in _WORDS):
            # No template, whatever is wrong with it; but one may take it in, as `${file(...)}` does.
            decoded = decode(path, data) if len(data) < _SMALL else None
            return Taken(text=decoded.text, aside=True) if isinstance(decoded, Decoded) else Taken()
    decoded = decode(path, data)
    return Taken(text=decoded.text) if isinstance(decoded, Decoded) else Taken(problem=decoded)


def is_quiet(path: str, taken: Taken) -> bool:
    """Whether a file that nobody named counts only where others take it in."""
    return taken.aside or (path.endswith(PYTHON) and taken.text is not None and not speaks(taken.text))


def project_of(files: Mapping[str, bytes], quiet: Collection[str] = frozenset()) -> Project:
    """The project that these files make; the quiet ones count only where others take them in."""
    return project_from({path: take(path, data) for path, data in files.items()}, quiet)


def project_from(taken: Mapping[str, Taken], quiet: Collection[str] = frozenset()) -> Project:
    """The project of files that have been looked at."""
    texts = {path: one.text for path, one in taken.items() if one.text is not None}
    return Project.of(texts, [one.problem for one in taken.values() if one.problem], quiet)
