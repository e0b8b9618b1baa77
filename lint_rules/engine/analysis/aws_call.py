"""A call that reaches AWS, and the notes that are taken of them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span


class AwsCall(NamedTuple):
    """An operation that code sends to AWS.

    `service` is boto3's name. `parameters` are those that can be seen, each a Text, a tuple of Texts that it may be,
    or a list or dictionary of such; `complete` says that there are no others. `confidence` is "high" when the type of
    the client is known, "low" when only the method's name and its arguments tell. `own` says that it is made with the
    credentials of the function's role. `via` is "client", "resource", "paginator", "waiter", "transfer",
    "presigned" or "powertools".
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    complete: bool
    confidence: str
    own: bool
    via: str
    node: ast.AST
    scope: Scope

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def name(self) -> str:
        """Service and operation, as dynamodb.PutItem."""
        return f"{self.service}.{self.operation}"


class Doubt(NamedTuple):
    """A name of a service that boto3 does not know: an "exception", a "waiter", a "paginator" or a "method"."""

    kind: str
    service: str
    name: str
    node: ast.AST
    scope: Scope

    @property
    def receiver(self) -> ast.AST:
        """What it is asked of: a client, or its `exceptions`."""
        func = self.node.func if isinstance(self.node, ast.Call) else self.node
        return func.value if isinstance(func, ast.Attribute) else func

    @property
    def span(self) -> Span:
        """Where the name stands."""
        node = self.node.func if isinstance(self.node, ast.Call) else self.node
        if self.kind in ("waiter", "paginator") and isinstance(self.node, ast.Call):
            node = next(iter([*self.node.args, *(keyword.value for keyword in self.node.keywords)]), node)
        return self.scope.facts.module.span(node)


class Calls:
    """What was found so far. `unresolved` are calls of which the service, the operation or both are unknown;
    `agents` the packages that call AWS by themselves."""

    def __init__(self) -> None:
        self._found: dict[tuple[ast.AST, str, str, bool], AwsCall] = {}
        self.unresolved: dict[ast.AST, Scope] = {}
        self.unsure: set[ast.AST] = set()
        """Calls of clients of which the service may be another than the one noted."""
        self.doubts: dict[tuple[ast.AST, str], Doubt] = {}

    def doubt(self, kind: str, service: str, name: str, node: ast.AST, scope: Scope) -> None:
        """Take down a name that a service does not have."""
        self.doubts[node, service] = Doubt(kind, service, name, node, scope)

    def note(self, call: AwsCall) -> None:
        """Take down a call; what is noted again about it in a later round takes its place."""
        self._found[call.node, call.service, call.operation, call.own] = call

    def leave(self, node: ast.AST, scope: Scope) -> None:
        """Take down a call that cannot be told."""
        self.unresolved[node] = scope

    def settled(self, node: ast.AST) -> None:
        """Take back that a call cannot be told."""
        self.unresolved.pop(node, None)

    def all(self) -> list[AwsCall]:
        """Every call, ordered by module and place. A guess counts only where nothing is known."""
        sure = {key[0] for key, call in self._found.items() if call.confidence == "high"}
        kept = [call for key, call in self._found.items() if call.confidence == "high" or key[0] not in sure]
        return sorted(kept, key=lambda c: (c.scope.facts.module.name, c.span.start, c.name))
