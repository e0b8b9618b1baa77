"""Terraform's language with positions: text in, blocks and attributes out.

The parser is tree-sitter with the grammar for HCL, which takes broken files too; both come with the extra
`lambdalint[terraform]`. Its offsets count bytes and are turned into characters here. `.tf.json` has the same
blocks in JSON, and gives the same result.

https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

from bisect import bisect_right

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import Any

_LABELS = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1}
"""How many names stand between the word and the braces of a block."""

Written = Any
"""An expression: a node of tree-sitter, or of `sources.node` where it comes from JSON."""


class Block:
    """A block: `kind`, its labels, and what is in the braces. `key` is the last label, or the word itself."""

    __slots__ = ("attributes", "blocks", "key", "kind", "labels", "source", "span")

    def __init__(self, source: Source, kind: str, labels: tuple[str, ...], key: Scalar, span: Span) -> None:
        self.source = source
        self.kind = kind
        self.labels = labels
        self.key = key
        self.span = span
        self.attributes: dict[str, tuple[Scalar, Written]] = {}
        self.blocks: list[Block] = []

    def attribute(self, name: str) -> Written | None:
        """The expression of an attribute, or None."""
        found = self.attributes.get(name)
        return found[1] if found else None

    def inner(self, kind: str) -> list[Block]:
        """The blocks of a kind inside."""
        return [block for block in self.blocks if block.kind == kind]


class Source:
    """One file. Turns what tree-sitter says of a place into a span."""

    def __init__(self, text: str, path: str, base: int, name: str) -> None:
        self.text = text
        self.path = path
        self.base = base
        self.name = name
        self.data = text.encode("utf-8", "surrogatepass")
        self._starts: list[tuple[int, int]] | None = None if len(self.data) == len(text) else self._places()

    def span(self, node: Written) -> Span:
        """Where an expression stands."""
        if isinstance(node, (Scalar, List, Map)):
            return node.span
        start, end = self._ends(node)
        return Span(self.path, self.base + start, self.base + end)

    def _ends(self, node: Any) -> tuple[int, int]:
        if self._starts is None:
            return node.start_byte, node.end_byte
        return self.offset(node.start_byte), self.offset(node.end_byte)

    def offset(self, byte: int) -> int:
        """Characters before a byte."""
        if self._starts is None:
            return byte
        at, count = self._starts[bisect_right(self._starts, (byte, len(self.data))) - 1]
        return count + len(self.data[at:byte].decode("utf-8", "ignore"))

    def written(self, node: Written) -> str:
        """The text of an expression."""
        if isinstance(node, (Scalar, List, Map)):
            return self.text[node.span.start - self.base : node.span.end - self.base]
        start, end = self._ends(node)
        return self.text[start:end]

    def _places(self) -> list[tuple[int, int]]:
        found, at, count = [(0, 0)], 0, 0
        for line in self.text.splitlines(keepends=True):
            at += len(line.encode("utf-8", "surrogatepass"))
            count += len(line)
            found.append((at, count))
        return found


def can_read() -> bool:
    """Whether what reads Terraform is installed."""
    from importlib.util import find_spec

    return find_spec("tree_sitter") is not None and find_spec("tree_sitter_hcl") is not None


def read_hcl(text: str, path: str, base: int = 0, name: str = "") -> tuple[list[Block], Problem | None]:
    """The blocks of a `.tf` file, and where it is broken, if it is. Needs `can_read()`."""
    source = Source(text, path, base, name or path)
    root = _parser().parse(source.data).root_node
    body = next((child for child in root.named_children if child.type == "body"), None)
    blocks = _blocks(source, body)[1] if body is not None else []
    problem = None
    if root.has_error:
        wrong = _error(root)
        start = base + source.offset(wrong.start_byte)
        problem = Problem("Not valid Terraform: it stops making sense here", Span(path, start, start))
    return blocks, problem


def read_expression(source: Source, text: str) -> tuple[Source, Written] | None:
    """An expression that stands alone, as in the strings of `.tf.json`; its places are in a file of its
    own."""
    own = Source(f"x = {text}", source.path, 0, source.name)
    body = _parser().parse(own.data).root_node
    found = [node for node in _walk(body, 4) if node.type == "expression"]
    return (own, found[0]) if found and not body.has_error else None


def blocks_in_json(root: Node, path: str, name: str = "") -> list[Block]:
    """The blocks of a `.tf.json` file."""
    source = Source("", path, 0, name or path)
    found: list[Block] = []
    for key, value in root.items() if isinstance(root, Map) else ():
        for part in value.items if isinstance(value, List) else [value]:
            found += _labelled(source, key.text, (), key, part, _LABELS.get(key.text, 0))
    return found


def _labelled(
    source: Source, kind: str, labels: tuple[str, ...], key: Scalar, node: Node, left: int
) -> list[Block]:
    found: list[Block] = []
    if left:
        for name, value in node.items() if isinstance(node, Map) else ():
            found += _labelled(source, kind, (*labels, name.text), name, value, left - 1)
        return found
    for part in node.items if isinstance(node, List) else [node]:
        if isinstance(part, Map):
            block = Block(source, kind, labels, key, part.span)
            block.attributes = {name: (at, value) for name, (at, value) in part.entries.items()}
            found.append(block)
    return found


_made: list[Any] = []


def _parser() -> Any:
    if not _made:
        import tree_sitter
        import tree_sitter_hcl

        _made.append(tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language())))
    return _made[0]


def _blocks(source: Source, body: Any) -> tuple[dict[str, tuple[Scalar, Written]], list[Block]]:
    attributes: dict[str, tuple[Scalar, Written]] = {}
    blocks: list[Block] = []
    for child in body.named_children:
        if child.type == "attribute":
            parts = child.named_children
            if len(parts) == 2 and parts[1].type == "expression":
                name = source.written(parts[0])
                attributes[name] = (Scalar(name, name, source.span(parts[0])), parts[1])
        elif child.type == "block":
            blocks.append(_block(source, child))
    return attributes, blocks


def _block(source: Source, node: Any) -> Block:
    words = [part for part in node.named_children if part.type in ("identifier", "string_lit")]
    texts = [source.written(part).strip('"') for part in words]
    last = words[-1] if words else node
    key = Scalar(texts[-1], texts[-1], source.span(last)) if texts else Scalar("", "", source.span(node))
    block = Block(source, texts[0] if texts else "", tuple(texts[1:]), key, source.span(node))
    body = next((part for part in node.named_children if part.type == "body"), None)
    if body is not None:
        block.attributes, block.blocks = _blocks(source, body)
    return block


def _error(root: Any) -> Any:
    node = root
    while node.type != "ERROR" and not node.is_missing:
        below = next((child for child in node.children if child.has_error or child.is_missing), None)
        if below is None:
            break
        node = below
    return node


def _walk(node: Any, depth: int) -> list[Any]:
    found = [node]
    for child in node.named_children if depth else ():
        found += _walk(child, depth - 1)
    return found
