"""The keys of objects in S3's notifications, which S3 encodes as HTML forms are: spaces as `+`, the rest as `%xx`.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.event_paths import EACH, FIRST, EventPaths, EventRead
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.logged import LEVELS
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.analysis.wrapping import wrapped
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.event_paths import Path

_TELLS = LEVELS | {"print"}
_WHOLE = "urllib.parse.unquote_plus"
_HALF = "urllib.parse.unquote"
_DECODES = regex("unquote|url_?decode|decode_?key")


class ObjectKey(NamedTuple):
    """A key that is used as S3 sends it, or, `half`, of which all but the `+` is decoded."""

    node: ast.expr
    scope: Scope
    code: str
    half: bool

    @property
    def span(self) -> Span:
        """Where it is read, or half decoded."""
        return self.scope.facts.module.span(self.node)

    def decoded(self) -> tuple[Edit, ...]:
        """Edits that decode it; none where that is not certainly right."""
        if not self.half:
            return wrapped(_WHOLE, self.node, self.scope)
        assert isinstance(self.node, ast.Call)
        func = self.node.func
        if not isinstance(func, ast.Attribute):
            return ()
        end = self.scope.facts.module.span(func).end
        return (Edit(Span(self.span.path, end, end), "_plus"),)


def undecoded_keys(reach: Reach, event: EventPaths) -> Iterator[ObjectKey]:
    """The keys that code takes from notifications and never decodes."""
    modules = {scope.facts.module for scope in reach.functions}
    if not any('"s3"' in module.text or "'s3'" in module.text for module in modules):
        return
    decodes = False
    for scope in reach.functions:
        for call in scope.calls:
            name = scope.dotted(call.func) or str(getattr(call.func, "attr", getattr(call.func, "id", "")))
            if not _DECODES.search(name.rpartition(".")[2]):
                continue
            path = event.of(call.args[0], scope) if call.args else None
            if name == _HALF and path is not None and is_object_key(path):
                yield ObjectKey(call, scope, "unquote", True)
            decodes = True
    if not decodes:
        for read in event.reads:
            if is_object_key(read.path) and _is_used(read):
                yield ObjectKey(read.node, read.scope, read.code, False)


def is_object_key(path: Path) -> bool:
    """Whether a path is that of the key in a notification, sent by S3 itself or through a queue or a topic."""
    return (
        path[-3:] == ("s3", "object", "key") and path[-4:-3] in ((EACH,), (FIRST,)) and path[-5] == "Records"
    )


def _is_used(read: EventRead) -> bool:
    """Whether anything but the log gets it."""
    parent = read.parent
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        loads = read.scope.loads.get(parent.targets[0].id, [])
        return any(not _is_told(load, read.scope) for load in loads)
    return not _is_told(read.node, read.scope)


def _is_told(node: ast.AST, scope: Scope) -> bool:
    """Whether a value only goes into the log, or is only compared."""
    for parent, child in scope.facts.above(node):
        if isinstance(parent, ast.Call) and child is not parent.func:
            return getattr(parent.func, "attr", getattr(parent.func, "id", "")) in _TELLS
        if isinstance(parent, ast.Compare):
            return True
        if isinstance(parent, ast.Attribute) and parent.attr in ("startswith", "endswith"):
            return True
    return False
