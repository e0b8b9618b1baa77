"""Configuration: what `[tool.lambdalint]` in pyproject.toml may say, checked where it is read.

The nearest pyproject.toml with that table counts, from the first path upwards. Names of rules are checked
later, by whoever knows the rules.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NamedTuple

from lint_rules.engine.errors import UsageError, did_you_mean
from lint_rules.engine.finding import Severity

PROFILES = ("default", "strict", "security", "experimental")
"""Sets of rules that can be switched on by name. Every one contains the default set."""


class Config(NamedTuple):
    """Settings of one run. Selectors are codes, beginnings of codes, names, profiles or "ALL".

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


def find_config(start: str) -> Config:
    """The configuration that holds for a file or folder; the defaults where there is none."""
    folder = os.path.abspath(start)
    while True:
        path = os.path.join(folder, "pyproject.toml")
        table = _table(path)
        if table is not None:
            return _config(table, path)
        parent = os.path.dirname(folder)
        if parent == folder:
            return Config(root=start if os.path.isdir(start) else os.path.dirname(start) or ".")
        folder = parent


def read_config(path: str) -> Config:
    """The configuration in a file named by the user. Raises UsageError if it has none."""
    if not os.path.isfile(path):
        raise UsageError(f"{path}: no such configuration file")
    table = _table(path)
    if table is None:
        raise UsageError(f"{path}: has no table [tool.lambdalint]")
    return _config(table, path)


def severity_named(word: str, where: str) -> Severity:
    """The severity with this label. Raises UsageError with `where` in front."""
    labels = {severity.label: severity for severity in Severity}
    if word not in labels:
        raise UsageError(f'{where}: no level "{word}"; the levels are {", ".join(labels)}')
    return labels[word]


def _table(path: str) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        if os.path.isdir(path):
            return None
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    if b"lambdalint" not in data:
        return None
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        content = toml.loads(data.decode())
    except ValueError as error:
        raise UsageError(f"{path}: broken TOML: {error}") from None
    tool = content.get("tool", {})
    table = tool.get("lambdalint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.lambdalint must be a table")
    return table


def _config(table: dict[str, Any], path: str) -> Config:
    shown = os.path.relpath(path)
    values: dict[str, Any] = {"root": os.path.dirname(path), "source": shown}
    for key, value in table.items():
        where = f"{shown}: {key}"
        if key in ("select", "ignore", "extend-select", "exclude"):
            read: Any = _words(value, where)
        elif key in ("unsafe-fixes", "include-tests"):
            if not isinstance(value, bool):
                raise UsageError(f"{where}: must be true or false")
            read = value
        elif key == "fail-level":
            read = severity_named(str(value), where)
        elif key == "profile":
            if value not in PROFILES:
                hint = did_you_mean(str(value), PROFILES)
                raise UsageError(
                    f'{where}: no profile "{value}".{hint or " There are " + ", ".join(PROFILES)}'
                )
            read = value
        elif key == "per-file-ignores":
            if not isinstance(value, dict):
                raise UsageError(f'{where}: must be a table such as "scripts/*" = ["LAM101"]')
            read = tuple((pattern, _words(words, where)) for pattern, words in value.items())
        else:
            known = [name.replace("_", "-") for name in Config._fields if name not in ("root", "source")]
            raise UsageError(f'{shown}: [tool.lambdalint] has no key "{key}".{did_you_mean(key, known)}')
        values[key.replace("-", "_")] = read
    return Config(**values)


def _words(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise UsageError(f"{where}: must be a list of strings")
