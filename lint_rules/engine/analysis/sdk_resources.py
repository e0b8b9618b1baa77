"""The objects of `boto3.resource`: their attributes, actions and collections.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/resources.html
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lint_rules.engine.analysis.arguments import choices, keywords, positional
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.known import (
    NOTHING,
    UNKNOWN,
    Client,
    Many,
    Method,
    Thing,
    Values,
    Writer,
)
from lint_rules.engine.analysis.sdk import Request, ResourceType, resource_types, waited_for
from lint_rules.engine.analysis.sdk_requests import TRANSFERS, either, note, transfer
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

_LISTING = frozenset({"all", "filter", "limit", "page_size", "pages"})


def of_thing(run: Interpreter, thing: Thing, name: str, node: ast.AST, scope: Scope) -> Values:
    if name == "meta":
        return frozenset({Client(thing.service, thing.own)})  # meta.client is the client.
    kind = _type(thing)
    known = dict(thing.identifiers)
    if kind is None:
        return frozenset({Method(thing, name)})
    for identifier, found in known.items():
        if name in (_snake(identifier), _snake(kind.name + identifier)):
            return frozenset(found)
    if name in kind.collections:
        return frozenset({Many(thing, name)})
    if name in kind.others and not name[0].isupper():
        other = kind.others[name]
        made = tuple((target, known.get(source, (UNKNOWN,))) for target, source in other.filled)
        return frozenset({Thing(thing.service, other.gives, made, thing.own)})
    if name in kind.attributes:
        if thing.fresh and kind.load:
            _send(run, thing, kind.load, {}, True, node, scope)
        return frozenset({UNKNOWN})
    return frozenset({Method(thing, name)})


def call_thing(run: Interpreter, thing: Thing, name: str, call: ast.Call, scope: Scope) -> Values:
    kind = _type(thing)
    if kind is None:
        return NOTHING
    known = dict(thing.identifiers)
    if name in kind.others:
        other = kind.others[name]
        target = resource_types(thing.service)[other.gives]
        filled = {goal: known.get(source, (UNKNOWN,)) for goal, source in other.filled}
        missing = [identifier for identifier in target.identifiers if identifier not in filled]
        for place, identifier in enumerate(missing):
            given = positional(run, call, scope, place, _snake(identifier))
            filled[identifier] = choices(given) or (UNKNOWN,)
        identifiers = tuple((each, filled[each]) for each in target.identifiers)
        return frozenset({Thing(thing.service, other.gives, identifiers, thing.own)})
    given, complete = keywords(run, call, scope)
    if name in kind.actions:
        request = kind.actions[name]
        _send(run, thing, request, given, complete, call, scope)
        return _given(thing, request, given)
    if name in ("load", "reload") and kind.load:
        _send(run, thing, kind.load, {}, True, call, scope)
    elif name in kind.waiters:
        operation = waited_for(thing.service, kind.waiters[name])
        if operation:
            _send(run, thing, Request(operation, (), ""), given, complete, call, scope)
    elif name == "batch_writer":
        return frozenset({Writer(thing)})
    elif thing.service == "s3" and name in TRANSFERS:
        words = {"Bucket": known.get("Name") or known.get("BucketName"), "Key": known.get("Key")}
        bound = {word: either(found) for word, found in words.items() if found}
        transfer(run, Client("s3", thing.own), name, call, scope, bound)
    elif name == "get_available_subresources":
        return NOTHING
    return NOTHING


def _given(thing: Thing, request: Request, given: Mapping[str, Any]) -> Values:
    """The object that an action gives."""
    if not request.gives:
        return NOTHING
    target = resource_types(thing.service).get(request.gives)
    names = target.identifiers if target else ()
    identifiers = tuple((name, choices(given.get(name)) or (UNKNOWN,)) for name in names)
    made = Thing(thing.service, request.gives, identifiers, thing.own)
    return frozenset({made, Many(made, "")})


def call_many(run: Interpreter, many: Many, name: str, call: ast.Call, scope: Scope) -> Values:
    kind = _type(many.parent)
    request = kind.collections.get(many.name) if kind else None
    if request is None:
        return NOTHING
    if name in _LISTING:
        _send(run, many.parent, request, *keywords(run, call, scope), call, scope)
        return frozenset({many})
    target = resource_types(many.parent.service).get(request.gives)
    batch = target.batch.get(name) if target else None
    if batch is not None:
        _send(run, many.parent, request, {}, True, call, scope)
        _send(run, many.parent, batch, *keywords(run, call, scope), call, scope)
    return NOTHING


def listed(run: Interpreter, many: Many, node: ast.AST, scope: Scope) -> Values:
    """The objects that a loop over a collection gives; the loop sends the request."""
    kind = _type(many.parent)
    request = kind.collections.get(many.name) if kind else None
    if request is None:
        return frozenset({many.parent} if not many.name else ())
    if not isinstance(node, ast.Call):
        _send(run, many.parent, request, {}, True, node, scope)
    target = resource_types(many.parent.service).get(request.gives)
    above = dict(many.parent.identifiers)
    identifiers = tuple(
        (
            name,
            above.get("Name", (UNKNOWN,))
            if name == f"{many.parent.type}Name"
            else above.get(name, (UNKNOWN,)),
        )
        for name in (target.identifiers if target else ())
    )
    return frozenset({Thing(many.parent.service, request.gives, identifiers, many.parent.own, False)})


def _send(
    run: Interpreter,
    thing: Thing,
    request: Request,
    given: Mapping[str, Any],
    complete: bool,
    node: ast.AST,
    scope: Scope,
) -> None:
    known = dict(thing.identifiers)
    filled = {target: either(known[source]) for target, source in request.filled if source in known}
    sent = {**filled, **given}
    note(run, Client(thing.service, thing.own), request.operation, (sent, complete), "resource", node, scope)


def _type(thing: Thing) -> ResourceType | None:
    return resource_types(thing.service).get(thing.type)


def _snake(name: str) -> str:
    return "".join(
        ("_" if place and char.isupper() else "") + char.lower() for place, char in enumerate(name)
    )
