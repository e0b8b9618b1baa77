"""From files on disk to findings: read what is new, lint what that touches, and keep the answers.

1. Look each file up in the cache, or read it.
2. Part the files into repositories and these into islands, and look each of these up.
3. Lint the others, here or with help, and note what was found.

Without a cache and without helpers a repository is one island, since parting costs time and changes nothing.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding
from lint_rules.engine.intake import Taken, is_quiet, project_from, project_of, take
from lint_rules.engine.lint import Crash, Settings
from lint_rules.engine.project import Project
from lint_rules.engine.repositories import by_repository
from lint_rules.engine.rule import load_rules
from lint_rules.engine.sources.files import read_bytes
from lint_rules.engine.sources.problem import NO_TERRAFORM
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple
from lint_rules.engine.workers import WORTH_A_POOL, Island, Outcome, lint_island, lint_islands, tidied

if TYPE_CHECKING:
    from lint_rules.engine.cache import Cache, Entry
    from lint_rules.engine.links import Links

_FEW = 8
"""Files. To lint so few takes less than to part them or to look them up."""

_MANY_PROCESSORS = 4
"""From here up several processes gain more time than parting the files for them takes; with two they do not."""


class Help(NamedTuple):
    """How to go about it. `cache` makes what keeps the answers, where that pays; without it nothing is kept.
    `workers` 0 decides by the work there is. `watched` wraps what takes long, for who waits."""

    cache: Callable[[], Cache] | None = None
    workers: int = 0
    scheduler: str = ""
    clock: Callable[[], float] | None = None
    watched: Callable[[Sequence[str], str], Iterable[str]] = lambda files, _: files


class Scan:
    """The files of a run, what was found in them, and lines to tell."""

    def __init__(
        self,
        files: Sequence[str],
        given: Mapping[str, bytes],
        settings: Settings,
        help: Help,
        walked: Collection[str] = frozenset(),
    ) -> None:
        """Lint the files at these paths, and those given with their contents. `walked` are those that nobody named.
        Raises UsageError for a selector that matches nothing and for a scheduler that cannot be used."""
        self.notes: list[str] = []
        self.crashes: list[Crash] = []
        self.findings: list[Finding] = []
        self.spent: dict[str, float] = {}
        self.paths: list[str] = []
        """The files that were looked at, in order."""
        self.aside: set[str] = set()
        """Those of them that are only there for others to take in."""
        self.parts: list[list[str]] = []
        """The islands."""
        self._settings = settings
        # What rules of others look for we cannot know.
        self._walked = walked if all(rule.is_ours for rule in load_rules().values()) else frozenset()
        self.quiet: set[str] = set()
        """Those that count only where others take them in."""
        self._data: dict[str, bytes | None] = {**given}
        self._given = frozenset(given)
        self._taken: dict[str, Taken] = {}
        self._links: dict[str, Links] = {}
        self._help = help
        self._cache = help.cache() if help.cache and len(files) > _FEW else None
        listed = sorted({*files, *given})
        many = len(listed) > _FEW and not help.clock
        if many and (self._cache or help.scheduler or help.workers > 1 or self._pays_to_part(listed)):
            self._lint_parts(listed)
        else:
            self._lint_at_once(listed)
        codes = {name: rule.code for name, rule in load_rules().items()} if self.findings else {}
        self.findings.sort(key=lambda f: (f.span.path, f.span.start, codes[f.rule]))
        self.findings = told_once(self.findings)
        self.crashes.sort(key=lambda crash: crash[:2])

    def project(self, paths: Iterable[str]) -> Project:
        """The project that some of the files make; a file that has gone is left out."""
        files: dict[str, bytes] = {}
        for path in paths:
            data = self._bytes(path)
            if data is not None:
                files[path] = data
        return project_of(files, self.quiet)

    def island(self, paths: Iterable[str]) -> Island:
        """Files with their settings."""
        project = list(paths)
        return Island(
            {path: data for path in project if (data := self._bytes(path)) is not None},
            {path: self._settings.of(path) for path in project},
            frozenset(path for path in project if path in self.quiet),
        )

    def _lint_at_once(self, files: Sequence[str]) -> None:
        for path in self._help.watched(files, "Reading"):
            taken = self._take(path)
            if taken.note:
                self.notes.append(taken.note)
            elif not taken.blank:
                self.paths.append(path)
                if taken.aside:
                    self.aside.add(path)
                if taken.aside or (path in self._walked and is_quiet(path, taken)):
                    self.quiet.add(path)
        self.parts = by_repository(self.paths)
        for part in tidied(self.parts, lambda part: sum(len(self._bytes(path) or b"") for path in part)):
            project = project_from({path: self._take(path) for path in part}, self.quiet)
            self._take_in(lint_island(self.island(part), self._help.clock, project))

    def _pays_to_part(self, files: Sequence[str]) -> bool:
        """Whether there is enough to lint for several processes, and nobody said how many."""
        if self._help.workers or (os.cpu_count() or 1) < _MANY_PROCESSORS:
            return False
        left = WORTH_A_POOL
        for path in files:
            if self._take(path).text is not None:
                left -= len(self._bytes(path) or b"")
            if left <= 0:
                return True
        return False

    def _take(self, path: str) -> Taken:
        """What a file is; blank where it cannot be read."""
        taken = self._taken.get(path)
        if taken is None:
            data = self._bytes(path)
            taken = self._taken[path] = Taken() if data is None else take(path, data)
            self._forget(path, taken)
        return taken

    def _forget(self, path: str, taken: Taken) -> None:
        """Drop the bytes of data that is certainly no template: of some repositories it is nearly all."""
        if taken.blank and path not in self._given and self._data.get(path):
            del self._data[path]

    def _lint_parts(self, files: Sequence[str]) -> None:
        entries = {
            path: entry
            for path in self._help.watched(files, "Reading")
            if (entry := self._entry(path)) is not None
        }
        self.notes += [entry.note for entry in entries.values() if entry.note]
        self.paths = [path for path, entry in entries.items() if not entry.blank]
        self.aside = {path for path in self.paths if entries[path].aside}
        self.quiet = {
            path
            for path in self.paths
            if entries[path].quiet and (path in self.aside or path in self._walked)
        }
        groups = by_repository(self.paths)
        run = " ".join(self._key(group, entries) for group in groups) if self._cache else ""
        known = self._cache.run(run, self.paths) if self._cache else None
        if known is not None:
            self.findings, self.parts = known
            return
        from lint_rules.engine.fingerprint import digest
        from lint_rules.engine.islands import islands

        packages = {
            path
            for path in self.paths
            if posixpath.basename(path) == "__init__.py" and entries[path].digest != digest(b"")
        }
        self.parts = [
            part
            for group in groups
            for part in islands({path: self._links_of(path) for path in group}, self.quiet, packages)
        ]
        todo: list[tuple[str, Island]] = []
        for part in self.parts:
            key = self._key(part, entries)
            kept = self._cache.findings(key) if self._cache else None
            if kept is None:
                unread = [path for path in part if path not in self._data]
                island = self.island(part)
                if any(digest(island.files.get(path, b"")) != entries[path].digest for path in unread):
                    key = run = ""  # Changed while we looked: what is found now is not what the key says.
                todo.append((key, island))
            else:
                self.findings += kept
        help = self._help
        outcomes = {}
        for number, outcome in lint_islands(
            [island for _, island in todo], workers=help.workers, scheduler=help.scheduler
        ):
            outcomes[number] = outcome
            if self._cache and todo[number][0] and not outcome.crashes:
                self._cache.note_findings(todo[number][0], outcome.findings)
        for number in sorted(outcomes):
            self._take_in(outcomes[number])
        if self._cache:
            if run and not self.crashes:
                self._cache.note_run(run, self.findings, self.paths, self.parts)
            self._cache.save()

    def _key(self, part: list[str], entries: Mapping[str, Entry]) -> str:
        """The key of some of the files, where answers are kept."""
        if self._cache is None:
            return ""
        from lint_rules.engine.cache import key_of

        return key_of(
            [
                (path, "quiet" if path in self.quiet else "", entries[path].digest, self._settings.of(path))
                for path in part
            ]
        )

    def _entry(self, path: str) -> Entry | None:
        from lint_rules.engine.cache import Entry
        from lint_rules.engine.fingerprint import digest
        from lint_rules.engine.links import Links, links_of

        given = path in self._given
        known = self._cache.entry(path) if self._cache and not given else None
        if known is not None:
            return known
        data = self._bytes(path)
        if data is None:
            return None
        taken = self._taken.pop(path, None) or take(path, data)
        self._forget(path, taken)
        links = self._links[path] = Links() if taken.text is None else links_of(path, taken.text)
        entry = Entry(digest(data), taken.note, taken.blank, taken.aside, is_quiet(path, taken))
        if self._cache and not given:
            self._cache.note_file(path, entry, links)
        return entry

    def _links_of(self, path: str) -> Links:
        from lint_rules.engine.links import Links, links_of

        known = self._links.get(path) or (self._cache.links(path) if self._cache else None)
        if known is not None:
            return known
        data = self._bytes(path)
        taken = Taken() if data is None else take(path, data)
        return Links() if taken.text is None else links_of(path, taken.text)

    def _take_in(self, outcome: Outcome) -> None:
        self.findings += outcome.findings
        self.crashes += outcome.crashes
        for name, seconds in outcome.spent.items():
            self.spent[name] = self.spent.get(name, 0.0) + seconds

    def _bytes(self, path: str) -> bytes | None:
        if path not in self._data:
            try:
                self._data[path] = read_bytes(path)
            except UsageError as error:
                self.notes.append(f"{error}; skipped")
                self._data[path] = None
        return self._data[path]


def told_once(findings: list[Finding]) -> list[Finding]:
    """The findings with only the first of those that say what is missing to read Terraform: each island says so of its
    own files."""
    again = [found for found in findings if found.message == NO_TERRAFORM][1:]
    return [found for found in findings if found not in again] if again else findings


def mentioned(findings: Iterable[Finding]) -> list[str]:
    """The files that findings, their second places and their fixes stand in."""
    paths: dict[str, None] = {}
    for finding in findings:
        paths[finding.span.path] = None
        for related in finding.related:
            paths[related.span.path] = None
        for edit in finding.fix.edits if finding.fix else ():
            paths[edit.span.path] = None
    return sorted(paths)
