"""What a handler gives back, part by part: the expressions that end up in its result, through variables, literals and
functions of the project.

Each part tells whether the runtime's JSON encoder refuses it. That is decided by what awslambdaric 4.2.2 encodes:
Decimal, named tuples, str enums and text in bytes pass; sets, dates, UUIDs, iterators and other objects do not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.analysis.bodies import body_of, own_code
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.sdk_outputs import unsendable_methods
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.flow import Flow

_DEEPEST = 8
_LISTED = {
    **dict.fromkeys(("set", "frozenset"), "a set"),
    **dict.fromkeys(("map", "filter", "zip", "reversed", "enumerate", "iter"), "an iterator"),
    "range": "a range",
    "collections.deque": "a deque",
}
"""Calls whose result `list()` makes into what can be sent."""
_DATES = (
    "now",
    "utcnow",
    "today",
    "fromtimestamp",
    "utcfromtimestamp",
    "strptime",
    "fromisoformat",
    "combine",
)
_DATED = {
    **{f"datetime.datetime.{name}": "a datetime" for name in _DATES},
    **{f"datetime.date.{name}": "a date" for name in _DATES},
    "datetime.datetime": "a datetime",
    "datetime.date": "a date",
    "datetime.time": "a time",
}
_TEXTS = {
    **{f"uuid.uuid{version}": "a UUID" for version in (1, 3, 4, 5, 6, 7, 8)},
    "uuid.UUID": "a UUID",
    "datetime.timedelta": "a timedelta",
    **dict.fromkeys(("pathlib.Path", "pathlib.PurePath"), "a path"),
    "complex": "a complex number",
    **dict.fromkeys(("ipaddress.ip_address", "ipaddress.ip_network"), "an address"),
}
_OTHERS = {
    **dict.fromkeys(("open", "io.open"), "a file"),
    **dict.fromkeys(("io.StringIO", "io.BytesIO"), "a stream"),
    "re.compile": "a pattern",
}
_VIEWS = frozenset({"keys", "values", "items"})


class Part(NamedTuple):
    """An expression whose value is in the result. `codebase` and `flow` are those of its handler."""

    node: ast.expr
    scope: Scope
    codebase: Codebase
    flow: Flow
    is_key: bool = False

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def code(self) -> str:
        """The expression as written, on one line and not too long."""
        return self.scope.facts.module.brief(self.node, 50)

    @property
    def refused(self) -> str:
        """What it is, in words, if the runtime cannot send it; else an empty string."""
        return self._kind()[0]

    @property
    def answer(self) -> ast.expr | None:
        """The call whose whole result it is, of a method that may answer with what JSON does not have. None where
        something is put into it or taken out of it first, which may be just that."""
        node: ast.expr | None = self.node
        if isinstance(node, ast.Name):
            owner = self.scope.owner(node.id)
            if owner is None or not owner.is_function or _is_changed(node.id, owner):
                return None
            node = owner.value(node.id)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        return node if node.func.attr.replace("_", "").lower() in unsendable_methods() else None

    def mended(self) -> tuple[Edit, ...]:
        """Edits that send a list, a text in ISO format or a string in its place."""
        _, before, after = self._kind()
        span = self.span
        if not before + after or in_string(self.node, self.scope):
            return ()
        edits = [Edit(Span(span.path, span.start, span.start), before)] if before else []
        return (*edits, Edit(Span(span.path, span.end, span.end), after))

    def _kind(self) -> tuple[str, str, str]:
        """In words, and what to write before and after it."""
        node, scope = self.node, self.scope
        if self.is_key and isinstance(node, ast.Tuple):
            return "a tuple as a key", "", ""
        if self.is_key and scope.dotted(node) == "decimal.Decimal()":
            return "a Decimal as a key", "str(", ")"
        if isinstance(node, ast.Name):
            owner = scope.owner(node.id)
            value = owner.value(node.id) if owner is not None else None
            if owner is None or value is None:
                return "", "", ""
            return self._replace(node=value, scope=owner)._kind()
        if isinstance(node, (ast.Set, ast.SetComp)):
            return "a set", "list(", ")"
        if isinstance(node, ast.GeneratorExp):
            return "a generator", "list(", ")"
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Attribute):
            return self._member(node), "", ".value" if self._member(node) else ""
        return self._called(node) if isinstance(node, ast.Call) else ("", "", "")

    def _constant(self, node: ast.Constant) -> tuple[str, str, str]:
        if isinstance(node.value, complex):
            return "a complex number", "str(", ")"
        if isinstance(node.value, bytes) and self.node is not node:
            return "", "", ""
        if isinstance(node.value, bytes):
            try:
                node.value.decode("utf-8")
            except UnicodeDecodeError:
                whole = isinstance(self.scope.facts.parents.get(node), ast.Return)
                return ("", "", "") if whole else ("bytes that are no text", "", "")
        return "", "", ""

    def _member(self, node: ast.Attribute) -> str:
        made = self.codebase.definition(node.value, self.scope)
        if made is None or not isinstance(made.node, ast.ClassDef) or len(made.node.bases) != 1:
            return ""
        base = (made.parent or made).dotted(made.node.bases[0])
        named = node.attr in made.bindings and node.attr.isupper() and base in ("enum.Enum", "enum.Flag")
        return f"a member of the enum {made.node.name}" if named else ""

    def _called(self, node: ast.Call) -> tuple[str, str, str]:
        name = self.scope.dotted(node.func)
        if name in _LISTED:
            return _LISTED[name], "list(", ")"
        if name in _DATED:
            return _DATED[name], "", ".isoformat()"
        if name in _TEXTS:
            return _TEXTS[name], "str(", ")"
        if name == "bytearray":
            return "a bytearray", "bytes(", ")"
        if name in _OTHERS:
            return _OTHERS[name], "", ""
        if isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS and not node.args:
            return ("a view of a dict", "list(", ")") if self._is_dict(node.func.value) else ("", "", "")
        found = self.codebase.definition(node.func, self.scope)
        if found is None:
            return "", "", ""
        if found.is_class:
            name = getattr(found.node, "name", "")
            return (f"an object of the class {name}", "", "") if self._is_object(found) else ("", "", "")
        return _made_by(found, self.scope.facts.parents.get(node)), "", ""

    def _is_dict(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.Dict, ast.DictComp)):
            return True
        if isinstance(node, ast.Call):
            return self.scope.dotted(node.func) in ("dict", "collections.defaultdict", "collections.Counter")
        if not isinstance(node, ast.Name):
            return False
        owner = self.scope.owner(node.id)
        value = owner.value(node.id) if owner is not None else None
        return owner is not None and value is not None and self._replace(scope=owner)._is_dict(value)

    def _is_object(self, made: Scope, depth: int = 0) -> bool:
        """Whether objects of a class are certainly none that the encoder knows."""
        node = made.node
        if not isinstance(node, ast.ClassDef) or node.keywords or depth > _DEEPEST:
            return False
        if {"_asdict", "__new__", "for_json"} & {*made.bindings}:
            return False
        for base in node.bases:
            above = self.codebase.definition(base, made.parent or made)
            known = above is not None and above.is_class and self._is_object(above, depth + 1)
            if not known and (made.parent or made).dotted(base) != "object":
                return False
        return True


def _made_by(found: Scope, parent: ast.AST | None) -> str:
    """What a call of a function gives that has not run by then."""
    node = found.node
    if not isinstance(node, FunctionNode) or node.decorator_list:
        return ""
    if isinstance(node, ast.AsyncFunctionDef):
        return "" if isinstance(parent, ast.Await) else "a coroutine that nothing awaits"
    return "a generator" if any(isinstance(p, (ast.Yield, ast.YieldFrom)) for p in own_code(found)) else ""


def parts(codebase: Codebase, flow: Flow) -> Iterator[Part]:
    """The parts of what the first function of a flow returns."""
    seen: set[ast.AST] = set()
    yield from _returned(Part(ast.Constant(None), flow.reach.start, codebase, flow), seen, 0)


def _returned(at: Part, seen: set[ast.AST], depth: int) -> Iterator[Part]:
    for result in body_of(at.scope).results:
        yield from _parts(at._replace(node=result), seen, depth)


def _parts(at: Part, seen: set[ast.AST], depth: int) -> Iterator[Part]:
    node, scope = at.node, at.scope
    if depth > _DEEPEST or node in seen:
        return
    seen.add(node)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield from _parts(at._replace(node=value), seen, depth + 1)
            if key is not None and isinstance(key, (ast.Tuple, ast.Call)):
                yield at._replace(node=key, is_key=True)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            yield from _parts(at._replace(node=item), seen, depth + 1)
    elif isinstance(node, ast.IfExp):
        yield from _parts(at._replace(node=node.body), seen, depth + 1)
        yield from _parts(at._replace(node=node.orelse), seen, depth + 1)
    elif isinstance(node, ast.ListComp):
        yield from _parts(at._replace(node=node.elt), seen, depth + 1)
    elif isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        held = owner.value(node.id) if owner is not None and owner.is_function else None
        if owner is not None and isinstance(held, (ast.Dict, ast.List, ast.Tuple, ast.ListComp)):
            yield from _parts(at._replace(node=held, scope=owner), seen, depth + 1)
        else:
            yield at
    else:
        yield at
        target = _target(at, node)
        if target is not None and target not in (at.flow.reach.start, scope):
            yield from _returned(at._replace(scope=target), seen, depth + 1)


def _target(at: Part, node: ast.expr) -> Scope | None:
    """The plain function whose result an expression is."""
    call = node.value if isinstance(node, ast.Await) else node
    target = at.codebase.target(call, at.scope) if isinstance(call, ast.Call) else None
    if target is None or not isinstance(target.node, FunctionNode) or target.node.decorator_list:
        return None
    if target.node.name == "__init__" or any(
        isinstance(p, (ast.Yield, ast.YieldFrom)) for p in own_code(target)
    ):
        return None
    return None if isinstance(target.node, ast.AsyncFunctionDef) and call is node else target


def _is_changed(name: str, scope: Scope) -> bool:
    """Whether a function puts something into what a variable holds, or takes something out."""
    stored = (store.value for store in scope.stores if isinstance(store, ast.Subscript))
    called = (call.func for call in scope.calls if isinstance(call.func, ast.Attribute))
    changed = (*stored, *(func.value for func in called if func.attr in ("pop", "update", "clear")))
    return any(isinstance(each, ast.Name) and each.id == name for each in changed)
