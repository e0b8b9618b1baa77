"""Times and ids that a module reads once, at import, and that functions then take for those of their own call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.reach import Reach

_TIMES = frozenset({
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
})  # fmt: skip
_IDS = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "secrets.token_hex", "secrets.token_urlsafe"})
_ON_PURPOSE = regex(
    r"start|cold|boot|init|begin|launch|load|import|instance|container|environment|env_|sandbox|worker|process|"
    r"expir|expiry|refresh|last|cache|deploy|build|seed|secret|key",
    re.IGNORECASE,
)
"""Names that say of a value that it belongs to the environment."""


class ImportValue(NamedTuple):
    """A variable of a module with such a value, and where a function first reads it. `kind` is "time" or "id"."""

    name: str
    kind: str
    call: ast.Call
    statement: ast.stmt
    home: Scope
    load: ast.Name
    user: Scope

    @property
    def span(self) -> Span:
        """Where the value is made."""
        return self.home.facts.module.span(self.call)

    @property
    def used_at(self) -> Span:
        """Where it is read."""
        return self.user.facts.module.span(self.load)

    def moved(self) -> tuple[Edit, ...]:
        """Edits that make the value at the beginning of the only function that reads it."""
        facts = self.home.facts
        module, node, text = facts.module, self.user.node, facts.module.text
        users = [scope for scope in facts.scopes if self.name in scope.loads]
        if users != [self.user] or self.user.facts is not facts or not isinstance(node, FunctionNode):
            return ()
        if (
            self.statement not in getattr(self.home.node, "body", ())
            or len(self.home.bindings[self.name]) != 1
        ):
            return ()
        span = module.span(self.statement)
        code = module.code(self.statement)
        tail = re.compile(r"[ \t]*(\r\n|\n|\r)").match(text, span.end - module.base)
        line = (
            max(text.rfind("\n", 0, span.start - module.base), text.rfind("\r", 0, span.start - module.base))
            + 1
        )
        documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
        first = node.body[1 if documented and len(node.body) > 1 else 0]
        at = module.span(first).start - module.base
        above = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
        indent = text[above:at]
        if tail is None or line != span.start - module.base or "\n" in code or indent.strip() or not indent:
            return ()
        if isinstance(self.statement, ast.Assign) and len(self.statement.targets) != 1:
            return ()
        newline, path = tail[1], module.document.path
        return (
            Edit(Span(path, span.start, module.base + tail.end()), ""),
            Edit(Span(path, module.base + at, module.base + at), f"{code}{newline}{indent}"),
        )


def import_values(reach: Reach, top: Scope) -> Iterator[ImportValue]:
    """Those of a module that the functions of a reach use as a time or id of now."""
    for name, bound in top.bindings.items():
        value = top.value(name) if len(bound) == 1 else None
        found = _source(value, top) if value is not None else None
        if found is None or _ON_PURPOSE.search(name):
            continue
        users = [*_uses(name, top, reach.functions)]
        if users and all(not _is_difference(load, scope) for load, scope in users):
            kind = "id" if top.dotted(found.func) in _IDS else "time"
            load, scope = users[0]
            yield ImportValue(name, kind, found, top.facts.statement(found), top, load, scope)


def _source(value: ast.expr, top: Scope) -> ast.Call | None:
    """The call that makes a value, as it is, as text, or as one of its methods gives it."""
    at: ast.expr = value
    for _ in range(6):
        if isinstance(at, ast.Call):
            if top.dotted(at.func) in _TIMES | _IDS:
                return at
            if isinstance(at.func, ast.Attribute) and at.func.attr in (
                *("isoformat", "strftime", "date", "timestamp", "replace", "astimezone", "hex", "format"),
            ):
                at = at.func.value
            elif top.dotted(at.func) in ("str", "int", "round", "float") and at.args:
                at = at.args[0]
            else:
                return None
        elif isinstance(at, ast.Attribute) and at.attr in ("hex", "year", "month", "day", "hour"):
            at = at.value
        else:
            return None
    return None


def _uses(name: str, top: Scope, scopes: Iterable[Scope]) -> Iterator[tuple[ast.Name, Scope]]:
    for scope in scopes:
        if scope.facts is top.facts and scope.owner(name) is top:
            for load in scope.loads.get(name, ()):
                yield load, scope


def _is_difference(load: ast.Name, scope: Scope) -> bool:
    for parent, child in scope.facts.above(load):
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Sub):
            return child is parent.right
        if isinstance(parent, ast.Compare):
            return True
        if isinstance(parent, ast.stmt):
            return False
    return False
