"""Cells that write a file of the learner's: `%%writefile NAME`, and `%%lambda NAME [options]`, which `magic` runs.

Authors' cells, those of notebooks and those that a learner has edited are all read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD = re.compile(r"^%%(?:writefile[ \t]+(\w[\w.-]*)[ \t]*|lambda[ \t]+(\w[\w.-]*)(?:[ \t].*)?)$")


@dataclass(frozen=True)
class FileCell:
    """The first line as it stands, the file's flat name, and its text, which ends with a line break."""

    head: str
    name: str
    text: str


def read(source: str) -> FileCell | None:
    """The cell, or None for any other one."""
    first, _, rest = source.lstrip("\n").partition("\n")
    match = HEAD.match(first.rstrip("\r"))
    if match is None:
        return None
    return FileCell(first.rstrip(), match[1] or match[2], rest.rstrip("\n") + "\n" if rest.strip() else "")
