"""What a template's `Handler` leads to, where that is nothing, or nothing that Lambda can call."""

from __future__ import annotations

import ast
import posixpath

from lint_rules.engine.analysis.bodies import decorators
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import FunctionNode, facts_of
from lint_rules.engine.near import is_near
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span


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


class WrongTarget(NamedTuple):
    """What a `Handler` names that Lambda cannot call with an event and a context. `kind` says what it is, `adapter`
    the package that makes a function of it, or is empty."""

    name: str
    kind: str
    adapter: str
    span: Span


_APPLICATIONS = {
    "fastapi.FastAPI()": ("an ASGI application", "mangum"),
    "starlette.applications.Starlette()": ("an ASGI application", "mangum"),
    "quart.Quart()": ("an ASGI application", "mangum"),
    "litestar.Litestar()": ("an ASGI application", "mangum"),
    "falcon.asgi.App()": ("an ASGI application", "mangum"),
    "django.core.asgi.get_asgi_application()": ("an ASGI application", "mangum"),
    "flask.Flask()": ("a WSGI application", "apig-wsgi"),
    "bottle.Bottle()": ("a WSGI application", "apig-wsgi"),
    "falcon.App()": ("a WSGI application", "apig-wsgi"),
    "django.core.wsgi.get_wsgi_application()": ("a WSGI application", "apig-wsgi"),
}
_VALUES = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.JoinedStr)


def wrong_target(codebase: Codebase, folder: str, handler: str) -> WrongTarget | None:
    """What a handler names in the code of a folder that is certainly no function; None where that is not certain."""
    path, dot, name = handler.rpartition(".")
    module = codebase.at(posixpath.join(folder, path.replace(".", "/").lstrip("/") + ".py")) if dot else None
    if module is None:
        return None
    top = facts_of(module).module_scope
    value, bound = top.value(name), top.bindings.get(name, [])
    if value is None or len(bound) != 1:
        return None
    span = module.span(bound[0])
    if isinstance(value, _VALUES):
        return WrongTarget(name, "a plain value", "", span)
    application = _APPLICATIONS.get(top.dotted(value) or "")
    if application is not None:
        return WrongTarget(name, *application, span)
    made = codebase.made_of(top, value)
    own = made is not None and made.node.bases == [] and not made.node.keywords  # type: ignore[attr-defined]
    if made is not None and own and codebase.method(made, "__call__") is None and not decorators(made):
        return WrongTarget(name, f"an object of {made.name}, which has no `__call__`", "", span)
    return None
