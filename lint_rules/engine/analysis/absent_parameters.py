"""Code that looks for a parameter of a request in what is None, or not there, when the request has none.

A REST API sends `"queryStringParameters": null`; an HTTP API and a function URL leave the key out.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.event_paths import EventPaths, EventRead
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_PARAMETERS = ("queryStringParameters", "multiValueQueryStringParameters")


class AbsentParameters(NamedTuple):
    """The expression that is None or raises KeyError without parameters. `defaulted` says that it has a default, which
    helps where the key is left out and not where it is null. `use` is what looks into it."""

    node: ast.expr
    scope: Scope
    name: str
    defaulted: bool
    use: ast.AST

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """The expression as written, on one line and not too long."""
        return self._module.brief(self.node, 60)

    @property
    def _module(self) -> Module:
        return self.scope.facts.module

    def mended(self) -> tuple[tuple[Edit, ...], bool]:
        """Edits that look into an empty dictionary when there are no parameters, and whether nothing else changes; none
        where the expression has no place of its own."""
        node, module = self.node, self._module
        if any(isinstance(parent, ast.JoinedStr) for parent, _ in self.scope.facts.above(node)):
            return (), True
        owner = (
            node.value
            if isinstance(node, ast.Subscript)
            else getattr(getattr(node, "func", None), "value", None)
        )
        if owner is None:
            return (), True
        text = f'({module.code(owner)}.get("{self.name}") or {{}})'
        if "'" in module.code(node) and '"' not in module.code(node):
            text = text.replace('"', "'")
        use = self.use
        if isinstance(use, ast.Subscript) and use.value is node:
            span = module.span(use)
            return (Edit(span, f"{text}.get({module.code(use.slice)})"),), False
        if isinstance(use, ast.Subscript):
            return (), True
        return (Edit(self.span, text),), True


def absent_parameters(event: EventPaths) -> Iterator[AbsentParameters]:
    """The places where a request without parameters ends in an exception that nobody catches, each once."""
    tested: dict[str, bool] = {}
    seen: set[ast.AST] = set()
    for read in event.reads:
        name = read.path[0] if read.path else ""
        if name not in _PARAMETERS or read.is_caught or not read.direct:
            continue
        if name not in tested:
            tested[name] = event.tests((name,))
        if tested[name]:
            return
        for found in _into(read, name):
            if found.node not in seen:
                seen.add(found.node)
                yield found


def _into(read: EventRead, name: str) -> Iterator[AbsentParameters]:
    """What a read looks into, where that may be missing."""
    node, scope = read.node, read.scope
    if len(read.path) == 2:
        looked = (
            node.value
            if isinstance(node, ast.Subscript)
            else getattr(getattr(node, "func", None), "value", None)
        )
        if looked is not None and _has_looked(looked, node, scope):
            return
        use: ast.AST = node
    elif len(read.path) == 1 and isinstance(read.parent, ast.Compare) and node is not read.parent.left:
        looked, use = node, read.parent
    else:
        return
    if isinstance(looked, ast.Name):
        owner = scope.owner(looked.id)
        looked = owner.value(looked.id) if owner is scope else None
    if isinstance(looked, ast.Subscript):
        yield AbsentParameters(looked, scope, name, False, use)
    elif isinstance(looked, ast.Call) and getattr(looked.func, "attr", "") == "get":
        default = looked.args[1] if len(looked.args) == 2 else None
        if default is None or isinstance(default, ast.Dict):
            yield AbsentParameters(looked, scope, name, default is not None, use)


def _has_looked(looked: ast.expr, node: ast.AST, scope: Scope) -> bool:
    """Whether a test around a read has looked into the same, and so has failed before."""
    code = ast.dump(looked)
    return any(
        isinstance(parent, ast.If | ast.IfExp)
        and child is not parent.test
        and any(
            isinstance(part, ast.Compare) and ast.dump(part.comparators[0]) == code
            for part in walk(parent.test)
        )
        for parent, child in scope.facts.above(node)
    )
