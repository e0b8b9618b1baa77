"""Calls that wait for another machine's answer: those of HTTP libraries, and how long they wait at most."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from lint_rules.engine.analysis.facts import Scope

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_PLACE = {
    **{f"requests.{verb}": -1 for verb in _VERBS},
    **{f"requests.{made}().{verb}": -1 for made in ("Session", "session") for verb in _VERBS},
    **{f"httpx.{verb}": -1 for verb in _VERBS},
    "urllib.request.urlopen": 2,
    **{f"urllib3.PoolManager().{verb}": -1 for verb in ("request", "urlopen")},
}
"""Functions that wait, and the place of their argument `timeout`, -1 where it is only given by name."""


class Wait(NamedTuple):
    """One such call. `seconds` is the timeout that it is given, where that is written out; `argument` the expression
    for it."""

    name: str
    node: ast.Call
    scope: Scope
    argument: ast.expr | None

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def seconds(self) -> float | None:
        """How long it waits for an answer at most, in seconds; None where that is not written out."""
        return _number(self.argument, self.scope) if self.argument is not None else None


def waits(scopes: Iterable[Scope]) -> Iterator[Wait]:
    """The calls in these functions."""
    for scope in scopes:
        for call in scope.calls:
            name = scope.dotted(call.func)
            if name in _PLACE:
                place = _PLACE[name]
                given = call.args[place] if 0 <= place < len(call.args) else None
                for keyword in call.keywords:
                    if keyword.arg == "timeout":
                        given = keyword.value
                yield Wait(name, call, scope, given)


def _number(node: ast.expr, scope: Scope) -> float | None:
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        value = owner.value(node.id) if owner is not None and owner.parent is None else None
        node = value if isinstance(value, ast.Constant | ast.Tuple) else node
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        node = node.elts[1]  # (connect, read)
    found = node.value if isinstance(node, ast.Constant) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
