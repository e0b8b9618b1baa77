"""The patterns of .gitignore files, read as git reads them (https://git-scm.com/docs/gitignore).

Of the patterns in a file the last that matches decides; a file in a deeper folder decides before one further up. What
stands in an ignored folder is ignored whatever deeper files say, which a walk gets by not entering it.
"""

from __future__ import annotations

import os
import re

from lint_rules.engine.typed import NamedTuple


class _Pattern(NamedTuple):
    regex: re.Pattern[str]
    keeps: bool
    folders_only: bool


class Gitignore:
    """What is ignored in a folder: by the file in it, and by those above it up to the top of the repository."""

    def __init__(self, folder: str, above: Gitignore | None) -> None:
        self._folder = folder
        self._above = above
        self._patterns = _read(os.path.join(folder, ".gitignore"))
        if os.path.isdir(os.path.join(folder, ".git")):
            self._patterns = _read(os.path.join(folder, ".git", "info", "exclude")) + self._patterns
        quick = "|".join(pattern.regex.pattern for pattern in self._patterns)
        self._any = re.compile(quick) if quick else None

    def __contains__(self, entry: tuple[str, bool]) -> bool:
        """Whether an absolute path below the folder is ignored; given with whether it is a folder."""
        path, is_folder = entry
        level: Gitignore | None = self
        while level is not None:
            verdict = level._verdict(path, is_folder)
            if verdict is not None:
                return verdict
            level = level._above
        return False

    def _verdict(self, path: str, is_folder: bool) -> bool | None:
        if self._any is None:
            return None
        inner = path[len(self._folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        if not self._any.match(inner):
            return None
        for pattern in reversed(self._patterns):
            if (is_folder or not pattern.folders_only) and pattern.regex.match(inner):
                return not pattern.keeps
        return None


def gitignore_for(folder: str) -> Gitignore | None:
    """What is ignored in a folder by the files of its repository; None outside of one."""
    above: list[str] = []
    here = os.path.abspath(folder)
    while True:
        above.append(here)
        if os.path.exists(os.path.join(here, ".git")):
            break
        parent = os.path.dirname(here)
        if parent == here:
            return None
        here = parent
    made: Gitignore | None = None
    for place in reversed(above):
        made = Gitignore(place, made)
    return made


def _read(path: str) -> list[_Pattern]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    return [pattern for line in lines if (pattern := _pattern(line))]


def _pattern(line: str) -> _Pattern | None:
    text = line if line.endswith("\\ ") else line.rstrip()
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    if keeps:
        text = text[1:]
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    anchored = "/" in text
    try:
        regex = re.compile(("" if anchored else "(?:.*/)?") + _translated(text.removeprefix("/")) + r"\Z")
    except re.error:
        return None
    return _Pattern(regex, keeps, folders_only)


def _translated(text: str) -> str:
    out = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if text.startswith("**/", at - 1) and (at == 1 or text[at - 2] == "/"):
            out.append("(?:.*/)?")
            at += 2
        elif text[at - 1 :] == "**" and at > 1 and text[at - 2] == "/":
            out.append(".+")
            at += 1
        elif char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and "]" in text[at + 1 :]:
            end = text.index("]", at + 1)
            inside = text[at:end].replace("\\", "\\\\")
            out.append("[" + ("^" + inside[1:] if inside[:1] in "!^" else inside) + "]")
            at = end + 1
        elif char == "\\" and at < len(text):
            out.append(re.escape(text[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return "".join(out)
