"""Islands: the parts of a project whose files can bear on one another's findings, and on no others.

1. A Python file hangs together with the files that its imports name, looked for as the analysis does: from its
   own folder upwards, the nearest first; where there is none, with all of that dotted name elsewhere.
2. A template hangs together with every file below it whose name may be meant in its text, misspelt too, or below a
   folder further up where it climbs out of its own; where code comes out of archives also with those of its
   handlers' names anywhere.
3. Terraform files of one folder are one module.

Linting island by island finds what linting everything at once would. So an island is what is kept between runs, and
what a worker gets.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Mapping

from lint_rules.engine.links import Links
from lint_rules.engine.near import is_near


def islands(links: Mapping[str, Links]) -> list[list[str]]:
    """The paths, grouped; groups and paths in order, whatever the order they came in."""
    atlas = _Atlas(links)
    for path, own in links.items():
        for dotted in own.imports:
            atlas.bind_import(path, dotted)
        if own.words:
            atlas.bind_words(path, own)
        for name in own.provides:
            atlas.union(path, atlas.home.get(name, path))
    groups: dict[str, list[str]] = {}
    for path in sorted(links):
        groups.setdefault(atlas.root(path), []).append(path)
    return list(groups.values())


class _Atlas:
    """Paths by what they can be found under, and which of them belong together."""

    def __init__(self, links: Mapping[str, Links]) -> None:
        self._parent: dict[str, str] = {path: path for path in links}
        self.home: dict[str, str] = {}
        for path, own in links.items():
            self.home[posixpath.normpath(path)] = path
            for name in own.provides:
                self.home.setdefault(name, path)
        self._sorted = sorted(self.home)
        self._stems: dict[str, list[str]] = {}
        self._packages: dict[str, list[str]] = {}
        self._alike: dict[str, list[str]] | None = None
        self._heads: dict[str, list[str]] | None = None
        self._folders: dict[str, bool] = {}
        self._firsts: set[str] = set()
        modules: dict[str, str] = {}
        for name in self._sorted:
            folder, file = posixpath.split(name)
            self._stems.setdefault(file.partition(".")[0], []).append(name)
            self._firsts.add(file.partition(".")[0])
            if file == "__init__.py":
                self._packages.setdefault(posixpath.basename(folder), []).append(name)
            while folder not in self._folders:
                self._folders[folder] = False
                self._firsts.add(posixpath.basename(folder))
                folder = posixpath.dirname(folder)
            if file.endswith((".tf", ".tf.json")):
                folder = posixpath.dirname(name)
                self._stems.setdefault(posixpath.basename(folder), []).append(name)
                self.union(modules.setdefault(folder, self.home[name]), self.home[name])

    def root(self, path: str) -> str:
        """The path that stands for its group."""
        parent = self._parent
        while parent[path] != path:
            parent[path] = path = parent[parent[path]]
        return path

    def union(self, one: str, other: str) -> None:
        """Put two paths into one group."""
        a, b = sorted((self.root(one), self.root(other)))
        self._parent[b] = a

    def bind_words(self, path: str, own: Links) -> None:
        """Bind a file to those that its words may name."""
        folder = posixpath.dirname(posixpath.normpath(path))
        steps = folder.split("/")
        folder = "/".join(steps[: len(steps) - own.up]) if own.up < len(steps) else ""
        prefix = folder + "/" if folder else ""
        for word in own.words:
            if word.endswith(".zip"):
                for folder in self._named(word.removesuffix(".zip")):
                    self._take_in(path, folder)
                continue
            if word.endswith(".py"):
                for name in self._stems.get(word.removesuffix(".py"), ()):
                    if name.endswith(".py"):
                        self.union(path, self.home[name])
                continue
            names = self._stems.get(word)
            if names is None:
                names = self._misspelt(word)
            if not names:
                continue
            start = bisect_left(names, prefix)
            for name in names[start:]:
                if not name.startswith(prefix):
                    break
                self.union(path, self.home[name])

    def _named(self, name: str) -> list[str]:
        """The folders of a name, however its words are joined."""
        if self._alike is None:
            self._alike = {}
            for folder in self._folders:
                alike = posixpath.basename(folder).lower().replace("-", "_")
                self._alike.setdefault(alike, []).append(folder)
        return self._alike.get(name, [])

    def _misspelt(self, word: str) -> list[str]:
        """The Python files whose name a word may be meant to be, though it is no file's."""
        if self._heads is None:
            self._heads = {}
            for stem in self._stems:
                self._heads.setdefault(stem[:3], []).append(stem)
        found = [stem for stem in self._heads.get(word[:3], ()) if is_near(stem, word)]
        return sorted(name for stem in found for name in self._stems[stem] if name.endswith(".py"))

    def bind_import(self, path: str, dotted: str) -> None:
        """Bind a Python file to what an import of it names."""
        below = dotted.endswith(".*")
        plain = dotted.removesuffix(".*")
        level = len(plain) - len(plain.lstrip("."))
        if not level and plain.partition(".")[0] not in self._firsts:
            return  # Of the standard library, or installed.
        folder = posixpath.dirname(posixpath.normpath(path))
        place = plain.lstrip(".").replace(".", "/")
        if level:
            folder = posixpath.normpath(posixpath.join(folder, *[".."] * (level - 1)))
            name = posixpath.normpath(posixpath.join(folder, place))
            self._bind(path, name)
            if below and place and name in self._folders:
                self._take_in(path, name)
            return
        found = False
        while True:
            name = f"{folder}/{place}" if folder and folder != "/" else folder + place
            found = found or self._bind(path, name)
            if below and name in self._folders:
                self._take_in(path, name)
            if (found and not below) or folder in ("", "/", ".") or folder.endswith(".."):
                break
            folder = folder.rpartition("/")[0] or folder[: folder.startswith("/")]
        if not found:
            self._bind_afar(path, place)

    def _bind_afar(self, path: str, place: str) -> None:
        """Bind a file to all that an import may mean which names nothing beside or above it."""
        last = place.rpartition("/")[2]
        ends = (f"/{place}.py", f"/{place}/__init__.py")
        listed = (*self._stems.get(last, ()), *self._packages.get(last, ()))
        names = [name for name in listed if name.endswith(ends)]
        if not names:
            return
        from lint_rules.engine.analysis.elsewhere import is_of_others

        if not is_of_others(place.partition("/")[0]):
            for name in names:
                self.union(path, self.home[name])

    def _bind(self, path: str, name: str) -> bool:
        """Whether another file was found under this name."""
        package = "__init__.py" if name == "." else name + "/__init__.py"
        found = False
        for other in (self.home.get(name + ".py"), self.home.get(package)):
            if other is not None and other != path:
                self.union(path, other)
                found = True
        return found

    def _take_in(self, path: str, folder: str) -> None:
        """Put everything in a folder into the group of a path."""
        start = bisect_left(self._sorted, folder + "/")
        first = self.home[self._sorted[start]]
        self.union(path, first)
        if self._folders[folder]:
            return
        self._folders[folder] = True
        for name in self._sorted[start:]:
            if not name.startswith(folder + "/"):
                break
            self.union(first, self.home[name])
