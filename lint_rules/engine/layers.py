"""Which settings hold for which file: those of the nearest `lambdalint.toml` or `pyproject.toml` above it.

In one folder `lambdalint.toml` wins; a `pyproject.toml` counts only with a table `[tool.lambdalint]`. A file
is not mixed with those above it unless it names one in `extend`. What the command line says holds over all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from importlib import import_module

from lint_rules.engine.config import Config, config_of
from lint_rules.engine.errors import UsageError
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import Any

NAMES = ("lambdalint.toml", "pyproject.toml")

_DEEPEST = 10
"""Files that extend one another."""

_TABLE = regex(rb"""lambdalint\s*["']?\s*(?:[\].]|=\s*\{)""")


class Layers:
    """The settings of a run: by file, found when first asked for. `change` is what the command line makes of
    them; `fixed` are settings that hold for every file."""

    def __init__(self, change: Callable[[Config], Config] | None = None, fixed: Config | None = None) -> None:
        self._change = change or (lambda config: config)
        self._fixed = self._change(fixed) if fixed else None
        self._folders: dict[str, Config | None] = {}
        self._default: Config | None = None
        self._by_name: dict[str, Config] = {}

    def of(self, path: str) -> Config:
        """The settings for a file."""
        folder = os.path.dirname(path)
        found = self._by_name.get(folder)
        if found is None:
            found = self._by_name[folder] = self.in_folder(folder or ".")
        return found

    def in_folder(self, folder: str, names: Collection[str] | None = None) -> Config:
        """The settings for what stands in a folder, which has files of these names, where they are known."""
        if self._fixed:
            return self._fixed
        if self._default is None:
            self._default = self._change(Config(root=os.path.abspath(".")))
        return self._nearest(os.path.abspath(folder), names) or self._default

    def _nearest(self, folder: str, names: Collection[str] | None = None) -> Config | None:
        if folder not in self._folders:
            found = config_in(folder) if names is None or any(name in names for name in NAMES) else None
            parent = os.path.dirname(folder)
            if found is not None:
                self._folders[folder] = self._change(found)
            else:
                self._folders[folder] = None if parent == folder else self._nearest(parent)
        return self._folders[folder]


def find_config(start: str) -> Config:
    """The configuration that holds for a file or folder; the defaults where there is none."""
    folder = os.path.abspath(start)
    while True:
        found = config_in(folder)
        if found is not None:
            return found
        parent = os.path.dirname(folder)
        if parent == folder:
            return Config(root=start if os.path.isdir(start) else os.path.dirname(start) or ".")
        folder = parent


def config_in(folder: str) -> Config | None:
    """The settings of the file that counts in a folder, if one does."""
    for name in NAMES:
        path = folder.rstrip("/") + "/" + name
        table = _table(path)
        if table is not None:
            return _resolved(table, path, ())
    return None


def read_config(path: str) -> Config:
    """The configuration in a file named by the user. Raises UsageError if it has none."""
    return _read(path, ())


def _read(path: str, outer: tuple[str, ...]) -> Config:
    if not os.path.isfile(path):
        raise UsageError(f"{path}: no such configuration file")
    table = _table(path)
    if table is None:
        raise UsageError(f"{path}: has no table [tool.lambdalint]")
    return _resolved(table, path, outer)


def _resolved(table: dict[str, Any], path: str, outer: tuple[str, ...]) -> Config:
    extended = table.get("extend")
    under = None
    if isinstance(extended, str) and extended:
        other = os.path.normpath(os.path.join(os.path.dirname(path), os.path.expanduser(extended)))
        chain = (*outer, os.path.abspath(path))
        if os.path.abspath(other) in chain or len(chain) > _DEEPEST:
            raise UsageError(f"{os.path.relpath(path)}: extend: the files extend one another in a circle")
        under = _read(other, chain)
    return config_of(table, path, under)


def _table(path: str) -> dict[str, Any] | None:
    """The table in a file; None where there is no file, or none that is meant for us."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if os.path.isdir(path):
            return None
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    alone = not path.endswith("pyproject.toml")
    if not alone and not _TABLE.search(data):
        return None  # Reading TOML is a fifth of a short run.
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        content = toml.loads(data.decode())
    except ValueError as error:
        raise UsageError(f"{path}: broken TOML: {error}") from None
    tool = content.get("tool", {})
    table = tool.get("lambdalint") if isinstance(tool, dict) else None
    if table is None and alone and "tool" not in content:
        table = content
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path}: tool.lambdalint must be a table")
    return table
