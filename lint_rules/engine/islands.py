"""Islands: the parts of a project whose files can bear on one another's findings, and on no others.

1. A Python file hangs together with the files that its imports name, looked for as the analysis does: from its
   own folder upwards, the nearest first; where there is none, with all of that dotted name elsewhere.
2. A template hangs together with every file below it whose name may be meant in its text, misspelt too, or below a
   folder further up where it climbs out of its own; where code comes out of archives also with those of its
   handlers' names anywhere.
3. A stack of the CDK hangs together with the folders, and the handlers, that its texts may mean, from its own folder
   upwards.
4. Terraform files of one folder are one module.

Linting island by island finds what linting everything at once would. So an island is what is kept between runs, and
what a worker gets.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Collection, Mapping

from lint_rules.engine.links import Links, packages_of
from lint_rules.engine.near import is_near


def islands(
    links: Mapping[str, Links], quiet: Collection[str] = (), packages: Collection[str] = ()
) -> list[list[str]]:
    """The paths, grouped; groups and paths in order, whatever the order they came in. Groups of quiet files only are
    left out. `packages` are `__init__.py` that hang together with all that is below them, since they run before it."""
    atlas = _Atlas(links)
    for path, own in links.items():
        atlas.bind(path, own)
        if packages:
            atlas.bind_packages(path, own, packages)
    roots = {atlas.root(path) for path in links if path not in quiet}
    groups: dict[str, list[str]] = {}
    for path in sorted(links):
        if atlas.root(path) in roots:
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
        self._meant: dict[str, list[str]] = {}
        self._folders: dict[str, bool] = {}
        self._firsts: dict[str, set[str]] = {}
        """By the name of a file, without its suffix, or of a folder: the folders that it is in."""
        self._bound: dict[tuple[str, str, str], tuple[list[str], list[str]]] = {}
        """By folder and dotted name what an import names: files, and folders of which anything may be meant."""
        modules: dict[str, str] = {}
        for name in self._sorted:
            folder, file = posixpath.split(name)
            self._stems.setdefault(file.partition(".")[0], []).append(name)
            self._firsts.setdefault(file.partition(".")[0], set()).add(folder)
            if file == "__init__.py":
                self._packages.setdefault(posixpath.basename(folder), []).append(name)
            while folder not in self._folders:
                self._folders[folder] = False
                above = posixpath.dirname(folder)
                self._firsts.setdefault(posixpath.basename(folder), set()).add(above)
                folder = above
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

    def bind(self, path: str, own: Links) -> None:
        """Bind a file to all that it says something about."""
        folder, file = posixpath.split(posixpath.normpath(path))
        stem = file.partition(".")[0]
        for dotted in own.imports:
            first = dotted.partition(".")[0]
            if not first or first in self._firsts:  # Else it is of the standard library, or installed.
                # No import finds the file that it stands in.
                itself = path if stem == "__init__" or stem in dotted else ""
                self.bind_import(path, folder, dotted, itself)
        if own.words:
            self.bind_words(path, own)
        for name in own.provides:
            self.union(path, self.home.get(name, path))
        for name in own.assets:
            self.bind_asset(path, folder, name)

    def bind_asset(self, path: str, folder: str, name: str) -> None:
        """Bind a file to what a path, or the name of a handler, means from its folder or from one above it."""
        first = name.partition("/")[0]
        for above in _above(folder, self._firsts.get(first, set())):
            whole = posixpath.normpath(posixpath.join(above, name))
            if whole in self._folders:
                self._take_in(path, whole)
        module = name.rpartition(".")[0].replace(".", "/")
        for above in _above(folder, self._firsts.get(module.partition("/")[0], set())) if module else ():
            for file in self._under(posixpath.normpath(posixpath.join(above, module)), path):
                self.union(path, file)

    def bind_packages(self, path: str, own: Links, packages: Collection[str]) -> None:
        """Bind a file, and what it provides, to those of the packages that it is in."""
        for name in (posixpath.normpath(path), *own.provides):
            for place in packages_of(name):
                package = self.home.get(place)
                if package is not None and package in packages:
                    self.union(path, package)

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
            for stem, names in self._stems.items():
                if any(name.endswith(".py") for name in names):
                    self._heads.setdefault(stem[:3], []).append(stem)
        if word not in self._meant:  # The words of templates are the same again and again.
            found = [stem for stem in self._heads.get(word[:3], ()) if is_near(stem, word)]
            self._meant[word] = sorted(
                name for stem in found for name in self._stems[stem] if name.endswith(".py")
            )
        return self._meant[word]

    def bind_import(self, path: str, folder: str, dotted: str, itself: str) -> None:
        """Bind a Python file of a folder to what an import of it names."""
        key = (folder, dotted, itself)
        known = self._bound.get(key)
        if known is None:
            known = self._bound[key] = self._meant_by(folder, dotted, itself)
        files, folders = known
        for file in files:
            self.union(path, file)
        for folder in folders:
            self._take_in(path, folder)

    def _meant_by(self, folder: str, dotted: str, itself: str) -> tuple[list[str], list[str]]:
        """What an import in a file of a folder names."""
        below = dotted.endswith(".*")
        plain = dotted.removesuffix(".*")
        level = len(plain) - len(plain.lstrip("."))
        place = plain.lstrip(".").replace(".", "/")
        if level:
            folder = posixpath.normpath(posixpath.join(folder, *[".."] * (level - 1)))
            name = posixpath.normpath(posixpath.join(folder, place))
            return self._under(name, itself), [name] if below and place and name in self._folders else []
        files: list[str] = []
        folders: list[str] = []
        for holding in _above(folder, self._firsts[place.partition("/")[0]]):
            name = f"{holding}/{place}" if holding and holding != "/" else holding + place
            files = files or self._under(name, itself)
            if below and name in self._folders:
                folders.append(name)
            if files and not below:
                break
        return files or self._afar(place), folders

    def _afar(self, place: str) -> list[str]:
        """All that an import may mean which names nothing beside or above it."""
        last = place.rpartition("/")[2]
        ends = (f"/{place}.py", f"/{place}/__init__.py")
        listed = (*self._stems.get(last, ()), *self._packages.get(last, ()))
        names = [name for name in listed if name.endswith(ends)]
        if not names:
            return []
        from lint_rules.engine.analysis.elsewhere import is_of_others

        return [] if is_of_others(place.partition("/")[0]) else [self.home[name] for name in names]

    def _under(self, name: str, itself: str) -> list[str]:
        """The other files that are the module or the package of this name."""
        package = "__init__.py" if name == "." else name + "/__init__.py"
        found = (self.home.get(name + ".py"), self.home.get(package))
        return [other for other in found if other is not None and other != itself]

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


def _above(folder: str, holding: set[str]) -> list[str]:
    """Those of the folders that are this one or above it, the nearest first."""
    if len(holding) < 8:
        found = [one for one in holding if one in ("", "/", folder) or folder.startswith(one + "/")]
        return sorted(found, key=len, reverse=True) if len(found) > 1 else found
    found = []
    while True:
        if folder in holding:
            found.append(folder)
        if folder in ("", "/", ".") or folder.endswith(".."):
            return found
        folder = folder.rpartition("/")[0] or folder[: folder.startswith("/")]
