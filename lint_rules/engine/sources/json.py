"""JSON with positions. Most JSON is YAML too, but tabs and escaped pairs of surrogates are not, and it reads
faster.

Only complete, valid JSON is read here. Everything else is left to `yaml`, which says what is wrong and where.
"""

from __future__ import annotations

from lint_rules.engine.finding import Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import List, Map, Node, Scalar

_SPACE = regex(r"[ \t\r\n]*")
_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_STRING = regex(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_WORDS = {"true": True, "false": False, "null": None}


class _NotJson(Exception):
    pass


def read_json(text: str, path: str, base: int = 0, deepest: int = 200) -> Node | None:
    """The document, or None if the text is not valid JSON or is nested deeper than `deepest`."""
    from json import loads

    def space(at: int) -> int:
        found = _SPACE.match(text, at)
        return found.end() if found else at

    def word(at: int) -> Scalar:
        found = _NUMBER.match(text, at)
        if found:
            written = found[0]
            number = (
                float(written) if found[1] or found[2] else int(written) if len(written) < 400 else written
            )
            return Scalar(number, written, Span(path, base + at, base + found.end()))
        for name, value in _WORDS.items():
            if text.startswith(name, at):
                return Scalar(value, name, Span(path, base + at, base + at + len(name)))
        raise _NotJson

    def string(at: int) -> Scalar:
        found = _STRING.match(text, at)
        if found is None:
            raise _NotJson
        value: str = loads(found[0]) if "\\" in found[0] else found[0][1:-1]
        return Scalar(value, value, Span(path, base + at, base + found.end()))

    def after(node: Node) -> int:
        return space(node.span.end - base)

    def members(at: int, depth: int) -> Map:
        entries: dict[str, tuple[Scalar, Node]] = {}
        start, at = at, space(at + 1)
        while text[at : at + 1] != "}":
            key = string(space(at + 1) if entries and text[at : at + 1] == "," else at)
            at = after(key)
            if text[at : at + 1] != ":":
                raise _NotJson
            value = node(space(at + 1), depth + 1)
            entries.pop(key.text, None)
            entries[key.text] = (key, value)
            at = after(value)
            if text[at : at + 1] not in (",", "}"):
                raise _NotJson
        return Map(entries, Span(path, base + start, base + at + 1), flow=True)

    def items(at: int, depth: int) -> List:
        found: list[Node] = []
        start, at = at, space(at + 1)
        while text[at : at + 1] != "]":
            found.append(node(space(at + 1) if found and text[at : at + 1] == "," else at, depth + 1))
            at = after(found[-1])
            if text[at : at + 1] not in (",", "]"):
                raise _NotJson
        return List(found, Span(path, base + start, base + at + 1), flow=True)

    def node(at: int, depth: int) -> Node:
        if depth > deepest:
            raise _NotJson
        first = text[at : at + 1]
        if first == "{":
            return members(at, depth)
        if first == "[":
            return items(at, depth)
        return string(at) if first == '"' else word(at)

    try:
        root = node(space(0), 0)
        return root if after(root) == len(text) else None
    except (_NotJson, ValueError):
        return None
