"""What becomes of a file's bytes: a text to look at, a problem to report, or a word on why it is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lint_rules.engine.project import Project
from lint_rules.engine.sources.discover import DATA, SUFFIXES
from lint_rules.engine.sources.files import Decoded, decode
from lint_rules.engine.sources.problem import Problem


class Taken(NamedTuple):
    """One of the three is there; none where the file is data and certainly no template."""

    text: str | None = None
    problem: Problem | None = None
    note: str = ""


def take(path: str, data: bytes) -> Taken:
    """Decide what a file is, by its name and a look at its bytes."""
    if not path.endswith(SUFFIXES) and not (data.startswith(b"#!") and b"python" in data.partition(b"\n")[0]):
        return Taken(note=f"{path}: neither Python, a notebook, YAML nor JSON; skipped")
    if path.endswith(DATA) and b"Resources" not in data and b"Statement" not in data and b"\0" not in data:
        return Taken()  # No template, whatever is wrong with it.
    decoded = decode(path, data)
    return Taken(text=decoded.text) if isinstance(decoded, Decoded) else Taken(problem=decoded)


def project_of(files: Mapping[str, bytes]) -> Project:
    """The project that these files make."""
    taken: Iterable[tuple[str, Taken]] = [(path, take(path, data)) for path, data in files.items()]
    texts = {path: one.text for path, one in taken if one.text is not None}
    return Project.of(texts, [one.problem for _, one in taken if one.problem])
