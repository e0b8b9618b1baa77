"""The tree that every data format is read into: maps, lists and scalars that know where they stand.

YAML, JSON and literals in Python code all become these nodes, so whoever reads a template or a policy never
knows how it was written. A node's span counts characters of its document. Nodes that an alias names are
shared, not copied; `weight` counts what a full walk would visit, which is how a reader keeps such walks
bounded.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.finding import Span
from lint_rules.engine.typed import TypeAlias


class Scalar:
    """A string, number, boolean or null. `text` is the string as written, quotes and escapes undone."""

    __slots__ = ("span", "text", "value")

    weight = 1

    def __init__(self, value: str | int | float | bool | None, text: str, span: Span) -> None:
        self.value = value
        self.text = text
        self.span = span


class List:
    """A sequence."""

    __slots__ = ("flow", "items", "span", "weight")

    def __init__(self, items: list[Node], span: Span, flow: bool = False, weight: int = 0) -> None:
        self.weight: int = weight or 1 + sum([item.weight for item in items])
        self.items = items
        self.span = span
        self.flow = flow


class Map:
    """A mapping from text to nodes. Of a key written twice the last one counts, as in CloudFormation.

    `flow` says that it is written in braces. A tag such as `!Sub` is read as a map with the one key
    `Fn::Sub`.
    """

    __slots__ = ("entries", "flow", "span", "weight")

    def __init__(
        self, entries: dict[str, tuple[Scalar, Node]], span: Span, flow: bool = False, weight: int = 0
    ) -> None:
        self.entries = entries
        self.span = span
        self.flow = flow
        self.weight: int = weight or 1 + sum([1 + value.weight for _, value in entries.values()])

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Scalar | None:
        """The node of the key itself, for its span."""
        entry = self.entries.get(key)
        return entry[0] if entry else None

    def items(self) -> Iterator[tuple[Scalar, Node]]:
        """Keys and values in the order written."""
        return iter(self.entries.values())

    @property
    def only(self) -> tuple[str, Node] | None:
        """Key and value of a map with a single entry, else None."""
        if len(self.entries) != 1:
            return None
        key, (_, value) = next(iter(self.entries.items()))
        return key, value


class Unknown:
    """Something whose value cannot be read off the text, such as a call in Python or an import of another
    stack.

    `names` are the logical ids it refers to, `text` what is known of a string, with `${...}` where it is not.
    """

    __slots__ = ("names", "span", "text")

    weight = 1

    def __init__(self, span: Span, names: tuple[str, ...] = (), text: str | None = None) -> None:
        self.span = span
        self.names = names
        self.text = text


Node: TypeAlias = "Scalar | List | Map | Unknown"


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, List):
            todo.extend(reversed(node.items))
        elif isinstance(node, Map):
            todo.extend(value for _, value in reversed(list(node.items())))
