"""Functions that a library calls for the handler: routes of a resolver, handlers of single records, `map`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import FunctionNode, Scope

_ROUTES = frozenset({
    *("get", "post", "put", "delete", "patch", "head", "options", "route", "resolver", "batch_resolver"),
    *("async_batch_resolver", "on_publish", "on_subscribe", "tool"),
})  # fmt: skip
"""Decorators that enter a function in a resolver of Powertools or an application like it."""

_PER_ITEM = frozenset({"map", "filter"})
_KEYWORDS = frozenset({"record_handler", "handler"})


def callbacks(call: ast.Call, scope: Scope) -> Iterator[ast.expr]:
    """The functions that a call is given in order to run them before it returns, in the same thread."""
    if isinstance(call.func, ast.Name) and call.func.id in _PER_ITEM and scope.owner(call.func.id) is None:
        yield from call.args[:1]
    for keyword in call.keywords:
        if keyword.arg in _KEYWORDS:
            yield keyword.value


_ENTERED = _ROUTES | {
    *(
        "create",
        "update",
        "poll_create",
        "poll_update",
        "poll_delete",
        "exception_handler",
        "not_found",
        "on_event",
    ),
    *(
        "intent",
        "request_handler",
        "schedule",
        "lambda_function",
        "on_message",
        "authorizer",
        "query",
        "field",
    ),
    *(
        "middleware",
        "register",
        "mutation",
        "step",
        "task",
        "durable_step",
        "before_request",
        "after_request",
    ),
}


def is_route(decorator: ast.expr) -> bool:
    """Whether a decorator enters a function in an application or a registry, which then calls it."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(target, ast.Name):
        return (isinstance(decorator, ast.Call) and target.id == "register") or target.id == "tool"
    return isinstance(target, ast.Attribute) and target.attr in _ENTERED


def routes(scope: Scope) -> Iterator[Scope]:
    """The functions entered by decorators in an application that the function uses, such as `app` in
    `app.resolve(event, context)`."""
    top = scope.facts.module_scope
    for other in top.children:
        node = other.node
        if not isinstance(node, FunctionNode) or other is scope:
            continue
        for decorator in node.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            if (
                isinstance(target, ast.Attribute)
                and target.attr in _ROUTES
                and isinstance(target.value, ast.Name)
                and target.value.id in scope.loads
                and scope.owner(target.value.id) is top
            ):
                yield other
                break
