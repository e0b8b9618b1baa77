"""What is kept between runs: of each file its state and links, of each island its findings.

Nothing is believed without its key. A file counts as unchanged when size and time are those noted, and was not
written in the same moment as the note; else its bytes decide. An island's key names its files' contents, the settings
that hold for them, and the linter itself. The notes are one file of two lines of JSON, replaced as a whole; the second,
larger one is only read where something is new. Of two runs at once one wins, and a file that is missing, broken or
cannot be written means a slower run and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence

from lint_rules.engine.config import Config
from lint_rules.engine.finding import Finding
from lint_rules.engine.fingerprint import digest
from lint_rules.engine.links import Links
from lint_rules.engine.packing import pack, unpack
from lint_rules.engine.typed import Any, NamedTuple

FOLDER = ".lambdalint_cache"
"""The name of the folder in which the notes stand, beside the configuration or in the current folder."""

_FORM = 4
_AGES = 20
"""Runs for which an island's findings are kept though nobody asks for them."""
_TICK = 2_000_000_000
"""Nanoseconds in which some file systems see two changes as one."""


class Entry(NamedTuple):
    """Of a file: the name of its contents, and what a user is told instead of findings. `blank` says that there is
    nothing to look at, `aside` that it is only there for others, `quiet` that it is aside or has nothing to
    do with AWS."""

    digest: str
    note: str = ""
    blank: bool = False
    aside: bool = False
    quiet: bool = False


class Cache:
    """The notes in one folder. Without a folder, or without a name for the linter, it keeps nothing."""

    def __init__(self, folder: str, linter: str) -> None:
        self._path = os.path.join(folder, f"notes-{linter}.json") if folder and linter else ""
        self._folder = folder
        self._folders: dict[str, str] = {}
        self._rest = ""
        self._files: dict[str, Any] = {}
        self._links: dict[str, Any] = {}
        self._islands: dict[str, Any] = {}
        self._runs: dict[str, Any] = {}
        self._written = 0
        self._changed = False
        if self._path:
            self._load()

    def entry(self, path: str) -> Entry | None:
        """What is noted of a file, if it has certainly not changed."""
        noted = self._files.get(self._place(path)) if self._files else None
        if noted is None:
            return None
        try:
            state = os.stat(path)
            size, time, name, note, blank, aside, quiet = noted
            if state.st_size != size or state.st_mtime_ns != time or time > self._written - _TICK:
                return None
            return Entry(name, note, blank, aside, quiet)
        except (OSError, TypeError, ValueError):
            return None

    def links(self, path: str) -> Links | None:
        """What is noted of what a file that has not changed says about others."""
        self._read_rest()
        try:
            imports, words, up, provides, assets = self._links[self._place(path)]
            return Links(tuple(imports), tuple(words), up, tuple(provides), tuple(assets))
        except (KeyError, TypeError, ValueError):
            return None

    def note_file(self, path: str, entry: Entry, links: Links) -> None:
        """Note a file that has just been read."""
        if not self._path:
            return
        try:
            state = os.stat(path)
        except OSError:
            return
        self._read_rest()
        noted = [state.st_size, state.st_mtime_ns, *entry]
        place = self._place(path)
        if self._files.get(place) != noted:
            self._files[place] = noted
            self._links[place] = [list(part) if isinstance(part, tuple) else part for part in links]
            self._changed = True

    def _place(self, path: str) -> str:
        """The whole path of a file."""
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = os.path.abspath(folder or "/"[: path.startswith("/")] or ".").rstrip("/")
        return f"{self._folders[folder]}/{name}"

    def findings(self, key: str) -> list[Finding] | None:
        """What is noted of an island."""
        self._read_rest()
        return self._found(self._islands.get(key))

    def _found(self, noted: Any) -> list[Finding] | None:
        try:
            if noted is None:
                return None
            found = [unpack(packed) for packed in noted[1]]
        except (TypeError, ValueError, IndexError, KeyError):
            return None
        age, noted[0] = noted[0], 0
        self._changed |= age > _AGES // 2
        return found

    def note_findings(self, key: str, findings: Iterable[Finding]) -> None:
        """Note an island's findings."""
        if self._path:
            self._islands[key] = [0, [pack(finding) for finding in findings]]
            self._changed = True

    def run(self, key: str, paths: Sequence[str]) -> tuple[list[Finding], list[list[str]]] | None:
        """What is noted of a whole run over these paths: the findings, and the islands."""
        noted = self._runs.get(key)
        found = self._found(noted)
        try:
            parts = [[paths[number] for number in part] for part in noted[2]] if noted else []
        except (TypeError, IndexError):
            return None
        return None if found is None else (found, parts)

    def note_run(
        self, key: str, findings: Iterable[Finding], paths: Sequence[str], parts: Iterable[Sequence[str]]
    ) -> None:
        """Note a whole run."""
        numbers = {path: number for number, path in enumerate(paths)}
        if self._path:
            found = [pack(finding) for finding in findings]
            self._runs[key] = [0, found, [[numbers[path] for path in part] for part in parts]]
            self._changed = True

    def save(self) -> None:
        """Write the notes, if there is anything new in them and they can be written."""
        if not self._path or not self._changed:
            return
        self._read_rest()
        for noted in (*self._islands.values(), *self._runs.values()):
            noted[0] += 1
        first = {"form": _FORM, "files": self._files, "runs": _young(self._runs)}
        second = {
            "links": self._links,
            "islands": _young(self._islands),
        }
        try:
            self._prepare()
            temporary = f"{self._path}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8", errors="surrogatepass") as file:
                for content in (first, second):
                    file.write(json.dumps(content, separators=(",", ":")) + "\n")
            os.replace(temporary, self._path)
        except (OSError, ValueError):
            return  # A read-only folder, a full disk: the next run is slower, that is all.
        self._changed = False

    def _prepare(self) -> None:
        fresh = not os.path.isdir(self._folder)
        os.makedirs(self._folder, exist_ok=True)
        if fresh:
            for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
                with open(os.path.join(self._folder, name), "w", encoding="ascii") as file:
                    file.write(text)
        own = os.path.basename(self._path)
        others = [name for name in os.listdir(self._folder) if name.startswith("notes-") and name != own]
        if len(others) > 3:  # Of linters that were: an upgrade, another Python.
            others.sort(key=lambda name: os.stat(os.path.join(self._folder, name)).st_mtime_ns)
            for name in others[:-3]:
                os.unlink(os.path.join(self._folder, name))

    def _load(self) -> None:
        try:
            with open(self._path, encoding="utf-8", errors="surrogatepass") as file:
                self._written = os.fstat(file.fileno()).st_mtime_ns
                first, rest = file.readline(), file.read()
            content = json.loads(first)
            files, runs = content["files"], content["runs"]
            if content["form"] != _FORM or not isinstance(files, dict) or not isinstance(runs, dict):
                return
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return
        self._files = {
            path: noted for path, noted in files.items() if isinstance(noted, list) and len(noted) == 7
        }
        self._runs = {key: noted for key, noted in runs.items() if _sound(noted, 3)}
        self._rest = rest

    def _read_rest(self) -> None:
        rest, self._rest = self._rest, ""
        if not rest:
            return
        try:
            content = json.loads(rest)
            links, islands = content["links"], content["islands"]
            if not isinstance(links, dict) or not isinstance(islands, dict):
                return
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        # What was noted before this was read is newer.
        self._links = {**links, **self._links}
        sound = {key: noted for key, noted in islands.items() if _sound(noted, 2)}
        self._islands = {**sound, **self._islands}


def key_of(files: Iterable[tuple[str, str, str, Config]]) -> str:
    """The key of an island: its files, how they came, what they hold, and the settings that decide what is found."""
    settings: dict[Config, int] = {}
    parts = [
        (path, came, contents, settings.setdefault(own, len(settings))) for path, came, contents, own in files
    ]
    decisive = [
        (own.select, own.extend_select, own.ignore, own.per_file_ignores, own.profile, own.root)
        for own in settings
    ]
    return digest(repr((parts, decisive)).encode("utf-8", "surrogatepass"))


def _young(kept: dict[str, Any]) -> dict[str, Any]:
    """Those that somebody has asked for in the last runs."""
    return {key: noted for key, noted in kept.items() if noted[0] <= _AGES}


def _sound(noted: object, length: int) -> bool:
    return (
        isinstance(noted, list)
        and len(noted) == length
        and isinstance(noted[0], int)
        and isinstance(noted[1], list)
    )


_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# What lambdalint keeps between runs. It may be deleted at any time: `lambdalint clean`.
"""
