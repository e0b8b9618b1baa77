"""Names that code asks boto3 for and boto3 does not have: exceptions, operations, parameters, waiters, paginators.

What has no such name is certain only for services in the snapshots, and where nothing but a client of that service can
be meant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import Scope, facts_of
from lint_rules.engine.analysis.sdk import Operation, operation_of
from lint_rules.engine.analysis.sdk_models import exceptions_of, names_of, pages_of
from lint_rules.engine.errors import did_you_mean
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_call import AwsCall, Doubt
    from lint_rules.engine.finding import Span

_HOME = "botocore.exceptions."
_OWN = {"paginator": frozenset({"PaginationConfig"}), "waiter": frozenset({"WaiterConfig"})}
_ALIASES = {"Filters": "Filter", "fromTime": "from", "returnFields": "return"}
"""Names that botocore takes, by those of the models that it sends (`_add_parameter_aliases` in its handlers)."""


class Misnomer(NamedTuple):
    """A name that is not there, and the one that may be meant, as ` Did you mean "x"?`."""

    name: str
    service: str
    span: Span
    near: str


class Misfit(NamedTuple):
    """A call with arguments that its operation does not take. `extra` are parameters that it does not have, `missing`
    those that it requires; `by_place` says that arguments are given without names."""

    call: AwsCall
    extra: tuple[ast.keyword, ...]
    missing: tuple[str, ...]
    by_place: bool
    near: str

    @property
    def span(self) -> Span:
        """Where the first wrong argument stands, or else the call."""
        return self.call.scope.facts.module.span(self.extra[0]) if self.extra else self.call.span


def misnomers(doubts: Iterable[Doubt], kind: str) -> Iterator[Misnomer]:
    """The names of one kind."""
    for doubt in doubts:
        if doubt.kind == kind and not _is_asked_for(doubt):
            near = did_you_mean(doubt.name, names_of(kind, doubt.service))
            yield Misnomer(doubt.name, doubt.service, doubt.span, near)


def unknown_to_botocore(scopes: Iterable[Scope]) -> Iterator[Misnomer]:
    """The exceptions that code wants of `botocore.exceptions`, and that this does not have."""
    known = exceptions_of("-")
    for scope in scopes:
        module = scope.facts.module
        if "botocore" not in module.text:
            continue
        found: list[tuple[ast.AST, str]] = []
        if scope.parent is None:
            found += [
                (alias, name) for alias, name in facts_of(module).imports.items() if name.startswith(_HOME)
            ]
        found += [
            (read, scope.dotted(read) or "") for read in body_of(scope).attributes if read.attr[:1].isupper()
        ]
        for node, dotted in found:
            name = dotted.removeprefix(_HOME)
            absent = dotted.startswith(_HOME) and name.isidentifier() and name not in known
            if absent and name[:1].isupper() and not _is_tried(node, scope):
                yield Misnomer(name, "-", module.span(node), did_you_mean(name, known))


def _is_asked_for(doubt: Doubt) -> bool:
    """Whether a test around it asks whether its receiver has the name."""
    return any(
        isinstance(parent, ast.If | ast.IfExp | ast.BoolOp)
        and any(
            isinstance(part, ast.Call)
            and getattr(part.func, "id", "") in ("hasattr", "getattr")
            and any(isinstance(each, ast.Constant) and each.value == doubt.name for each in part.args)
            for part in walk(getattr(parent, "test", parent))
        )
        for parent, _ in doubt.scope.facts.above(doubt.node)
    )


def _is_tried(node: ast.AST, scope: Scope) -> bool:
    """Whether somebody reckons with its absence."""
    return any(
        isinstance(parent, ast.Try) and child in parent.body for parent, child in scope.facts.above(node)
    )


def misfits(calls: Iterable[AwsCall]) -> Iterator[Misfit]:
    """The calls whose arguments are certainly refused before anything is sent."""
    by_node: dict[ast.AST, list[AwsCall]] = {}
    for call in calls:
        by_node.setdefault(call.node, []).append(call)
    for node, several in by_node.items():
        call = several[0]
        operation = operation_of(call.service, call.operation)
        if (
            isinstance(node, ast.Call)
            and operation is not None
            and len(several) == 1
            and _is_direct(call, node)
        ):
            found = _misfit(call, node, operation)
            if found is not None:
                yield found


def _is_direct(call: AwsCall, node: ast.Call) -> bool:
    """Whether the arguments are the operation's own: those of a client, a paginator, or an object's action of the
    operation's name."""
    method = str(getattr(node.func, "attr", ""))
    same = method.replace("_", "").lower() == call.operation.lower()
    return call.confidence == "high" and (
        (call.via in ("client", "resource") and same)
        or (call.via == "paginator" and pages_of(call.service, call.operation) is not None)
    )


def _misfit(call: AwsCall, node: ast.Call, operation: Operation) -> Misfit | None:
    taken = {alias for alias, sent in _ALIASES.items() if sent in operation.parameters}
    allowed = operation.parameters | taken | _OWN.get(call.via, frozenset())
    named = [keyword for keyword in node.keywords if keyword.arg is not None]
    extra = tuple(keyword for keyword in named if keyword.arg not in allowed)
    spread = len(named) != len(node.keywords)
    by_place = bool(node.args) and not any(isinstance(each, ast.Starred) for each in node.args)
    given = {keyword.arg for keyword in named} | {*call.parameters}
    given |= {_ALIASES[name] for name in given if name in _ALIASES}
    missing = () if spread or node.args else tuple(sorted(operation.required - given))
    if not extra and not missing and not by_place:
        return None
    near = did_you_mean(extra[0].arg or "", operation.parameters) if extra else ""
    return Misfit(call, extra, missing, by_place, near)
