"""Which files to look at: those named, and those found in the folders named.

A file that is named is always taken. A folder is walked without what is nobody's source: environments,
caches, build output, what .gitignore files name, and dependencies committed beside the code, which are
recognised by what pip leaves (`*.dist-info`). Tests are left out as well, because a client made inside a
function is right there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from fnmatch import fnmatchcase
from operator import attrgetter

from lint_rules.engine.errors import UsageError
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.sources.gitignore import Gitignore

PYTHON = (".py",)
DATA = (".yaml", ".yml", ".json", ".template", ".tf")
SUFFIXES = (*PYTHON, ".ipynb", *DATA)

SKIPPED_FOLDERS = frozenset({
    *(".git", ".hg", ".svn", ".bzr", ".idea", ".vscode"),
    *(".venv", "venv", ".tox", ".nox", ".direnv", "site-packages", "__pypackages__", "node_modules"),
    *("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints"),
    ".lambdalint_cache",
    *("build", "dist", ".eggs", ".aws-sam", "cdk.out", ".serverless", ".terraform", ".virtual_documents"),
})  # fmt: skip
"""Folders that a walk does not enter."""

_TEST_FOLDERS = frozenset({"test", "tests"})


class Walk(NamedTuple):
    """What a walk leaves out in a folder: `exclude` are patterns relative to `root`."""

    exclude: tuple[str, ...] = ()
    root: str = "."
    include_tests: bool = False
    gitignore: bool = True


class Found:
    """The outcome of a search: files in order, lines to tell, and what was left out, each with a word on why."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.named: set[str] = set()
        """Those of the files that were named, and not found in a folder."""
        self.notes: list[str] = []
        self.left_out: list[tuple[str, str]] = []

    @property
    def vendored(self) -> list[str]:
        """Folders and files of dependencies left out."""
        return [path for path, why in self.left_out if why == INSTALLED]


_name = attrgetter("name")
INSTALLED = "installed by pip"
IGNORED = "ignored by git"
EXCLUDED = "excluded"
TEST = "test"


def is_test(path: str) -> bool:
    """Whether a Python file or notebook is a test by its name or folder."""
    if "test" not in path:
        return False
    *folders, name = path.replace("\\", "/").split("/")
    if not name.endswith((".py", ".ipynb")):
        return False
    stem = name.rpartition(".")[0]
    return (
        stem.startswith("test_")
        or stem.endswith("_test")
        or name == "conftest.py"
        or not _TEST_FOLDERS.isdisjoint(folders)
    )


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path (relative, forward slashes) or a folder above it matches a pattern as in .gitignore.

    A pattern without a slash matches any one part of the path.
    """
    steps = path.split("/")
    for pattern in patterns:
        plain = pattern.strip("/")
        if "/" not in plain and any(fnmatchcase(step, plain) for step in steps):
            return True
        if plain.startswith("**/") and matches(path, (plain[3:],)):
            return True
        if any(fnmatchcase("/".join(steps[:end]), plain) for end in range(1, len(steps) + 1)):
            return True
    return False


def discover(
    paths: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    root: str = ".",
    include_tests: bool = False,
    force_exclude: bool = False,
    of: Callable[[str, Collection[str] | None], Walk] | None = None,
) -> Found:
    """Find the files. Patterns in `exclude` are relative to `root`; `of` gives what holds in a folder instead, and is
    told the names of what is in it where they are known. With `force_exclude` everything that a walk would leave out is
    left out although it is named. Raises UsageError for a path that does not exist."""
    found = Found()
    seen: set[str] = set()
    fixed = Walk(tuple(exclude), root, include_tests)
    walk_in = of or (lambda folder, names: fixed)
    alone = len(paths) == 1

    def take(path: str) -> None:
        key = path if alone else os.path.abspath(path)  # A walk comes to each file once.
        if key not in seen:
            seen.add(key)
            found.files.append(path)

    for given in paths:
        path = _tidy(given)
        walk = walk_in(path if os.path.isdir(path) else os.path.dirname(path) or ".", None)
        if os.path.isdir(path):
            if walk.exclude and matches(relative(path, walk.root), walk.exclude):
                found.left_out.append((path, EXCLUDED))
            else:
                _walk(path, found, take, walk_in)
        elif not os.path.exists(path):
            raise UsageError(f"{given}: no such file or folder")
        elif not force_exclude or not _left_out(relative(path, walk.root), walk.exclude, walk.include_tests):
            take(path)
            found.named.add(path)
        else:
            found.left_out.append((path, EXCLUDED))
    return found


def _walk(
    top: str,
    found: Found,
    take: Callable[[str], None],
    walk_in: Callable[[str, Collection[str] | None], Walk],
) -> None:
    from lint_rules.engine.sources.gitignore import gitignore_for

    todo: list[tuple[str, str, Gitignore | None]] = [
        (top, "", gitignore_for(os.path.dirname(os.path.abspath(top))))
    ]
    while todo:
        folder, below, above = todo.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=_name)
        except OSError as error:
            found.notes.append(f"{folder}: cannot be read: {error.strerror or error}; skipped")
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names and folder != top:
            continue
        walk = walk_in(folder, names)
        ignored = _ignored(folder, names, above)
        vendored = _installed(entries) if any(name.endswith(".dist-info") for name in names) else ()
        folders: list[tuple[str, str, Gitignore | None]] = []
        prefix = "" if folder == "." else folder.rstrip("/") + "/"
        inside = below + "/" if below else ""
        for entry in entries:
            name = entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder:
                if name in SKIPPED_FOLDERS or name.endswith((".dist-info", ".egg-info")):
                    continue
            elif not name.endswith(SUFFIXES):
                continue
            path, inner = prefix + name, inside + name
            why = ""
            if walk.exclude and matches(relative(path, walk.root), walk.exclude):
                why = EXCLUDED
            elif name in vendored:
                why = INSTALLED
            elif walk.gitignore and ignored is not None and (os.path.abspath(path), is_folder) in ignored:
                why = IGNORED
            elif not is_folder and not walk.include_tests and is_test(inner):
                why = TEST
            if why:
                if not is_folder or not os.path.exists(path + "/pyvenv.cfg"):
                    found.left_out.append((path, why))
            elif is_folder:
                folders.append((path, inner, ignored))
            elif entry.is_file():
                take(path)
        todo.extend(reversed(folders))


def _ignored(folder: str, names: Collection[str], above: Gitignore | None) -> Gitignore | None:
    """What is ignored in a folder that has entries of these names."""
    from lint_rules.engine.sources.gitignore import Gitignore

    if ".git" in names:
        return Gitignore(os.path.abspath(folder), None)
    # Outside of a repository such a file is nobody's.
    return Gitignore(os.path.abspath(folder), above) if above and ".gitignore" in names else above


def _installed(entries: list[os.DirEntry[str]]) -> set[str]:
    """Names beside a `*.dist-info` folder that pip put there, as its RECORD says."""
    names: set[str] = set()
    for entry in entries:
        if not entry.name.endswith(".dist-info"):
            continue
        try:
            with open(entry.path + "/RECORD", encoding="utf-8", errors="replace") as record:
                names.update(line.partition(",")[0].partition("/")[0].strip('"') for line in record)
        except OSError:
            # Without the record every folder beside it may be a dependency.
            names.update(other.name for other in entries if other.is_dir(follow_symlinks=False))
    return names


def _left_out(place: str, exclude: Sequence[str], include_tests: bool) -> bool:
    return (
        matches(place, exclude)
        or not SKIPPED_FOLDERS.isdisjoint(place.split("/")[:-1])
        or (not include_tests and is_test(place))
    )


def _tidy(path: str) -> str:
    path = path.replace(os.sep, "/")
    while path.startswith("./") and path.strip("./"):
        path = path[2:].lstrip("/")
    return path.rstrip("/") or ("/" if path.startswith("/") else ".")


def relative(path: str, root: str) -> str:
    """The path below `root` with forward slashes, or the whole path when it is not below."""
    absolute = os.path.abspath(path)
    prefix = os.path.abspath(root).rstrip(os.sep) + os.sep
    return (
        (absolute[len(prefix) :] if absolute.startswith(prefix) else absolute)
        .replace(os.sep, "/")
        .lstrip("/")
    )
