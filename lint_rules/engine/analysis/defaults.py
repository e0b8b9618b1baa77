"""Lists, dicts and sets that are the default of a parameter: made once, when the function is defined, and shared by all
of its calls. And what code does where a parameter is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import argument, root_name
from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.reach import Reach

_LITERALS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_MAKES = frozenset({"list", "dict", "set", "collections.defaultdict", "collections.deque", "bytearray"})
_CHANGES = frozenset({
    *("append", "extend", "add", "update", "insert", "setdefault", "appendleft", "clear", "pop", "popitem"),
    *("remove", "discard", "sort", "reverse"),
})  # fmt: skip
_CACHE = regex(r"cache|memo|seen|store", re.IGNORECASE)


class SharedDefault(NamedTuple):
    """Such a parameter. `changed` says that the function puts something in or takes something out, `returned` that it
    gives it to its caller."""

    name: str
    value: ast.expr
    scope: Scope
    changed: bool
    returned: bool

    @property
    def span(self) -> Span:
        """Where the default stands."""
        return self.scope.facts.module.span(self.value)

    @property
    def is_deliberate(self) -> bool:
        """Whether its name says that it is meant to be kept."""
        return self.name.startswith("_") or bool(_CACHE.search(self.name))

    def made_inside(self) -> tuple[Edit, ...]:
        """Edits that make it anew for each call; none where the body does not stand on lines of its own."""
        node, module = self.scope.node, self.scope.facts.module
        assert isinstance(node, FunctionNode)
        body = node.body
        text = module.text
        documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        if documented and len(body) == 1:
            return ()
        first = body[1 if documented else 0]
        at = module.span(first).start - module.base
        if getattr(first, "decorator_list", None):
            return ()
        line = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
        indent = text[line:at]
        if indent.strip() or not indent:
            return ()
        newline = "\r\n" if "\r\n" in text else "\n"
        code = module.code(self.value)
        if "\n" in code or (isinstance(self.value, ast.Dict) and _names(self.value)):
            return ()
        step = "\t" if "\t" in indent else "    "
        guard = f"if {self.name} is None:{newline}{indent}{step}{self.name} = {code}{newline}{indent}"
        return (
            Edit(self.span, "None"),
            Edit(Span(module.document.path, module.base + at, module.base + at), guard),
        )


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def shared_defaults(scope: Scope) -> Iterator[SharedDefault]:
    """Those of a function that it changes or returns."""
    node = scope.node
    if not isinstance(node, FunctionNode):
        return
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    pairs = [*zip(names[len(names) - len(node.args.defaults) :], node.args.defaults, strict=True)]
    pairs += [
        (argument.arg, value)
        for argument, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if value is not None
    ]
    outer = scope.parent or scope
    for name, value in pairs:
        made = isinstance(value, ast.Call) and outer.dotted(value.func) in _MAKES
        if not made and not isinstance(value, _LITERALS):
            continue
        changed = _changes(scope, name)
        returned = any(
            isinstance(result, ast.Name) and result.id == name for result in body_of(scope).results
        )
        rebound = [bound for bound in scope.bindings[name] if not isinstance(bound, ast.arg)]
        added = any(isinstance(scope.facts.parents.get(bound), ast.AugAssign) for bound in rebound)
        if any(not isinstance(scope.facts.parents.get(bound), ast.AugAssign) for bound in rebound):
            continue
        if changed or added or returned:
            yield SharedDefault(name, value, scope, changed or added, returned)


def _changes(scope: Scope, name: str) -> bool:
    parents = scope.facts.parents
    if any(
        isinstance(store, ast.Subscript) and getattr(store.value, "id", "") == name for store in scope.stores
    ):
        return True
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in _CHANGES
        and isinstance(call.func.value, ast.Name)
        and root_name(call.func) == name
        and parents.get(call) is not None
        for call in scope.calls
    )


def is_for_others(node: ast.AST, scope: Scope, reach: Reach) -> bool:
    """Whether code runs only where a parameter is left out, `if args is None: ...`, and each call here passes it."""
    for parent, child in scope.facts.above(node):
        test = parent.test if isinstance(parent, ast.If) and child in parent.body else None
        if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Is):
            continue
        name = getattr(test.left, "id", "")
        calls = [edge.call if edge.direct else None for edge in reach.into(scope)]
        given = [argument(call, scope, name) if call is not None else None for call in calls]
        if name in scope.arguments and given and all(_is_passed(each, scope) for each in given):
            return True
    return False


def _is_passed(value: ast.expr | None, scope: Scope) -> bool:
    """Whether an argument is more than None, or the default."""
    node = scope.node
    own = [*node.args.defaults, *node.args.kw_defaults] if isinstance(node, FunctionNode) else []
    return (
        value is not None
        and value not in own
        and not (isinstance(value, ast.Constant) and value.value is None)
    )
