"""One Terraform module: what its names stand for, and its resources with their values.

Variables take what the calling module gives, else their default; locals are worked out once; outputs of local
modules are followed. The address of a resource in a called module begins with `module.NAME.`, as Terraform
writes it. `count` and `for_each` make no difference: one stands for all.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.hcl import Block
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.shaping import below
from lint_rules.engine.templates.terraform_expressions import Expressions, moved
from lint_rules.engine.typed import NamedTuple

_DEEPEST = 8
"""Modules in modules."""

_NOT_GIVEN = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})

Load = Callable[[str], "Sequence[Block] | None"]
"""The blocks of all files in a folder of the project, by its path; None where there are none."""


class Found(NamedTuple):
    """A resource: its type, its address as the key, and its body with nested blocks as maps."""

    kind: str
    key: Scalar
    body: Map


class Module:
    """A module in `folder`. `root` is the folder of the module that everything starts from; paths are told
    from there."""

    def __init__(
        self,
        blocks: Sequence[Block],
        folder: str,
        load: Load,
        root: str | None = None,
        prefix: str = "",
        given: Mapping[str, Node] | None = None,
        depth: int = 0,
    ) -> None:
        self.blocks = blocks
        self.folder = folder
        self.load = load
        self.root = folder if root is None else root
        self.prefix = prefix
        self.given = given
        self.depth = depth
        self.expressions = Expressions(self._lookup)
        self.variables = {
            block.labels[0]: block for block in blocks if block.kind == "variable" and block.labels
        }
        self.locals = {
            name: (block, expression)
            for block in blocks
            if block.kind == "locals"
            for name, (_, expression) in block.attributes.items()
        }
        self.data = {
            block.labels: block for block in blocks if block.kind == "data" and len(block.labels) == 2
        }
        self.known: dict[tuple[str, str], Node | None] = {}
        self.children = dict(self._children())

    def resources(self, kinds: Container[str]) -> Iterator[Found]:
        """The resources of these types in the module and the local ones it calls. One with `count = 0` is none."""
        for block in self.blocks:
            if block.kind == "resource" and len(block.labels) == 2 and block.labels[0] in kinds:
                count = block.attribute("count")
                if count is not None and block.source.written(count) == "0" if not _is_node(count) else False:
                    continue
                address = f"{self.prefix}{block.labels[0]}.{block.labels[1]}"
                key = Scalar(address, address, block.key.span)
                yield Found(block.labels[0], key, self.body(block))
        for child in self.children.values():
            if child is not None:
                yield from child.resources(kinds)

    def data_body(self, kind: str, address: str) -> Map | None:
        """The body of a data source, by its address with the module's prefix."""
        at, _, name = address.rpartition(f"data.{kind}.")
        for module in self._all():
            block = module.data.get((kind, name)) if module.prefix == at else None
            if block is not None:
                return module.body(block)
        return None

    def archives(self) -> Iterator[Map]:
        """The bodies of all archives that the modules make."""
        for module in self._all():
            yield from (
                module.body(block) for (kind, _), block in module.data.items() if kind == "archive_file"
            )

    def body(self, block: Block) -> Map:
        """What is in the braces: attributes worked out; blocks of a kind as a map, or a list of maps."""
        entries: dict[str, tuple[Scalar, Node]] = {}
        for name, (key, expression) in block.attributes.items():
            value = self.expressions.value(block.source, expression)
            if not (isinstance(value, Scalar) and value.value is None):
                entries[name] = (key, value)
        for inner in block.blocks:
            if inner.kind == "dynamic" and inner.labels:
                entries[inner.labels[0]] = (inner.key, Unknown(inner.span))
                continue
            made = self.body(inner)
            before = entries.get(inner.kind)
            if before is None:
                entries[inner.kind] = (inner.key, made)
            elif isinstance(before[1], List):
                before[1].items.append(made)
            else:
                entries[inner.kind] = (before[0], List([before[1], made], before[1].span))
        return Map(entries, block.span, flow=True)

    def _all(self) -> Iterator[Module]:
        yield self
        for child in self.children.values():
            if child is not None:
                yield from child._all()

    def _children(self) -> Iterator[tuple[str, Module | None]]:
        for block in self.blocks:
            if block.kind != "module" or not block.labels:
                continue
            source = block.attribute("source")
            place = self.expressions.value(block.source, source) if source is not None else None
            text = place.text if isinstance(place, Scalar) else ""
            if not text.startswith("."):
                yield block.labels[0], None
                continue
            folder = posixpath.normpath(posixpath.join(self.folder, text))
            blocks = self.load(folder) if self.depth < _DEEPEST else None
            if blocks is None:
                yield block.labels[0], None
                continue
            given = {
                name: self.expressions.value(block.source, expression)
                for name, (_, expression) in block.attributes.items()
                if name not in _NOT_GIVEN
            }
            prefix = f"{self.prefix}module.{block.labels[0]}."
            yield block.labels[0], Module(blocks, folder, self.load, self.root, prefix, given, self.depth + 1)

    def _lookup(self, path: tuple[str, ...], span: Span, depth: int) -> Node:
        first, *rest = path
        if first in ("var", "local") and rest:
            found = below(self._named(first, rest[0], depth), *rest[1:])
            return moved(found, span) if found is not None else Unknown(span)
        if first == "path" and rest:
            place = posixpath.relpath(self.folder or ".", self.root or ".") if rest[0] == "module" else "."
            return Scalar(place, place, span)
        if first == "data" and len(rest) > 1:
            if rest[0] == "aws_iam_policy_document" and rest[2:] in (["json"], ["minified_json"]):
                block = self.data.get((rest[0], rest[1]))
                if block is not None:
                    return _policy(self.body(block))
            return Unknown(span, (f"{self.prefix}data.{rest[0]}.{rest[1]}",))
        if first == "module" and len(rest) > 1:
            child = getattr(self, "children", {}).get(rest[0])
            found = below(child.output(rest[1]), *rest[2:]) if child is not None else None
            return (
                moved(found, span)
                if found is not None
                else Unknown(span, (f"{self.prefix}module.{rest[0]}",))
            )
        if first in ("each", "count", "self", "terraform") or not rest:
            return Unknown(span)
        return Unknown(span, (f"{self.prefix}{first}.{rest[0]}",))

    def output(self, name: str) -> Node | None:
        """What the module gives out under a name."""
        block = next((b for b in self.blocks if b.kind == "output" and b.labels == (name,)), None)
        value = block.attribute("value") if block is not None else None
        return (
            self.expressions.value(block.source, value) if block is not None and value is not None else None
        )

    def _named(self, kind: str, name: str, depth: int) -> Node | None:
        key = (kind, name)
        if key not in self.known:
            self.known[key] = None  # While it is worked out, and for good if it names itself.
            self.known[key] = self._variable(name, depth) if kind == "var" else self._local(name, depth)
        return self.known[key]

    def _variable(self, name: str, depth: int) -> Node | None:
        if self.given is not None and name in self.given:
            return self.given[name]
        block = self.variables.get(name)
        default = block.attribute("default") if block is not None else None
        if block is None or default is None:
            return None
        return self.expressions.value(block.source, default, depth + 1)

    def _local(self, name: str, depth: int) -> Node | None:
        found = self.locals.get(name)
        return self.expressions.value(found[0].source, found[1], depth + 1) if found is not None else None


def _is_node(written: object) -> bool:
    return isinstance(written, Scalar | List | Map)


_STATEMENT = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
    "condition": "Condition",
}


def _policy(body: Map) -> Node:
    """A data source `aws_iam_policy_document` as the policy it makes."""
    if "source_policy_documents" in body.entries or "override_policy_documents" in body.entries:
        return Unknown(body.span)
    written = body.get("statement")
    statements: list[Node] = []
    for item in written.items if isinstance(written, List) else [written] if written is not None else []:
        if not isinstance(item, Map):
            statements.append(item)
            continue
        entries = {
            new: (Scalar(new, new, item.entries[old][0].span), item.entries[old][1])
            for old, new in _STATEMENT.items()
            if old in item.entries
        }
        if "Effect" not in entries:
            entries["Effect"] = (Scalar("Effect", "Effect", item.span), Scalar("Allow", "Allow", item.span))
        for side in ("Principal", "NotPrincipal"):
            if side in entries:
                entries[side] = (entries[side][0], _principals(entries[side][1]))
        statements.append(Map(entries, item.span, True))
    key = Scalar("Statement", "Statement", body.span)
    return Map({"Statement": (key, List(statements, body.span, True))}, body.span, True)


def _principals(node: Node) -> Node:
    found: dict[str, tuple[Scalar, Node]] = {}
    for part in node.items if isinstance(node, List) else [node]:
        kind, names = (part.get("type"), part.get("identifiers")) if isinstance(part, Map) else (None, None)
        if not isinstance(kind, Scalar) or names is None:
            return Unknown(node.span)
        if isinstance(names, List) and len(names.items) == 1:
            names = names.items[0]
        found[kind.text] = (Scalar(kind.text, kind.text, kind.span), names)
    only = found.get("*")
    return only[1] if only else Map(found, node.span, True)
