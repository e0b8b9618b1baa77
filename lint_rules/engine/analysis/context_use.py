"""What a handler reads off the context that Lambda passes it.

The attributes are those of awslambdaric 4.2.2:
https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_VALUES = frozenset({
    *("aws_request_id", "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb"),
    *("log_group_name", "log_stream_name", "client_context", "identity", "tenant_id"),
})  # fmt: skip
_METHODS = frozenset({"get_remaining_time_in_millis", "log", "w3c"})
_RENAMED = {
    **dict.fromkeys(
        ("request_id", "requestId", "RequestId", "invoke_id", "aws_requestid", "awsRequestID"),
        "aws_request_id",
    ),
    **dict.fromkeys(("function_arn", "functionArn", "arn"), "invoked_function_arn"),
    **dict.fromkeys(
        ("memory_limit", "memory_size", "memoryLimitInMB", "memory_limit_in_MB"), "memory_limit_in_mb"
    ),
    **dict.fromkeys(("log_group", "logGroup"), "log_group_name"),
    **dict.fromkeys(("log_stream", "logStream"), "log_stream_name"),
    **dict.fromkeys(
        ("get_remaining_time", "get_remaining_time_in_milliseconds"), "get_remaining_time_in_millis"
    ),
    **dict.fromkeys(("version", "functionversion"), "function_version"),
}
"""What people write instead; the names of other languages' runtimes are found by their spelling."""
_HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_TYPES = frozenset({"LambdaContext", "Any", "object", "dict", "Dict", "Context"})


class ContextRead(NamedTuple):
    """An attribute read that no context has. `meant` is the attribute that it stands for, or empty."""

    node: ast.Attribute
    scope: Scope
    meant: str

    @property
    def name(self) -> str:
        """The attribute as written."""
        return self.node.attr

    @property
    def span(self) -> Span:
        """Where its name stands."""
        span = self.scope.facts.module.span(self.node)
        return Span(span.path, span.end - len(self.node.attr), span.end)

    def renamed(self) -> tuple[Edit, ...]:
        """The edit that writes the right name; none where the two are not used alike."""
        parents = self.scope.facts.parents
        call = parents.get(self.node)
        called = isinstance(call, ast.Call) and call.func is self.node
        in_string = any(isinstance(parent, ast.JoinedStr) for parent, _ in self.scope.facts.above(self.node))
        if not self.meant or called != (self.meant in _METHODS) or in_string:
            return ()
        return (Edit(self.span, self.meant),)


def unknown_reads(scope: Scope) -> Iterator[ContextRead]:
    """The reads of what a context does not have, through the second parameter of a function; none where that may be
    something else."""
    node = scope.node
    if not isinstance(node, FunctionNode) or len(scope.arguments) < 2:
        return
    parameter = [*node.args.posonlyargs, *node.args.args][1]
    name = parameter.arg
    if len(scope.bindings.get(name, [])) != 1 or not _is_context(parameter.annotation):
        return
    text = scope.facts.module.text
    for load in scope.loads.get(name, []):
        read = scope.facts.parents.get(load)
        if not isinstance(read, ast.Attribute) or not isinstance(read.ctx, ast.Load):
            continue
        attribute = read.attr
        if attribute in _VALUES | _METHODS or attribute.startswith("_"):
            continue
        if f'"{attribute}"' in text or f"'{attribute}'" in text or re.search(rf"\.{attribute}\s*=[^=]", text):
            continue  # Asked for with hasattr, or set by somebody.
        yield ContextRead(read, scope, _meant(attribute))


def _is_context(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return True
    name = getattr(annotation, "attr", getattr(annotation, "id", getattr(annotation, "value", "")))
    return isinstance(name, str) and name.rpartition(".")[2] in _TYPES


def _meant(attribute: str) -> str:
    if attribute in _RENAMED:
        return _RENAMED[attribute]
    spelled = _HUMP.sub("_", attribute).lower()
    if spelled in _VALUES | _METHODS:
        return spelled
    return _RENAMED.get(spelled, "")
