"""What a template's `Handler` leads to, where it leads to nothing."""

from __future__ import annotations

import posixpath

from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import FunctionNode, facts_of
from lint_rules.engine.near import is_near
from lint_rules.engine.typed import NamedTuple


class Missing(NamedTuple):
    """A `Handler` that Lambda cannot load. `reason` is "dot", "file" or "name"; `what` the file or the name that there
    is not; `meant` are handlers that may be meant, as a template writes them."""

    reason: str
    what: str
    meant: tuple[str, ...]


def missing_target(codebase: Codebase, folder: str, handler: str) -> Missing | None:
    """What lacks for a handler whose code stands in a folder; None where nothing does, or it is not certain. The
    runtime splits at the last dot and imports what is before it.

    https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
    """
    path, dot, name = handler.rpartition(".")
    if not dot:
        return Missing("dot", handler, ())
    stem = path.replace(".", "/").lstrip("/")
    module = codebase.at(posixpath.join(folder, stem + ".py"))
    if module is None:
        near = [
            other
            for other in codebase.modules
            if posixpath.dirname(other) == posixpath.normpath(posixpath.join(folder, posixpath.dirname(stem)))
            and is_near(posixpath.basename(other).removesuffix(".py"), posixpath.basename(stem))
            and facts_of(codebase.modules[other]).module_scope.child(name) is not None
        ]
        if len(near) != 1:
            return None  # The file may be made by a build, or not be among those that were given.
        meant = path.removesuffix(posixpath.basename(stem)) + posixpath.basename(near[0]).removesuffix(".py")
        return Missing("file", f"{stem}.py", (f"{meant}.{name}",))
    top = facts_of(module).module_scope
    text = module.text
    unseen = (
        "import *" in text
        or "__getattr__" in text
        or "globals()" in text
        or "setattr(" in text
        or "exec(" in text
    )
    known = name in top.bindings or name in top.facts.stored_globally
    if module.tree is None or known or unseen:
        return None
    meant_here = [
        f"{path}.{scope.name}"
        for scope in top.children
        if isinstance(scope.node, FunctionNode)
        and len(scope.arguments) == 2
        and not scope.name.startswith("_")
    ]
    return Missing("name", name, tuple(meant_here))
