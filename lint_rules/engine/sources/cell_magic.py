"""IPython's additions to Python: what they look like, and how to blank them out without moving anything.

A line magic inside a bracket or a string is ordinary Python (`% name` continues an expression), so a scanner
keeps track of both. What cannot be told is left as it is.
"""

from __future__ import annotations

import posixpath
import re

from lint_rules.engine.regex import regex

_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun"})
_FILES = (".py", ".yaml", ".yml", ".json", ".template", ".tf")
_SUSPECT = regex(r"^[ \t]*[%!?]|\?[ \t]*$|=[ \t]*[%!][ \t]*\w", re.MULTILINE)
_MAGIC = regex(r"[ \t]*(?:[%!?]|[\w.*]+\?{1,2}[ \t]*\r?$|[\w.,\[\] \t]+=[ \t]*[%!][ \t]*\w)")
_PIECE = regex(
    r"""(?P<comment>\#[^\n]*)|(?P<triple>\"{3}|'{3})|(?P<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])""",
    re.VERBOSE | re.DOTALL,
)


_AUTOMATIC = regex(
    r"[ \t]*(?:pip3?|conda|mamba|cd|ls|ll|cp|mv|mkdir|rm|rmdir|cat|run|load_ext|reload_ext|matplotlib|env|set_env)"
    r"[ \t]+(?!(?:in|is|and|or|if|not)\b)[\w./~$]"
)
"""Magics that IPython takes for such without their `%`, which it does for the only line of a cell."""


def python_magic(first: str) -> bool:
    """Whether the body of a cell that begins with this `%%` line is Python run in the notebook."""
    words = first[2:].split()
    return bool(words) and words[0] in _PYTHON_MAGICS


def written_file(first: str, notebook: str) -> str | None:
    """The path of the file that a cell writes, beside the notebook; None for cells that write none.

    They are `%%writefile` cells, and those of the course's `%%lambda`, whose options come after the name.
    """
    words = first[2:].split()
    if not words or words[0] not in ("writefile", "file", "lambda"):
        return None
    names = [word for word in words[1:] if word not in ("-a", "--append")]
    name = " ".join(names[:1] if words[0] == "lambda" else names).strip("\"'")
    if not name.endswith(_FILES):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(notebook), name.replace("\\", "/")))


def mask_magics(cell: str) -> str:
    """The cell with line magics, shell lines and help lines replaced by as many harmless characters."""
    lines = cell.splitlines(keepends=True)
    if len(lines) == 1 and _AUTOMATIC.match(cell):
        return _masked(cell, "")
    if not _SUSPECT.search(cell):
        return cell
    depth = 0
    quote = ""
    continued = False  # The line before was a magic that ends in a backslash.
    fresh = True  # The line begins a statement.
    for index, line in enumerate(lines):
        if continued or (fresh and not depth and not quote and _MAGIC.match(line)):
            lines[index] = _masked(line, "" if continued else "...")
            continued = line.rstrip().endswith("\\")
            continue
        depth, quote = _scan(line, depth, quote)
        fresh = not line.rstrip("\r\n").endswith("\\")
    return "".join(lines)


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    at = 0
    while at < len(line):
        if quote:
            end = re.compile(rf"(?:\\.|(?!{quote}).)*?{quote}", re.DOTALL).match(line, at)
            if not end:
                return depth, quote
            at, quote = end.end(), ""
            continue
        piece = _PIECE.search(line, at)
        if not piece:
            break
        at = piece.end()
        if piece["triple"]:
            quote = piece["triple"]
        elif piece["open"]:
            depth += 1
        elif piece["close"]:
            depth = max(0, depth - 1)
    return depth, quote


def _masked(line: str, instead: str) -> str:
    body = line.rstrip("\r\n")
    indent = body[: len(body) - len(body.lstrip())]
    # An indented magic may be the whole body of an `if`: something must stand there.
    width = len(body) - len(indent)
    word = instead if indent else ""
    if width < len(word):
        word = "0"
    return indent + word.ljust(width) + line[len(body) :]
