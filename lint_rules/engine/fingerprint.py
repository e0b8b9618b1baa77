"""What the findings depend on besides the files and the settings: the linter's own code, its plugins, and Python.

Told from names, sizes and times of files, so that asking costs a millisecond.
"""

from __future__ import annotations

import os
import sys

from lint_rules.engine.plugins import installed_plugins

_OPTIONAL = ("tree_sitter", "tree_sitter_hcl", "yaml", "libcst")


def digest(data: bytes) -> str:
    """A name for these bytes that no others have."""
    try:
        from _blake2 import blake2b  # Without hashlib, which takes longer to import than most files to hash.
    except ImportError:
        from hashlib import blake2b
    return str(blake2b(data, digest_size=16).hexdigest())


def fingerprint() -> str:
    """The name of this linter as it is now. Empty when that cannot be told, and nothing can be kept."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parts = [sys.version, *_states(here)]
    for plugin in installed_plugins():
        place = plugin.folder()
        if place is None:
            return ""
        parts += [repr(plugin), *_states(place)]
    for folder in sys.path:
        parts += [name for name in _OPTIONAL if folder and os.path.isdir(folder + "/" + name)]
    return digest("\n".join(parts).encode("utf-8", "replace"))


def _states(top: str) -> list[str]:
    """Name, size and time of the files in a package, or of the one file that is a module."""
    if os.path.isfile(top):
        state = os.stat(top)
        return [f"{top}:{state.st_size}:{state.st_mtime_ns}"]
    found = []
    todo = [top]
    while todo:
        with os.scandir(todo.pop()) as listing:
            for entry in listing:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        todo.append(entry.path)
                elif entry.name.endswith((".py", ".pyc", ".txt", ".tsv", ".json")):
                    state = entry.stat()
                    found.append(f"{entry.path}:{state.st_size}:{state.st_mtime_ns}")
    return sorted(found)
