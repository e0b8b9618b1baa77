"""What this package relies on in moto beyond its documentation: each function or class with the hash of its source.

It is declared where it is used. moto's releases are pinned, so nothing is looked at while the checked one is
installed; with another one every declaration is compared, and the first that no longer holds is named.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any, NamedTuple

from course.errors import UserError

CHECKED = "5.2.5"
"""The release of moto that the hashes are of, and that pyproject.toml pins."""


class Reliance(NamedTuple):
    """`name` of `module` is what it was: `source` is the start of the SHA-256 of its source."""

    module: str
    name: str
    source: str

    def holds(self) -> bool:
        """Compare with the moto that is installed. Imports the module, which may take a second."""
        try:
            found: Any = functools.reduce(getattr, self.name.split("."), importlib.import_module(self.module))
        except (ImportError, AttributeError):
            return False
        return digest(found) == self.source


RELIANCES: list[Reliance] = []


def relies_on(module: str, sources: Mapping[str, str]) -> None:
    """Declare it for names in a module of moto, each with its hash."""
    RELIANCES.extend(Reliance(module, name, source) for name, source in sources.items())


def digest(found: Any) -> str:
    """The start of the SHA-256 of the source of a function, a property's getter or a class; of the original of what
    is patched."""
    found = found.fget if isinstance(found, property) else found
    return hashlib.sha256(inspect.getsource(found).encode()).hexdigest()[:12]


def check(installed: str) -> None:
    """Look at everything declared, unless the installed release is the one it was declared for.

    Raises UserError that names what has changed.
    """
    if installed == CHECKED:
        return
    for module in pkgutil.iter_modules(importlib.import_module(__package__).__path__, f"{__package__}."):
        importlib.import_module(module.name)
    for reliance in RELIANCES:
        if not reliance.holds():
            raise UserError(
                f"moto {installed} has changed {reliance.module}.{reliance.name}, on which this cloud relies; "
                f'install the release that it was checked with: pip install "moto=={CHECKED}"'
            )
