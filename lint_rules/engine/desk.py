"""What an editor has open, and the findings in it: the text as typed, among the files on disk that bear on it.

A change costs the parsing of one document. Around a document lie the files of its island, or, where these are many,
only those beside it: an answer at the next key press is worth more than the last finding, which `lambdalint check`
gives.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence

from lint_rules.engine.config import Config
from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding
from lint_rules.engine.intake import take
from lint_rules.engine.islands import islands
from lint_rules.engine.layers import Layers
from lint_rules.engine.links import links_of
from lint_rules.engine.lint import Crash, lint
from lint_rules.engine.project import Project
from lint_rules.engine.repositories import by_repository, repository_of
from lint_rules.engine.sources.discover import Walk, discover
from lint_rules.engine.sources.files import read_bytes

_MOST = 40
"""Files around a document."""

_FOLDER = 3_000
"""Files of a folder that are looked through for those around a document."""


class Desk:
    """The open documents of one editor."""

    def __init__(self, change: Callable[[Config], Config] | None = None) -> None:
        self._change = change
        self._layers = Layers(change)
        self._open: dict[str, str] = {}
        self._around: dict[str, Project] = {}

    @property
    def settings(self) -> Layers:
        """The settings that hold for each file."""
        return self._layers

    def put(self, path: str, text: str) -> None:
        """A document is open with this text; of a notebook its JSON."""
        known = self._open.get(path)
        self._open[path] = text
        if known is None:
            self._around.clear()
        elif known != text:
            for place, project in self._around.items():
                if path in project.documents:
                    self._around[place] = project.typed(path, text)

    def close(self, path: str) -> None:
        """A document is open no more."""
        self._open.pop(path, None)
        self._around.clear()

    def forget(self) -> None:
        """Something on disk has changed: files, or the configuration."""
        self._around.clear()
        self._layers = Layers(self._change)

    def look(
        self, path: str, on_crash: Callable[[Crash], None] | None = None
    ) -> tuple[Project, list[Finding]]:
        """The findings in an open document, and the project that they stand in.

        Raises UsageError for a slip in the configuration.
        """
        project = self.project(path)
        found = lint(project, self._layers, on_crash)
        return project, [finding for finding in found if finding.span.path == path]

    def project(self, path: str) -> Project:
        """An open document among the files that bear on it."""
        if path not in self._around:
            texts = self._companions(path)
            texts.update({other: text for other, text in self._open.items() if other in texts})
            texts[path] = self._open[path]
            self._around[path] = Project.of(dict(sorted(texts.items())))
        return self._around[path]

    def _companions(self, path: str) -> dict[str, str]:
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            return {}
        top = _top(folder, self._layers.of(path))
        files = _beside(path, discover([top], of=self._walk).files)
        if len(files) > _FOLDER:
            files = _beside(path, discover([folder], of=self._walk).files)[:_FOLDER]
        texts: dict[str, str] = {}
        for file in files:
            try:
                taken = take(file, read_bytes(file))
            except UsageError:
                continue
            if taken.text is not None:
                texts[file] = taken.text
        texts[path] = self._open[path]
        part = _island(path, texts)
        if len(part) > _MOST:
            part = [other for other in part if os.path.dirname(other) == folder][:_MOST]
        return {other: texts[other] for other in part}

    def _walk(self, folder: str, names: Collection[str] | None) -> Walk:
        config = self._layers.in_folder(folder, names)
        return Walk(config.excluded, config.root, config.include_tests, config.respect_gitignore)


def _island(path: str, texts: Mapping[str, str]) -> Sequence[str]:
    parts = islands({other: links_of(other, text) for other, text in texts.items()})
    return next((part for part in parts if path in part), [path])


def _top(folder: str, config: Config) -> str:
    """The folder of the project: that of its configuration, else of the repository, else the file's own."""
    if config.source:
        return config.root
    return repository_of(folder) or folder


def _beside(path: str, files: Sequence[str]) -> Sequence[str]:
    """Those of the files that lie in the repository of this one."""
    return by_repository([path, *files])[0][1:]
