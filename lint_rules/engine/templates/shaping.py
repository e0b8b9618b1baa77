"""Makes nodes in CloudFormation's form out of nodes of other dialects. Every new node stands where the old one
stood, so a finding points at what the user wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown


def scalar(value: str | int | float | bool | None, span: Span) -> Scalar:
    """A plain value."""
    return Scalar(value, str(value), span)


def mapping(entries: Iterable[tuple[str, Node | None]], span: Span) -> Map:
    """A map with these entries; those without a value are left out. A key stands where its value stands."""
    made = {key: (Scalar(key, key, node.span), node) for key, node in entries if node is not None}
    return Map(made, span, flow=True)


def sequence(items: Iterable[Node], span: Span) -> List:
    """A list."""
    return List(list(items), span, flow=True)


def renamed(node: Node | None, names: Mapping[str, str]) -> list[tuple[str, Node | None]]:
    """The entries of a map under other names, in the order of `names`; their keys keep their places."""
    if not isinstance(node, Map):
        return []
    return [(new, node.get(old)) for old, new in names.items() if old in node.entries]


def keyed(node: Map, names: Mapping[str, str]) -> dict[str, tuple[Scalar, Node]]:
    """Entries under other names, keys at the places where they are written."""
    found: dict[str, tuple[Scalar, Node]] = {}
    for old, new in names.items():
        entry = node.entries.get(old)
        if entry is not None:
            found[new] = (Scalar(new, new, entry[0].span), entry[1])
    return found


def reference(name: str, span: Span) -> Map:
    """`Ref` to a resource."""
    return Map({"Ref": (Scalar("Ref", "Ref", span), Scalar(name, name, span))}, span, flow=True)


def resource(kind: str, properties: Map, key: Scalar) -> tuple[Scalar, Node]:
    """An entry of `Resources`."""
    entries: dict[str, tuple[Scalar, Node]] = {
        "Type": (Scalar("Type", "Type", key.span), Scalar(kind, kind, key.span)),
        "Properties": (Scalar("Properties", "Properties", key.span), properties),
    }
    return key, Map(entries, properties.span, flow=True)


def document(resources: dict[str, tuple[Scalar, Node]], span: Span) -> Map:
    """A whole template in CloudFormation's form."""
    key = Scalar("Resources", "Resources", span)
    return Map({"Resources": (key, Map(resources, span, flow=True))}, span, flow=True)


def elements(node: Node | None) -> list[Node]:
    """The items of a list, a single node as a list of one, nothing as none."""
    return [] if node is None else node.items if isinstance(node, List) else [node]


def text_of(node: Node | None) -> str | None:
    """The text of a string, or what is known of one; None of anything else."""
    return node.text if isinstance(node, Scalar | Unknown) else None


def below(node: Node | None, *keys: str) -> Node | None:
    """What stands under a path of keys; of something unknown everything is."""
    for key in keys:
        if isinstance(node, Unknown):
            return node
        node = node.get(key) if isinstance(node, Map) else None
    return node


def put(into: Map, path: tuple[str, ...], key: Scalar, value: Node) -> None:
    """Set a property under a path, making the maps along it."""
    for step in path[:-1]:
        inner = into.get(step)
        if not isinstance(inner, Map):
            inner = Map({}, value.span, flow=True)
            into.entries[step] = (Scalar(step, step, key.span), inner)
        into = inner
    into.entries[path[-1]] = (Scalar(path[-1], path[-1], key.span), value)
