"""Repositories: what lies in one is never taken for what another one's code or templates mean.

A folder with a `.git` folder in it is the top of one. A further work tree and a submodule have a file of that name
instead, which says where their `.git` folder is: a work tree is one of its own, wherever it lies, but a submodule only
where none is further up, for what uses it is the repository that holds it.
https://git-scm.com/docs/gitrepository-layout
"""

from __future__ import annotations

import os
from collections.abc import Iterable


def by_repository(paths: Iterable[str]) -> list[list[str]]:
    """The paths, grouped by the repository that they lie in; those in none are together. Groups are in the order of
    their first paths."""
    tops: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for path in paths:
        folder = os.path.dirname(path)
        top = tops.get(folder)
        if top is None:
            top = tops[folder] = _top(os.path.abspath(folder), tops)
        groups.setdefault(top, []).append(path)
    return list(groups.values())


def repository_of(folder: str) -> str:
    """The top of the repository that a folder lies in, or an empty string."""
    return _top(os.path.abspath(folder), {})


def _top(folder: str, tops: dict[str, str]) -> str:
    """The top of the repository that a folder, given by its full path, lies in, or an empty string."""
    below: list[str] = []
    while folder not in tops:
        below.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    top = tops.get(folder, "")
    for folder in reversed(below):
        mark = os.path.join(folder, ".git")
        if os.path.isdir(mark) or (os.path.exists(mark) and (not top or _is_of_work_tree(mark))):
            top = folder
        tops[folder] = top
    return top


def _is_of_work_tree(mark: str) -> bool:
    """Whether a file says that it stands in a further work tree."""
    try:
        with open(mark, encoding="utf-8", errors="replace") as file:
            return file.read(4096).strip().replace("\\", "/").split("/")[-2:-1] == ["worktrees"]
    except OSError:
        return False
