"""Configuration: what one table of settings may say, checked where it is read.

`KEYS` lists the keys once; reading, "did you mean", and the JSON Schema follow from it. Where tables come from,
and which one counts for a file, is `layers`' business. Names of rules are checked later, by whoever knows the
rules.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from lint_rules.engine.errors import UsageError, did_you_mean
from lint_rules.engine.finding import Severity
from lint_rules.engine.typed import Any, NamedTuple

PROFILES = ("default", "strict", "security", "experimental")
"""Sets of rules that can be switched on by name. Every one contains the default set."""

FORMATS = ("text", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")
"""The reports there are."""


class Config(NamedTuple):
    """Settings that hold for a file. Selectors are codes, beginnings of codes, names, profiles or "ALL".

    `root` is the folder that the patterns of `exclude` and `per_file_ignores` are relative to.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fail_level: Severity = Severity.WARNING
    profile: str = "default"
    unsafe_fixes: bool = False
    include_tests: bool = False
    root: str = "."
    source: str = ""
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    output_format: str = "text"
    baseline: str = ""
    cache_dir: str = ""

    def of(self, path: str) -> Config:
        """The settings for a file: these, whatever the file."""
        return self

    @property
    def excluded(self) -> tuple[str, ...]:
        """All patterns of files and folders to leave out."""
        return self.exclude + self.extend_exclude


class Key(NamedTuple):
    """A key of the table: what kind of value it takes, and what it is for."""

    kind: str
    what: str


KEYS = {
    "select": Key("selectors", "Run these rules instead of the default set."),
    "extend-select": Key("selectors", "Run these rules too."),
    "ignore": Key("selectors", "Do not run these rules."),
    "per-file-ignores": Key("ignores", "Rules to ignore in files that match a pattern."),
    "profile": Key("profile", "The set of rules to run."),
    "exclude": Key("patterns", "Files and folders to leave out, as in .gitignore."),
    "extend-exclude": Key("patterns", "More to leave out than an extended file or `exclude` says."),
    "respect-gitignore": Key("switch", "Leave out what .gitignore files say."),
    "include-tests": Key("switch", "Look at tests in folders, too."),
    "fail-level": Key("level", "Exit with 1 from this level up."),
    "unsafe-fixes": Key("switch", "Apply fixes that may change behaviour as well."),
    "output-format": Key("format", "The report."),
    "baseline": Key("path", "A file of findings to keep quiet about, relative to this one."),
    "cache-dir": Key("path", "The folder for what is kept between runs, relative to this file."),
    "extend": Key("path", "Another file whose settings hold where this one is silent, relative to this one."),
}


def config_of(table: dict[str, Any], path: str, under: Config | None = None) -> Config:
    """The settings in a table of the file at `path`, over those of a file that it extends.

    Raises UsageError, one line, for a key or a value that cannot be.
    """
    shown = os.path.relpath(path)
    folder = os.path.dirname(path)
    under = under or Config()
    values: dict[str, Any] = {"root": folder, "source": shown}
    for key, value in table.items():
        if key not in KEYS:
            raise UsageError(f'{shown}: [tool.lambdalint] has no key "{key}".{did_you_mean(key, KEYS)}')
        read = _read(KEYS[key].kind, value, f"{shown}: {key}")
        if key in ("extend-select", "extend-exclude"):
            read = getattr(under, key.replace("-", "_")) + read
        elif key == "per-file-ignores":
            read = under.per_file_ignores + read
        elif key in ("baseline", "cache-dir"):
            read = os.path.join(folder, read)
        if key != "extend":
            values[key.replace("-", "_")] = read
    if "select" in values or "profile" in values:
        # What is chosen here replaces what was chosen there.
        under = under._replace(select=(), profile="default")
    return under._replace(**values)


def severity_named(word: str, where: str) -> Severity:
    """The severity with this label. Raises UsageError with `where` in front."""
    labels = {severity.label: severity for severity in Severity}
    if word not in labels:
        raise UsageError(f'{where}: no level "{word}"; the levels are {", ".join(labels)}')
    return labels[word]


def _read(kind: str, value: Any, where: str) -> Any:
    if kind in ("selectors", "patterns"):
        return _words(value, where)
    if kind == "switch":
        if not isinstance(value, bool):
            raise UsageError(f"{where}: must be true or false")
        return value
    if kind == "level":
        return severity_named(str(value), where)
    if kind in ("profile", "format"):
        return _one_of(value, PROFILES if kind == "profile" else FORMATS, kind, where)
    if kind == "path":
        if not isinstance(value, str) or not value:
            raise UsageError(f"{where}: must be a path")
        return value
    if not isinstance(value, dict):
        raise UsageError(f'{where}: must be a table such as "scripts/*" = ["LAM101"]')
    return tuple((pattern, _words(words, where)) for pattern, words in value.items())


def _one_of(value: Any, known: Sequence[str], noun: str, where: str) -> str:
    if value not in known:
        hint = did_you_mean(str(value), known) or f" There are {', '.join(known)}"
        raise UsageError(f'{where}: no {noun} "{value}".{hint}')
    return str(value)


def _words(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise UsageError(f"{where}: must be a list of strings")
