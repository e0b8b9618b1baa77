"""Temporary files that are made to stay although nobody needs them behind their `with` block."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.removals import removing
from lint_rules.engine.finding import Edit

_OWN = frozenset({
    *("write", "writelines", "read", "readline", "readlines", "seek", "tell", "flush", "truncate"),
})  # fmt: skip
"""Methods of the file; not `close`, which removes a file that is to go."""
_TAKE_PATH = frozenset({"upload_file", "download_file"})
_TAKE_FILE = frozenset({"upload_fileobj", "download_fileobj"})
_TAKE_DOTTED = frozenset({
    *("json.dump", "json.load", "pickle.dump", "pickle.load", "csv.reader", "csv.writer"),
    *("shutil.copyfileobj", "os.path.getsize", "os.stat", "open"),
})  # fmt: skip
"""What keeps neither the file nor its name longer than the block."""


def leaving(call: ast.Call, scope: Scope) -> tuple[Edit, ...]:
    """The edits that let a `NamedTemporaryFile(delete=False)` go with its `with` block; none where the file or its
    name may be used behind it."""
    facts = scope.facts
    item = facts.parents.get(call)
    block = facts.parents.get(item) if isinstance(item, ast.withitem) else None
    kept = [word for word in call.keywords if word.arg == "delete"]
    if not isinstance(item, ast.withitem) or not isinstance(block, ast.With) or len(kept) != 1:
        return ()
    if any(word.arg is None or word.arg == "delete_on_close" for word in call.keywords):
        return ()
    if item.optional_vars is not None and not _stays_inside(item.optional_vars, block, scope):
        return ()
    return removing(kept, call, scope)


def _stays_inside(target: ast.expr, block: ast.With, scope: Scope) -> bool:
    if not isinstance(target, ast.Name) or not isinstance(scope.node, FunctionNode):
        return False
    name = target.id
    if scope.owner(name) is not scope or scope.bindings.get(name) != [target]:
        return False
    if any(
        name in other.loads and other.owner(name) is scope
        for other in scope.facts.scopes
        if other is not scope
    ):
        return False
    return all(
        any(parent is block and child in block.body for parent, child in scope.facts.above(load))
        and _is_passing(load, scope)
        for load in scope.loads.get(name, ())
    )


def _is_passing(load: ast.Name, scope: Scope) -> bool:
    """Whether a use of the file certainly keeps neither it nor its name."""
    parents = scope.facts.parents
    parent = parents[load]
    if isinstance(parent, ast.Attribute):
        user = parents[parent]
        if parent.attr in _OWN:
            return isinstance(user, ast.Call) and user.func is parent
        return parent.attr == "name" and _takes(user, parent, _TAKE_PATH, scope)
    return _takes(parent, load, _TAKE_FILE, scope)


def _takes(user: ast.AST, given: ast.expr, methods: frozenset[str], scope: Scope) -> bool:
    if isinstance(user, ast.keyword):
        user = scope.facts.parents[user]
    if not isinstance(user, ast.Call) or user.func is given:
        return False
    called = user.func
    method = isinstance(called, ast.Attribute) and called.attr in methods
    return method or scope.dotted(called) in _TAKE_DOTTED
