"""Rules of other packages: a package that names a module in the entry point group `lambdalint.rules` has its rules
loaded with ours, written in the same form, one file each.

    [project.entry-points."lambdalint.rules"]
    acme = "acme_rules"

The metadata of installed packages is read here rather than by `importlib.metadata`, whose import alone takes longer
than linting a file.
"""

from __future__ import annotations

import importlib
import os
import sys

from lint_rules.engine.errors import UsageError
from lint_rules.engine.typed import NamedTuple

GROUP = "lambdalint.rules"


class Plugin(NamedTuple):
    """A module or package of rules, and the distribution (`acme-1.2.dist-info`) that brings it."""

    name: str
    module: str
    distribution: str

    def folder(self) -> str | None:
        """Where its code stands, as far as that can be told without importing it."""
        inner = self.module.replace(".", "/")
        for folder in sys.path:
            for place in (os.path.join(folder or ".", inner), os.path.join(folder or ".", inner + ".py")):
                if os.path.exists(place):
                    return place
        return None


def installed_plugins() -> list[Plugin]:
    """The plugins of this environment, in the order of their names."""
    found: dict[str, Plugin] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                for plugin in _declared(os.path.join(folder or ".", name, "entry_points.txt"), name):
                    found.setdefault(plugin.name, plugin)
    return [found[name] for name in sorted(found)]


def load_plugins() -> None:
    """Import every module of every plugin. Raises UsageError, one line, for one that cannot be."""
    for plugin in installed_plugins():
        import pkgutil  # Which costs as much as reading all our own rules.

        try:
            package = importlib.import_module(plugin.module)
            for module in pkgutil.walk_packages(getattr(package, "__path__", ()), plugin.module + "."):
                importlib.import_module(module.name)
        except Exception as error:
            raise UsageError(
                f"the plugin {plugin.name} ({plugin.distribution}) cannot be loaded:"
                f" {type(error).__name__}: {error}; repair or uninstall it"
            ) from None


def _declared(path: str, distribution: str) -> list[Plugin]:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return []
    if GROUP.encode() not in data:
        return []
    from configparser import ConfigParser
    from configparser import Error as ConfigError

    parser = ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    try:
        parser.read_string(data.decode("utf-8", "replace"))
        entries = parser.items(GROUP) if parser.has_section(GROUP) else []
    except ConfigError:
        return []
    return [
        Plugin(name, value.partition(":")[0].partition("[")[0].strip(), distribution)
        for name, value in entries
    ]
