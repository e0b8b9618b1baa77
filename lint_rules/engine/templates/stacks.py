"""Nested stacks: what a parent on this disk passes to the templates it nests.

A parameter that a parent passes is what the parent says, not its default. Where parents disagree, or pass what
only a deployment knows, it is unresolved.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from lint_rules.engine.sources.node import Map, Node, Scalar, Unknown
from lint_rules.engine.templates.cloudformation import fill
from lint_rules.engine.templates.intrinsics import Scope
from lint_rules.engine.templates.model import Template

_PLACES = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
_DEEPEST = 5

Given = Mapping[str, Mapping[str, Node]]
"""Values of parameters by the path of the template that gets them."""


def nests(text: str) -> bool:
    """Whether a text may be a template that nests others."""
    return any(kind in text for kind in _PLACES)


def given_by(parents: Iterable[Template]) -> Given:
    """What these templates pass to others. Templates that are nested in turn are filled again with what they
    got."""
    parents = list(parents)
    given: Given = {}
    for _ in range(_DEEPEST):
        before, given = given, _given(parents)
        if _texts(given) == _texts(before):
            break
        for template in parents:
            take(template, given)
    return given


def take(template: Template, given: Given) -> None:
    """Read a template again with the parameters that its parents give it."""
    own = given.get(posixpath.normpath(template.name))
    if own and template.root is not None:
        template.forget()
        fill(template, template.root, Scope(template.root, own))


def _given(parents: Iterable[Template]) -> Given:
    found: dict[str, dict[str, Node]] = {}
    for parent in parents:
        for stack in parent.of(*_PLACES):
            place = stack.value(_PLACES[stack.kind]).value
            if not isinstance(place, str) or "://" in place:
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(parent.name), place))
            passed = stack.node_at("Parameters")
            into = found.setdefault(path, {})
            for key, node in passed.items() if isinstance(passed, Map) else ():
                value = stack.scope.resolve(node)
                known = into.get(key.text)
                if known is None and isinstance(value, Scalar):
                    into[key.text] = value
                elif not (
                    isinstance(known, Scalar) and isinstance(value, Scalar) and known.text == value.text
                ):
                    into[key.text] = Unknown(node.span)
    return found


def _texts(given: Given) -> dict[str, dict[str, str | None]]:
    return {
        path: {name: node.text if isinstance(node, Scalar | Unknown) else None for name, node in own.items()}
        for path, own in given.items()
    }
