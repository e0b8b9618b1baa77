"""From what the command line asks for to the settings of every file."""

from __future__ import annotations

import os
from collections.abc import Collection

from lint_rules.commands.options import Request
from lint_rules.engine.config import Config, severity_named
from lint_rules.engine.errors import UsageError
from lint_rules.engine.layers import Layers, read_config
from lint_rules.engine.rule import load_rules
from lint_rules.engine.selection import check_selectors
from lint_rules.engine.sources.discover import Walk


class Settings:
    """The settings of a run: by file from configuration files, under what the command line says."""

    def __init__(self, request: Request) -> None:
        """Raises UsageError for a slip on the command line or in the configuration of the first path."""
        if request.config and request.isolated:
            raise UsageError("--config and --isolated exclude each other")
        self._request = request
        self._select = _words(request.select)
        if request.compat:
            self._select += _codes(_words(request.compat))
        fixed = Config(root=os.getcwd()) if request.isolated else None
        if request.config:
            fixed = read_config(request.config)
        self._layers = Layers(self._changed, fixed)
        self.of = self._layers.of
        self.first = self._layers.in_folder(first_folder(request))
        """The settings for the first path: what concerns the whole run is taken from them."""
        for words in (request.select, request.extend_select, request.ignore):
            if words:
                check_selectors(_words(words), load_rules())

    def walk(self, folder: str, names: Collection[str] | None = None) -> Walk:
        """What is left out of a walk through a folder, which has files of these names, where they are known."""
        config = self._layers.in_folder(folder, names)
        return Walk(config.excluded, config.root, config.include_tests, config.respect_gitignore)

    def _changed(self, config: Config) -> Config:
        request = self._request
        level = request.fail_level
        return config._replace(
            select=self._select or (() if request.profile else config.select),
            profile=request.profile or config.profile,
            extend_select=config.extend_select + _words(request.extend_select),
            ignore=config.ignore + _words(request.ignore),
            exclude=_words(request.exclude) or config.exclude,
            extend_exclude=config.extend_exclude + _words(request.extend_exclude),
            unsafe_fixes=_or(request.unsafe_fixes, config.unsafe_fixes),
            include_tests=_or(request.include_tests, config.include_tests),
            respect_gitignore=_or(request.respect_gitignore, config.respect_gitignore),
            fail_level=severity_named(level, "--fail-level") if level else config.fail_level,
            output_format=request.output_format or config.output_format,
            baseline=config.baseline if request.baseline is None else request.baseline,
            cache_dir=request.cache_dir or os.environ.get("LAMBDALINT_CACHE_DIR") or config.cache_dir,
        )


def first_folder(request: Request) -> str:
    """The folder whose settings count for the run as a whole."""
    first = request.paths[0] if request.paths else "."
    if first == "-":
        first = request.stdin_filename or "."
    return first if os.path.isdir(first) else os.path.dirname(first) or "."


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(word for word in (part.strip() for part in (value or "").split(",")) if word)


def _codes(linters: tuple[str, ...]) -> tuple[str, ...]:
    """The codes that rules have of those which find what these linters do."""
    from lint_rules.engine.peers import codes_of_peers

    there = {rule.code for rule in load_rules().values()}
    found = tuple(code for code in codes_of_peers(linters) if code in there)
    if not found:
        raise UsageError(f"--compat {','.join(linters)}: none of our rules finds what it does")
    return found


def _or(given: bool | None, otherwise: bool) -> bool:
    return otherwise if given is None else given
