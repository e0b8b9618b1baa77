"""Where a handler writes its whole event into the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import root_name
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple

LEVELS = frozenset({"info", "warning", "warn", "error", "critical", "exception", "log", "debug"})
_LOGGERS = frozenset({"logger", "log", "logging", "_logger", "_log", "logger_", "lambda_logger"})
_SAME = frozenset(
    {"json.dumps", "str", "repr", "simplejson.dumps", "orjson.dumps", "ujson.dumps", "pprint.pformat"}
)
_PRINTS = frozenset({"print", "pprint.pprint"})


class Logged(NamedTuple):
    """One such call. `guarded` says that it only logs when somebody has asked for it."""

    node: ast.Call
    scope: Scope
    guarded: bool

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.node)

    def removed(self) -> Edit | None:
        """The edit that takes out the line; None where the call is not the whole of it, or it is all of a block."""
        facts, module = self.scope.facts, self.scope.facts.module
        statement = facts.parents.get(self.node)
        block = facts.parents.get(statement) if isinstance(statement, ast.Expr) else None
        body = getattr(block, "body", [])
        if statement is None or len(body) < 2 or statement not in body:
            return None
        span = module.span(self.node)
        start, end = span.start - module.base, span.end - module.base
        before = module.text.rfind("\n", 0, start) + 1
        after = module.text.find("\n", end)
        if after < 0 or module.text[before:start].strip() or module.text[end:after].strip():
            return None
        return Edit(Span(span.path, module.base + before, module.base + after + 1), "")


def logged_events(handler: Scope) -> Iterator[Logged]:
    """The calls in the handler itself, not in what it calls."""
    names = handler.arguments
    if not names or len(handler.bindings.get(names[0], [])) != 1:
        return
    if _is_redacted(names[0], handler):
        return
    for call in handler.calls:
        level = _level(call, handler)
        if level and any(_is_whole(part, names[0], handler) for part in _parts(call)):
            yield Logged(call, handler, level == "debug" or _is_guarded(call, handler))


def _is_redacted(event: str, scope: Scope) -> bool:
    """Whether the handler takes something out of its event, or puts a constant in its place."""
    for store in scope.stores:
        statement = scope.facts.parents.get(store)
        value = statement.value if isinstance(statement, ast.Assign) else None
        named = getattr(value, "attr", getattr(value, "id", "a"))
        constant = isinstance(value, ast.Constant) or named.isupper()
        changed = isinstance(store, ast.Subscript) and root_name(store) == event
        if changed and (constant or isinstance(statement, ast.Delete)):
            return True
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr == "pop" and root_name(call.func) == event
        for call in scope.calls
    )


def _level(call: ast.Call, scope: Scope) -> str:
    """The level of a call that logs: "print" for one without, empty for any other call."""
    dotted = scope.dotted(call.func)
    if dotted in _PRINTS:
        return "" if any(keyword.arg == "file" for keyword in call.keywords) else "print"
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in LEVELS:
        return ""
    named = isinstance(func.value, ast.Name) and func.value.id.lower() in _LOGGERS
    made = dotted or ""
    return (
        func.attr
        if named or "getLogger()" in made or "Logger()" in made or made.startswith("logging.")
        else ""
    )


def _parts(call: ast.Call) -> Iterator[ast.AST]:
    yield from call.args
    for keyword in call.keywords:
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
            yield from keyword.value.values
        elif keyword.arg not in ("exc_info", "stack_info", "stacklevel", "end", "sep", "flush"):
            yield keyword.value


def _is_whole(node: ast.AST, event: str, scope: Scope) -> bool:
    """Whether the text of the whole event is in the value."""
    if isinstance(node, ast.Name):
        return node.id == event and scope.owner(event) is scope
    if isinstance(node, ast.FormattedValue):
        return _is_whole(node.value, event, scope)
    if isinstance(node, ast.JoinedStr):
        return any(_is_whole(part, event, scope) for part in node.values)
    if isinstance(node, ast.BinOp):
        return any(_is_whole(part, event, scope) for part in (node.left, node.right))
    if isinstance(node, ast.Tuple | ast.List):
        return any(_is_whole(part, event, scope) for part in node.elts)
    if isinstance(node, ast.Dict):
        return any(_is_whole(part, event, scope) for part in node.values)
    if isinstance(node, ast.Call):
        formats = isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        same = scope.dotted(node.func) in _SAME
        return (same or formats) and any(
            _is_whole(part, event, scope) for part in node.args[: None if formats else 1]
        )
    return False


def _is_guarded(call: ast.Call, scope: Scope) -> bool:
    """Whether a test that is not about the event stands around the call."""
    for parent, child in scope.facts.above(call):
        if isinstance(parent, FunctionNode):
            return False
        if isinstance(parent, ast.If) and child in parent.body:
            return True
    return False
