"""The lists of failed records that handlers answer with, and what is wrong with their shape.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.event_paths import EventPaths
    from lint_rules.engine.analysis.replies import Entry, Reply

_LIST = "batchItemFailures"
_ITEM = "itemIdentifier"
_MEANT_LIST = frozenset({"batchitemfailures", "batchitemfailure", "batchfailures", "batchitemsfailures"})
_MEANT_ITEM = frozenset({"itemidentifier", "itemid", "itemidentifiers", "messageid", "identifier", "id"})
_NO_NAMES = frozenset(
    {"body", "receiptHandle", "md5OfBody", "attributes", "messageAttributes", "eventSourceARN"}
)
"""Members of a message that do not tell Lambda which one it is."""


class Misshapen(NamedTuple):
    """A part of such a list that Lambda does not understand. `problem` is "list" (the key of the list is another),
    "no list", "key" (the key of an item is another), "bare" (an item is the id itself) or "value" (an item has
    something else than the id)."""

    problem: str
    node: ast.expr
    scope: Scope
    edits: tuple[Edit, ...] = ()

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """The part as written."""
        return " ".join(self.scope.facts.module.code(self.node).split())


def misshapen(replies: Iterator[Reply], event: EventPaths) -> Iterator[Misshapen]:
    """What is wrong with the lists in these answers, each place once."""
    seen: set[ast.AST] = set()
    for reply in replies:
        for entry in reply.entries:
            for found in _in(entry, reply, event):
                if found.node not in seen:
                    seen.add(found.node)
                    yield found


def _in(entry: Entry, reply: Reply, event: EventPaths) -> Iterator[Misshapen]:
    if entry.name != _LIST:
        if _bare(entry.name) not in _MEANT_LIST or _LIST in reply.names:
            return
        yield _renamed("list", entry.key, entry.scope, _LIST)
    if isinstance(entry.value, ast.Dict):
        yield Misshapen("no list", entry.value, entry.scope)
        return
    for item in _items(entry.value, entry.scope):
        if isinstance(item, ast.Dict):
            yield from _of_item(item, entry.scope, event)
            continue
        path = event.of(item, entry.scope)
        if path is not None and path[0] == "Records" and len(path) == 3 and path[2] == "messageId":
            span = entry.scope.facts.module.span(item)
            before = Edit(Span(span.path, span.start, span.start), '{"' + _ITEM + '": ')
            after = Edit(Span(span.path, span.end, span.end), "}")
            yield Misshapen("bare", item, entry.scope, (before, after))


def _of_item(item: ast.Dict, scope: Scope, event: EventPaths) -> Iterator[Misshapen]:
    keys = {
        key.value: key for key in item.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    if len(keys) != len(item.keys):
        return
    if _ITEM not in keys:
        meant = [key for name, key in keys.items() if _bare(name) in _MEANT_ITEM]
        if len(meant) == 1:
            yield _renamed("key", meant[0], scope, _ITEM)
        return
    value = item.values[item.keys.index(keys[_ITEM])]
    path = event.of(value, scope)
    if path is None or path[:1] != ("Records",):
        return
    if len(path) == 2 or (len(path) >= 3 and path[2] in _NO_NAMES and len(path) == 3):
        yield Misshapen("value", value, scope)


def _items(value: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The elements that are put into a list, as far as they stand in the same function."""
    if isinstance(value, ast.List):
        yield from value.elts
    elif isinstance(value, ast.ListComp):
        yield value.elt
    elif isinstance(value, ast.Name) and scope.owner(value.id) is scope:
        for binding in scope.bindings.get(value.id, ()):
            assigned = scope.facts.assigned(binding)
            if assigned is not None and not isinstance(assigned, ast.Name):
                yield from _items(assigned, scope)
        for call in scope.calls:
            func = call.func
            adds = isinstance(func, ast.Attribute) and func.attr == "append" and len(call.args) == 1
            if adds and getattr(getattr(func, "value", None), "id", "") == value.id:
                yield call.args[0]


def _renamed(problem: str, key: ast.expr, scope: Scope, name: str) -> Misshapen:
    span = scope.facts.module.span(key)
    return Misshapen(problem, key, scope, (Edit(span, f'"{name}"'),))


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
