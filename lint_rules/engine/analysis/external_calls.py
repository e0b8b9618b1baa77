"""What functions of other packages do that matters here: they make sessions and clients, read the environment, run
functions of the project, or call AWS by themselves."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lint_rules.engine.analysis.arguments import plain, positional
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import (
    NOTHING,
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Known,
    Session,
    Values,
    texts,
)
from lint_rules.engine.analysis.libraries import calls_of
from lint_rules.engine.analysis.objects import method_names
from lint_rules.engine.analysis.sdk_values import made, own_credentials
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

_SESSIONS = frozenset(
    {
        *("boto3.Session", "boto3.session.Session", "aioboto3.Session", "aioboto3.session.Session"),
        *("botocore.session.get_session", "botocore.session.Session", "aiobotocore.session.get_session"),
        *("aiobotocore.session.AioSession", "aiobotocore.get_session"),
    }
)
_MAKERS = {"boto3.client": "client", "boto3.resource": "resource", "aioboto3.client": "client"}
_LATER = {
    "submit": 0,
    "to_thread": 0,
    "partial": 0,
    "run_in_executor": 1,
    "create_task": 0,
    "partialmethod": 0,
}
"""Functions that get a function and its arguments, and the place of the function."""
_SAME = frozenset(
    {
        *("copy.copy", "copy.deepcopy", "typing.cast", "builtins.list", "builtins.tuple", "builtins.set"),
        *("builtins.dict", "builtins.sorted", "builtins.reversed", "builtins.str", "builtins.next"),
        *("builtins.iter", "builtins.enumerate", "asyncio.run", "asyncio.gather", "asyncio.wait_for"),
    }
)
"""Functions of which the result holds what they are given."""
_WRAPPERS = ("captur", "cache", "instrument", "wraps", "retry", "patch")


def call_external(run: Interpreter, dotted: str, call: ast.Call, scope: Scope) -> Values:
    """Call a function of another package."""
    if dotted in _MAKERS:
        return made(run, Session(True), _MAKERS[dotted], call, scope)
    if dotted in _SESSIONS:
        return frozenset({Session(own_credentials(run, call, scope))})
    special = _SPECIAL.get(dotted)
    if special is not None:
        return special(run, call, scope)
    last = dotted.rpartition(".")[2]
    calls_of(run, dotted, call, scope)
    found: set[Known] = {External(f"{dotted}()")} if len(dotted) < 120 else set()
    if dotted in _SAME and call.args:
        found |= run.values(call.args[-1 if dotted == "typing.cast" else 0], scope)
    _run_given(run, last, call, scope)
    if last in ("partial", *_LATER) and len(call.args) > _LATER[last]:
        found |= run.values(call.args[_LATER[last]], scope)
    elif len(call.args) == 1 and any(word in last for word in _WRAPPERS):
        found |= run.values(call.args[0], scope)
    return frozenset(found)


def _run_given(run: Interpreter, last: str, call: ast.Call, scope: Scope) -> None:
    """Functions of the project that are passed to others are run by them; `submit(f, x)` says with what."""
    place = _LATER.get(last)
    if place is not None and place < len(call.args):
        for function in run.values(call.args[place], scope):
            if isinstance(function, Function):
                for number, given in enumerate(call.args[place + 1 :]):
                    run.pass_on(function, number, run.values(given, scope))
                for keyword in call.keywords:
                    run.add((function.scope, keyword.arg or ""), run.values(keyword.value, scope))
    if last in ("Thread", "Process", "Timer"):
        target = next((k.value for k in call.keywords if k.arg == "target"), None)
        arguments = next((k.value for k in call.keywords if k.arg == "args"), None)
        for function in run.values(target, scope) if target is not None else ():
            if isinstance(function, Function):
                for number, given in enumerate(getattr(arguments, "elts", [])):
                    run.pass_on(function, number, run.values(given, scope))


def _getenv(run: Interpreter, call: ast.Call, scope: Scope) -> Values:
    from lint_rules.engine.analysis.expressions import environment

    default = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords), None)
    return environment(run, call.args[0], default, scope) if call.args else NOTHING


def _getattr(run: Interpreter, call: ast.Call, scope: Scope) -> Values:
    from lint_rules.engine.analysis.expressions import attribute

    name = plain(positional(run, call, scope, 1, "name"))
    found: set[Known] = set()
    owners = run.values(call.args[0], scope) if call.args else NOTHING
    for owner in owners:
        if name is not None:
            found |= attribute(run, owner, name, call, scope)
        elif owner.kind in ("client", "thing"):
            run.calls.leave(call, scope)
        elif isinstance(owner, Instance | Class):  # Any of its methods may be meant.
            for each in method_names(owner.scope):
                found |= attribute(run, owner, each, call, scope)
    return frozenset(found)


def _super(run: Interpreter, call: ast.Call, scope: Scope) -> Values:
    inside = scope
    while inside.parent is not None and not inside.parent.is_class:
        inside = inside.parent
    owner = inside.parent
    if owner is None or not inside.arguments:
        return NOTHING
    values = run.variable(inside, inside.arguments[0])
    return frozenset(Instance(value.scope, owner) for value in values if isinstance(value, Instance | Class))


def _text(run: Interpreter, call: ast.Call, scope: Scope) -> Values:
    found = texts(run.values(call.args[0], scope)) if call.args else ()
    return frozenset(found) or frozenset({UNKNOWN})


_SPECIAL: dict[str, Callable[[Interpreter, ast.Call, Scope], Values]] = {
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "os.environ.setdefault": _getenv,
    "os.environ.pop": _getenv,
    "builtins.getattr": _getattr,
    "builtins.super": _super,
    "builtins.str": _text,
}
