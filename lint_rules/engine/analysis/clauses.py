"""What functions do about exceptions: `except` clauses, and `finally` blocks that make them vanish."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.flow import Flow

_BROAD = frozenset({"Exception", "BaseException"})
_TELLS = regex(r"error|fail|exception|invalid|unable|could not|went wrong", re.IGNORECASE)
_LOGS = frozenset({
    *("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print_exc", "print_exception"),
    *("put_annotation", "put_metadata", "add_metric", "append_keys", "format_exc"),
})  # fmt: skip
_READS = frozenset({
    *("get", "items", "keys", "values", "loads", "dumps", "decode", "encode", "strip", "split", "format", "join"),
    *("lower", "upper", "replace", "len", "str", "int", "float", "print", "list", "dict", "isinstance", "range"),
    *("unquote_plus", "b64decode", "enumerate", "append", "startswith", "endswith", "deepcopy", "fromtimestamp"),
})  # fmt: skip
"""Calls that have no effect outside."""


class Clause(NamedTuple):
    """An `except` clause in a function."""

    node: ast.ExceptHandler
    scope: Scope

    @property
    def span(self) -> Span:
        """Where `except` and what it names stand."""
        whole = self.scope.facts.module.span(self.node)
        if self.node.type is None:
            return Span(whole.path, whole.start, whole.start + len("except"))
        return Span(whole.path, whole.start, self.scope.facts.module.span(self.node.type).end)

    @property
    def is_bare(self) -> bool:
        """Whether it names no exception."""
        return self.node.type is None

    @property
    def is_broad(self) -> bool:
        """Whether it catches every usual exception."""
        named = self.node.type
        parts = named.elts if isinstance(named, ast.Tuple) else [named]
        return any(part is None or getattr(part, "id", "") in _BROAD for part in parts)

    @property
    def raises(self) -> bool:
        """Whether it raises something, the same exception or another, or ends the process."""
        return any(isinstance(part, ast.Raise) for part in _walk(self.node.body)) or any(
            self.scope.dotted(part.func) in ("sys.exit", "os._exit", "exit")
            for part in _walk(self.node.body)
            if isinstance(part, ast.Call)
        )

    @property
    def only_tells(self) -> bool:
        """Whether all it does is to log and to go on, or to return something."""
        return all(self._is_telling(statement) for statement in self.node.body)

    def _is_telling(self, statement: ast.stmt) -> bool:
        if isinstance(statement, (ast.Pass, ast.Continue, ast.Break)):
            return True
        if isinstance(statement, ast.Return):
            return not any(
                isinstance(part, ast.Call) and not self._is_quiet(part) for part in walk(statement)
            )
        value = statement.value if isinstance(statement, ast.Expr) else None
        return isinstance(value, ast.Constant) or (
            isinstance(value, ast.Call) and _last(value) in _LOGS | {"print"}
        )

    def _is_quiet(self, call: ast.Call) -> bool:
        return _last(call) in _LOGS | _READS

    def guards_work(self, flow: Flow) -> bool:
        """Whether the work on the event is done in its `try`, and none outside."""
        block = self.scope.facts.parents.get(self.node)
        if not isinstance(block, ast.Try):
            return False
        inside = {*_walk(block.body)}
        cleared = {*_walk(block.finalbody), *(part for each in block.handlers for part in _walk(each.body))}
        work, rest = False, False
        for call in self.scope.calls:
            if call in cleared or _last(call) in _LOGS | _READS:
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(flow.depends_on_event(part, self.scope) for part in given):
                work, rest = work or call in inside, rest or call not in inside
        return work and not rest

    def _success(self) -> ast.Constant | None:
        """The 200 of a response that tells of an error in its words."""
        for part in _walk(self.node.body):
            if not isinstance(part, ast.Return) or not isinstance(part.value, ast.Dict):
                continue
            pairs = zip(part.value.keys, part.value.values, strict=True)
            status = next((value for key, value in pairs if getattr(key, "value", "") == "statusCode"), None)
            told = any(
                (isinstance(each, ast.Name) and each.id == self.node.name)
                or (
                    isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and _TELLS.search(each.value)
                )
                for each in walk(part.value)
            )
            if isinstance(status, ast.Constant) and status.value == 200 and told:
                return status
        return None

    def success(self) -> Span | None:
        """Where the status stands that tells of success in an answer that tells of an error."""
        status = self._success()
        return self.scope.facts.module.span(status) if status is not None else None

    def answering(self, status: str) -> tuple[Edit, ...]:
        """The edit that gives that answer another status."""
        span = self.success()
        return (Edit(span, status),) if span is not None else ()

    def named(self) -> tuple[Edit, ...]:
        """The edit that makes a bare clause catch Exception."""
        return (Edit(Span(self.span.path, self.span.end, self.span.end), " Exception"),)

    def raising(self) -> tuple[Edit, ...]:
        """The edit that lets the exception go on once it is logged; none where the last statement does not stand on
        lines of its own."""
        module = self.scope.facts.module
        last = self.node.body[-1]
        span = module.span(last)
        if last.lineno == self.node.lineno or module.text[span.end - module.base :][:1] == ";":
            return ()
        if isinstance(last, (ast.Pass, ast.Continue, ast.Break, ast.Return)):
            return (Edit(span, "raise"),)
        newline = "\r\n" if "\r\n" in module.text else "\n"
        start = span.start - module.base
        line = max(module.text.rfind("\n", 0, start), module.text.rfind("\r", 0, start)) + 1
        indent = module.text[line:start]
        rest = re.compile(r"[^\r\n]*").match(module.text, span.end - module.base)
        end = module.base + (rest.end() if rest else len(module.text))
        return () if indent.strip() else (Edit(Span(span.path, end, end), f"{newline}{indent}raise"),)


class Vanishing(NamedTuple):
    """A `return`, `break` or `continue` in a `finally` block."""

    node: ast.stmt
    block: ast.Try
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def is_caught(self) -> bool:
        """Whether an `except` before it has taken every usual exception already."""
        caught = [Clause(handler, self.scope) for handler in self.block.handlers]
        return any(clause.is_broad for clause in caught) and not any(clause.raises for clause in caught)

    @property
    def word(self) -> str:
        """Its keyword."""
        return type(self.node).__name__.lower()

    def moved(self) -> tuple[Edit, ...]:
        """The edit that puts a `return` behind the block; none where it is not the last of several statements."""
        module, body = self.scope.facts.module, self.block.finalbody
        if not isinstance(self.node, ast.Return) or len(body) < 2 or body[-1] is not self.node:
            return ()
        text, start = module.text, self.span.start - module.base
        line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        outer = module.span(self.block).start - module.base
        above = max(text.rfind("\n", 0, outer), text.rfind("\r", 0, outer)) + 1
        indent = text[above:outer]
        if text[line:start].strip() or indent.strip() or "\n" in module.code(self.node):
            return ()
        return (Edit(Span(self.span.path, module.base + line, self.span.start), indent),)


def clauses(scope: Scope) -> Iterator[Clause]:
    """The `except` clauses of a function."""
    if "except" in scope.facts.module.text:
        for block in body_of(scope).tries:
            for node in block.handlers:
                yield Clause(node, scope)


def vanishings(scope: Scope) -> Iterator[Vanishing]:
    """What makes exceptions vanish in the `finally` blocks of a function."""
    if "finally" in scope.facts.module.text:
        for block in body_of(scope).tries:
            for statement in _leaving(block.finalbody, False):
                yield Vanishing(statement, block, scope)


def _leaving(body: list[ast.stmt], in_loop: bool) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.Return) or (
            isinstance(statement, (ast.Break, ast.Continue)) and not in_loop
        ):
            yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        loops = in_loop or isinstance(statement, (ast.For, ast.While, ast.AsyncFor))
        for field in ("body", "orelse", "finalbody"):
            yield from _leaving(getattr(statement, field, []), loops)
        for handler in getattr(statement, "handlers", []):
            yield from _leaving(handler.body, loops)


def _walk(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What stands in statements, but for functions and classes in them."""
    todo: list[ast.AST] = list(reversed(body))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo.extend(reversed(list(ast.iter_child_nodes(node))))


def _last(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))
