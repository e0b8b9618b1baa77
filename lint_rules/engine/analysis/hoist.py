"""Edits that move an assignment out of a function to the top of its module.

1. The statement must be `name = …`, alone on its lines, and not the whole body of its block.
2. The name must be free: bound once in the function, unknown to the module and to the functions around.
3. Everything it uses must be known to the module; it goes after the statement that binds the last of these,
   and after the imports and the set-up calls that follow.

A module that has the very same assignment already only loses the one in the function.
"""

from __future__ import annotations

import ast
import builtins
import re

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex

_EMPTY = regex(r"[ \t]*(?:\r\n|\n|\r)")
_ABOUT_CLIENTS = regex(r"client|boto|resource|session|connect|initiali|set ?up", re.IGNORECASE)
"""Comments that speak of the statement below them, and not of all that follows."""

_PARTS = frozenset({"Table", "Bucket", "Queue", "Topic", "Object"})
"""Methods of boto3 resources that make an object and call nobody."""


def hoist(call: ast.Call, scope: Scope) -> tuple[Edit, ...]:
    """The edits; none if it cannot be done without doubt."""
    facts = scope.facts
    module = facts.module
    statement = facts.statement(call)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return ()
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or not _is_whole(call, statement.value):
        return ()
    name = target.id
    if len(scope.bindings.get(name, [])) != 1 or scope.owner(name) is not scope or not scope.is_function:
        return ()
    lines = _lines(statement, scope)
    if lines is None or "\n" in _strings(statement.value):
        return ()
    start, end, text = lines
    place = module.document.path
    top = facts.module_scope
    if name in top.bindings or name in facts.stored_globally:
        if not _is_same(top.value(name), statement.value):
            return ()
        start = _line_start(module.text, module.span(statement).start - module.base)
        return (Edit(Span(place, module.base + start, module.base + end), ""),)
    removal = Edit(Span(place, module.base + start, module.base + end), "")
    if hasattr(builtins, name) or not _is_free(name, scope):
        return ()
    after = _after(statement.value, scope)
    if after is None:
        return ()
    at, lead, follow = _insertion(after, scope)
    return (Edit(Span(place, module.base + at, module.base + at), lead + text + follow), removal)


def _is_whole(call: ast.Call, value: ast.expr) -> bool:
    """Whether an assigned value is the call, or a resource's part made of it: `boto3.resource(…).Table(…)`."""
    while value is not call:
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return False
        if value.func.attr not in _PARTS:
            return False
        value = value.func.value
    return True


def _is_free(name: str, scope: Scope) -> bool:
    """Whether no other function would see the new variable of the module under this name."""
    for other in scope.facts.scopes:
        inside = other
        while inside.parent is not None and inside is not scope:
            inside = inside.parent
        if inside is scope:
            continue
        if name in other.loads and other.owner(name) is None:
            return False
    return scope.parent is not None and not scope.parent.is_function


def _lines(statement: ast.stmt, scope: Scope) -> tuple[int, int, str] | None:
    """Start and end of the lines of a statement, and their text without its indentation; None if it shares
    a line or is the whole block."""
    facts = scope.facts
    module = facts.module
    text = module.text
    span = module.span(statement)
    first, last = span.start - module.base, span.end - module.base
    start = _line_start(text, first)
    indent = text[start:first]
    tail = re.compile(r"[ \t]*(?:#[^\r\n]*)?(\r\n|\n|\r|\Z)").match(text, last)
    if indent.strip() or tail is None:
        return None
    block = _block(facts.parents[statement], statement)
    if block is None or len([each for each in block if not _is_docstring(each)]) < 2:
        return None
    end = tail.end()
    empty = _EMPTY.match(text, end)
    above = _comments_above(text, start, indent)
    if above < start and (empty or end == len(text) or _ABOUT_CLIENTS.search(text[above:start])):
        start = above
    code = text[start + len(indent) : tail.start(1)].rstrip()
    moved = re.sub(rf"(\r\n|\n|\r){re.escape(indent)}", r"\1", code)
    opens = all(map(_is_docstring, block[: block.index(statement)])) and isinstance(
        facts.parents[statement], ast.FunctionDef | ast.AsyncFunctionDef
    )
    if empty and (opens or _EMPTY.match(text, _line_start(text, start - 1))):
        # No function begins with a blank line, and no two of them meet, where there were none before.
        end = empty.end()
    return start, end, moved


def _line_start(text: str, at: int) -> int:
    if at > 0 and text[at - 1 : at + 1] == "\r\n":
        at -= 1
    return max(text.rfind("\n", 0, max(at, 0)), text.rfind("\r", 0, max(at, 0))) + 1


def _comments_above(text: str, start: int, indent: str) -> int:
    """Where the comments begin that stand right above a line, as deep as it."""
    while start > 0:
        before = _line_start(text, start - 1)
        line = text[before:start]
        if not line.startswith(indent + "#"):
            break
        start = before
    return start


def _block(parent: ast.AST, statement: ast.stmt) -> list[ast.stmt] | None:
    """The list of statements that holds one, if it is the body of a function or of a `try` or `with`."""
    if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Try | ast.With | ast.AsyncWith):
        return parent.body if statement in parent.body else None
    return None


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _strings(node: ast.AST) -> str:
    return "".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def _is_same(one: ast.expr | None, other: ast.expr) -> bool:
    return one is not None and ast.dump(one) == ast.dump(other)


def _after(value: ast.expr, scope: Scope) -> ast.stmt | None:
    """The statement at module level that the moved one follows; None if it needs what the module lacks."""
    facts = scope.facts
    body = facts.module_scope.node.body  # type: ignore[attr-defined]
    places = {statement: index for index, statement in enumerate(body)}
    last = -1
    for part in ast.walk(value):
        if not isinstance(part, ast.Name):
            continue
        owner = scope.owner(part.id)
        if owner is None and hasattr(builtins, part.id):
            continue
        if owner is not facts.module_scope:
            return None
        for binding in owner.bindings.get(part.id, []):
            at: ast.AST = binding
            while at not in places:
                at = facts.parents[at]
            last = max(last, places[at])
    while last + 1 < len(body) and _prepares(body[last + 1], scope):
        last += 1
    return body[last] if last >= 0 else None


def _prepares(statement: ast.stmt, scope: Scope) -> bool:
    """Whether a statement must or may come before a client is made: imports, set-up calls, environment, other
    clients."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    if isinstance(statement, ast.Try):
        return any(isinstance(part, ast.Import | ast.ImportFrom) for part in statement.body)
    if not isinstance(statement, ast.Assign):
        return False
    name = scope.facts.module_scope.dotted(statement.value) or ""
    return isinstance(statement.targets[0], ast.Subscript) or name.startswith("boto3.")


def _insertion(after: ast.stmt, scope: Scope) -> tuple[int, str, str]:
    """Where the line goes (the end of the line of `after`), and the line ends before and behind it."""
    module = scope.facts.module
    text = module.text
    newline = "\r\n" if "\r\n" in text else "\n"
    span = module.span(after)
    tail = re.compile(r"[^\r\n]*").match(text, span.end - module.base)
    at = tail.end() if tail else len(text)
    is_import = isinstance(after, ast.Import | ast.ImportFrom | ast.Try)
    body = scope.facts.module_scope.node.body  # type: ignore[attr-defined]
    index = body.index(after) + 1
    gap = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?=\r|\n|\Z)").match(text, at)
    definition = index < len(body) and isinstance(
        body[index], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    )
    follow = newline * 2 if definition and gap is None else ""
    return at, newline * (2 if is_import else 1), follow
