"""The values of attributes that code gives to DynamoDB: to tables, which take Python's own, and to clients, which take
each with its type.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/dynamodb.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import wrapping
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.imports import importing
from lint_rules.engine.analysis.sent import Given, Sent, traced
from lint_rules.engine.finding import Edit

_PLACES = ("Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey")
_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})
_FLOATS = frozenset({
    *("float", "time.time", "time.perf_counter", "time.monotonic", "random.random", "random.uniform"),
    *("random.gauss", "math.sqrt", "math.log", "math.exp", "math.sin", "math.cos"),
    *(
        f"datetime.datetime.{made}().timestamp"
        for made in ("now", "utcnow", "today", "fromisoformat", "strptime", "fromtimestamp")
    ),
})  # fmt: skip
_TEXTS = frozenset({"str", "int", "float", "bool", "time.time", "json.dumps"})
_DEEPEST = 6


def float_values(calls: Iterable[Sent]) -> Iterator[Given]:
    """The values that are certainly floats, and are given to tables."""
    for sent in calls:
        if _is_of_table(sent):
            for whole in _given(sent):
                for value in _inside(whole, 0):
                    if _is_float(value.node, value.scope, 0):
                        yield value


def as_decimal(value: Given) -> tuple[Edit, ...]:
    """Edits that give a value as a Decimal of its text, as exact as Python writes it."""
    facts = value.scope.facts
    top = facts.module_scope
    for name, class_name in (("Decimal", "Decimal"), ("decimal", "decimal.Decimal")):
        if name in top.bindings and top.dotted(ast.Name(name)) in ("decimal", "decimal.Decimal"):
            return wrapping(f"{class_name}(str(", value.node, "))", value.scope)
    taken = any("decimal" in scope.bindings for scope in facts.scopes)
    edits = () if taken else wrapping("decimal.Decimal(str(", value.node, "))", value.scope)
    return (*importing("decimal", facts), *edits) if edits else ()


def typed_for_tables(calls: Iterable[Sent]) -> Iterator[Given]:
    """What is given to tables with types, all of it."""
    for sent in calls:
        if _is_of_table(sent):
            for whole in _given(sent):
                values = [traced(value, whole.scope).node for value in getattr(whole.node, "values", ())]
                if values and all(map(_is_typed, values)):
                    yield whole


def untyped_for_clients(calls: Iterable[Sent]) -> Iterator[Given]:
    """The values that are given to clients without types. The client of a resource is no such client."""
    for sent in calls:
        if sent.call.service != "dynamodb" or sent.call.via != "client" or _is_of_resource(sent):
            continue
        for whole in _given(sent):
            for value in getattr(whole.node, "values", ()):
                found = traced(value, whole.scope)
                if _is_plain(found):
                    yield Given(value, whole.scope)


def _is_of_table(sent: Sent) -> bool:
    return sent.call.service == "dynamodb" and sent.call.via == "resource"


def _is_of_resource(sent: Sent) -> bool:
    return "meta.client" in sent.scope.facts.module.text


def _given(sent: Sent) -> Iterator[Given]:
    """The dictionaries of attributes that are written out."""
    found = [sent.given(name) for name in _PLACES]
    arguments = getattr(sent.call.node, "args", ())
    if arguments and sent.operation == "BatchWriteItem":  # Those of a table's writer.
        found.append(traced(arguments[0], sent.scope))
    for given in found:
        if given is not None and isinstance(given.node, ast.Dict):
            yield given


def _inside(given: Given, depth: int) -> Iterator[Given]:
    """The values in a dictionary or list, and what is put into it later where it has a name."""
    node, scope = given
    if depth > _DEEPEST:
        return
    if isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set):
        values = node.values if isinstance(node, ast.Dict) else node.elts
        for value in values:
            yield from _inside(Given(value, scope), depth + 1)
        for value in _put_later(node, scope) if isinstance(node, ast.Dict) else ():
            yield from _inside(Given(value, scope), depth + 1)
    elif isinstance(node, ast.IfExp):
        yield from _inside(Given(node.body, scope), depth + 1)
        yield from _inside(Given(node.orelse, scope), depth + 1)
    elif isinstance(node, ast.Name):
        found = traced(node, scope)
        if found.node is not node:
            yield from _inside(found, depth + 1)
    else:
        yield given


def _put_later(node: ast.Dict, scope: Scope) -> Iterator[ast.expr]:
    parent = scope.facts.parents.get(node)
    target = parent.targets[0] if isinstance(parent, ast.Assign) else None
    if not isinstance(target, ast.Name) or len(scope.bindings.get(target.id, [])) != 1:
        return
    for store in scope.stores:
        statement = scope.facts.parents.get(store)
        root = store.value if isinstance(store, ast.Subscript) else None
        if isinstance(root, ast.Name) and root.id == target.id and isinstance(statement, ast.Assign):
            yield statement.value


def _is_float(node: ast.AST, scope: Scope, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and _is_float(node.operand, scope, depth + 1)
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Div) and _is_whole(node.left, scope) and _is_whole(node.right, scope):
            return True
        arithmetic = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Mod | ast.Pow)
        sides = (traced(side, scope) for side in (node.left, node.right))
        return arithmetic and any(_is_float(side.node, side.scope, depth + 1) for side in sides)
    if isinstance(node, ast.Call):
        if scope.dotted(node.func) == "round" and len(node.args) == 2:
            inner = traced(node.args[0], scope)
            return _is_float(inner.node, inner.scope, depth + 1)
        return scope.dotted(node.func) in _FLOATS
    return False


def _is_whole(node: ast.expr, scope: Scope) -> bool:
    found = traced(node, scope).node
    if isinstance(found, ast.Call):
        return scope.dotted(found.func) in ("len", "int")
    return isinstance(found, ast.Constant) and type(found.value) is int


def _is_typed(node: ast.AST) -> bool:
    if not isinstance(node, ast.Dict) or len(node.keys) != 1:
        return False
    key, value = node.keys[0], node.values[0]
    name = key.value if isinstance(key, ast.Constant) else None
    if name not in _TYPES:
        return False
    if isinstance(value, ast.Dict):
        return name == "M"
    return not isinstance(value, ast.List | ast.Tuple) or name in ("L", "SS", "NS", "BS")


def _is_plain(given: Given) -> bool:
    node, scope = given
    if isinstance(node, ast.Call):
        return scope.dotted(node.func) in _TEXTS
    return isinstance(node, ast.Constant | ast.JoinedStr)
