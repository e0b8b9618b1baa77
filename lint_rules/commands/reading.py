"""Files and standard input to a project, with a progress bar when it takes long and somebody is watching."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NamedTuple

import click

from lint_rules.engine.config import Config
from lint_rules.engine.errors import UsageError
from lint_rules.engine.project import Project
from lint_rules.engine.sources.discover import DATA, SUFFIXES, discover
from lint_rules.engine.sources.files import Decoded, decode, read_bytes
from lint_rules.engine.sources.problem import Problem

_MANY = 500


class Sources(NamedTuple):
    """The project, the path in it that stands for standard input, lines to tell, and folders left out."""

    project: Project
    stdin: str
    notes: list[str]
    vendored: list[str]


def read_sources(
    paths: Iterable[str], config: Config, *, stdin_filename: str | None, force_exclude: bool, quiet: bool
) -> Sources:
    """Read everything named. Raises UsageError for a path that does not exist."""
    named = list(dict.fromkeys(paths))
    stdin = (stdin_filename or "stdin.py") if "-" in named else ""
    found = discover(
        [path for path in named if path != "-"],
        exclude=config.exclude,
        root=config.root,
        include_tests=config.include_tests,
        force_exclude=force_exclude,
    )
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    notes = list(found.notes)
    if stdin:
        _take(stdin, sys.stdin.buffer.read(), texts, problems, notes)
    files: Iterable[str] = found.files
    if len(found.files) >= _MANY and not quiet and sys.stderr.isatty():
        with click.progressbar(found.files, label="Reading", file=sys.stderr) as files:
            _read(files, texts, problems, notes)
    else:
        _read(files, texts, problems, notes)
    project = Project.of(texts, problems)
    if len(texts) >= _MANY and not quiet and sys.stderr.isatty():
        with click.progressbar(texts, label="Parsing", file=sys.stderr) as watched:
            for path in watched:
                project.problem_of(path)  # Who asks first parses, and most of a run's time goes there.
    return Sources(project, stdin, notes, found.vendored)


def _read(files: Iterable[str], texts: dict[str, str], problems: list[Problem], notes: list[str]) -> None:
    for path in files:
        try:
            data = read_bytes(path)
        except UsageError as error:
            notes.append(f"{error}; skipped")
            continue
        _take(path, data, texts, problems, notes)


def _take(path: str, data: bytes, texts: dict[str, str], problems: list[Problem], notes: list[str]) -> None:
    if not path.endswith(SUFFIXES) and not (data.startswith(b"#!") and b"python" in data.partition(b"\n")[0]):
        notes.append(f"{path}: neither Python, a notebook, YAML nor JSON; skipped")
        return
    if path.endswith(DATA) and b"Resources" not in data and b"Statement" not in data and b"\0" not in data:
        return  # No template, whatever is wrong with it.
    decoded = decode(path, data)
    if isinstance(decoded, Decoded):
        texts[path] = decoded.text
    else:
        problems.append(decoded)
