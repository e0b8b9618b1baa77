"""YAML with positions: text in, nodes out, and a problem with its place where the text is broken.

Built from PyYAML's events rather than its composed nodes: events keep the place of an alias, are produced
without recursion, and tell a flow collection from a block, whose end mark cannot be trusted (it runs on to
the next token). CloudFormation's short tags become their long form. Depth and size after expanding aliases
are bounded, so a hostile file costs no more than a large one.
"""

from __future__ import annotations

import re

from lint_rules.engine.finding import Severity, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.json import read_json
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import Any

DEEPEST = 200
"""Levels of nesting that are read."""

LARGEST = 200_000
"""Nodes that a document may have once its aliases are expanded."""

_PROPERTIES = regex(r"(?:[&!]\S*(?:\s|#[^\n]*(?=\n))+)+|[&!][^\s,\]}]*(?=[\s,\]}]|$)")
_INTEGER = regex(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = regex(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_OTHER_TOOL = regex(r"\{%|\{\{(?!resolve:)")


class _Broken(Exception):
    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.start = start


class _Open:
    """A collection whose end has not come yet."""

    __slots__ = ("anchor", "end", "flow", "items", "key", "merges", "node_start", "start", "tag")

    def __init__(self, is_map: bool, event: Any, start: int) -> None:
        self.items: dict[str, tuple[Scalar, Node]] | list[Node] = {} if is_map else []
        self.merges: list[Node] = []
        self.key: Node | None = None
        self.tag: str | None = event.tag
        self.anchor: str | None = event.anchor
        self.flow = bool(event.flow_style)
        self.node_start = start
        self.start = start
        self.end = start


def read_yaml(text: str, path: str, base: int = 0) -> tuple[list[Node], Problem | None]:
    """The documents of `text`, YAML or JSON, and what is wrong with it, if anything: then the list holds what
    came before.

    `base` is added to every offset. Never raises.
    """
    if text.lstrip()[:1] in ("{", "["):
        document = read_json(text, path, base, DEEPEST)
        if document is not None:
            return [document], None
    reader = _Reader(text, path, base)
    try:
        reader.read()
    except _Broken as error:
        start = base + min(max(error.start, 0), len(text))
        severity = Severity.ADVICE if _OTHER_TOOL.search(text) else Severity.ERROR
        return reader.documents, Problem(str(error), Span(path, start, start), severity)
    return reader.documents, None


class _Reader:
    def __init__(self, text: str, path: str, base: int) -> None:
        self.text = text
        self.path = path
        self.base = base
        self.documents: list[Node] = []
        self.anchors: dict[str, Node] = {}
        self.stack: list[_Open] = []

    def read(self) -> None:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(self.text, Loader=loader):
                self.take(event, type(event).__name__)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = mark.index if mark else 0
            problem = error.problem or error.context or "it cannot be read"
            if self.text[place : place + 1] == "\t":
                problem = "a tab where only spaces may stand"
            language = "JSON" if self.path.endswith(".json") else "YAML"
            raise _Broken(f"Not valid {language}: {problem}", place) from error
        except (yaml.YAMLError, UnicodeError) as error:
            message = "Not valid YAML: it holds characters that are not allowed"
            raise _Broken(message, self.bad_character()) from error

    def take(self, event: Any, kind: str) -> None:
        if kind == "ScalarEvent":
            self.scalar(event)
        elif kind == "MappingStartEvent" or kind == "SequenceStartEvent":
            if len(self.stack) >= DEEPEST:
                raise _Broken(f"Nested deeper than {DEEPEST} levels", event.start_mark.index)
            self.stack.append(_Open(kind[0] == "M", event, event.start_mark.index))
        elif kind == "MappingEndEvent" or kind == "SequenceEndEvent":
            self.close(event)
        elif kind == "AliasEvent":
            self.alias(event)
        elif kind == "DocumentStartEvent":
            self.anchors.clear()

    def scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):
            end = self.end_of_block(start, end)
        inner = self.after_properties(start, end)
        node: Node = Scalar(_value(event), event.value, self.span(inner, end))
        if event.tag and _is_short(event.tag):
            node = self.tagged(event.tag, node, start)
        self.add(node, event.anchor, end)

    def close(self, event: Any) -> None:
        done = self.stack.pop()
        end = event.end_mark.index if done.flow else done.end
        start = self.after_properties(done.start, end)
        node: Node
        if isinstance(done.items, dict):
            for merged in done.merges:
                for source in merged.items if isinstance(merged, List) else [merged]:
                    if isinstance(source, Map):
                        done.items = {**source.entries, **done.items}
            node = Map(done.items, self.span(start, end), done.flow)
        else:
            node = List(done.items, self.span(start, end), done.flow)
        if done.tag and _is_short(done.tag):
            node = self.tagged(done.tag, node, done.start)
        self.add(node, done.anchor, end)

    def alias(self, event: Any) -> None:
        node = self.anchors.get(event.anchor)
        if node is None:
            inside = any(frame.anchor == event.anchor for frame in self.stack)
            what = "stands inside what it names" if inside else "names nothing above it"
            raise _Broken(f"The alias *{event.anchor} {what}", event.start_mark.index)
        self.add(node, None, event.end_mark.index)

    def add(self, node: Node, anchor: str | None, end: int) -> None:
        if node.weight > LARGEST:
            raise _Broken(f"More than {LARGEST} nodes once aliases are expanded", end)
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.documents.append(node)
            return
        frame = self.stack[-1]
        frame.end = max(frame.end, end)
        if isinstance(frame.items, list):
            frame.items.append(node)
        elif frame.key is None:
            frame.key = node
        else:
            key, frame.key = frame.key, None
            if isinstance(key, Scalar):
                if key.text == "<<":
                    frame.merges.append(node)
                else:
                    frame.items.pop(key.text, None)
                    frame.items[key.text] = (key, node)

    def tagged(self, tag: str, node: Node, start: int) -> Map:
        name = tag[1:]
        long = name if name in ("Ref", "Condition") else f"Fn::{name}"
        if name == "GetAtt" and isinstance(node, Scalar):
            logical_id, _, attribute = node.text.partition(".")
            node = List([Scalar(part, part, node.span) for part in (logical_id, attribute)], node.span)
        key = Scalar(long, long, self.span(start, start + len(tag)))
        return Map({long: (key, node)}, Span(self.path, self.base + start, node.span.end))

    def after_properties(self, start: int, end: int) -> int:
        if self.text[start : start + 1] in ("&", "!"):
            found = _PROPERTIES.match(self.text, start, end)
            if found:
                return found.end()
        return start

    def end_of_block(self, start: int, end: int) -> int:
        # The mark of a block scalar runs over blank lines and comments up to the next token.
        header, newline, body = self.text[start:end].partition("\n")
        lines = body.split("\n")
        first = next((line for line in lines if line.strip()), "")
        indent = len(first) - len(first.lstrip(" "))
        while lines and (not lines[-1].strip() or len(lines[-1]) - len(lines[-1].lstrip(" ")) < indent):
            lines.pop()
        if not lines:
            return start + len(header.rstrip())
        return start + len(header + newline + "\n".join(lines).rstrip("\r"))

    def span(self, start: int, end: int) -> Span:
        return Span(self.path, self.base + start, self.base + max(start, end))

    def bad_character(self) -> int:
        found = re.search(
            r"[^\x09\x0A\x0D\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", self.text
        )
        return found.start() if found else 0


def _is_short(tag: str) -> bool:
    return len(tag) > 1 and tag[0] == "!" and tag[1] != "!"


def _value(event: Any) -> str | int | float | bool | None:
    text: str = event.value
    if not event.implicit[0] and (event.tag is None or event.style):
        return text
    if event.tag and not event.tag.startswith("tag:yaml.org,2002:"):
        return text
    if event.tag == "tag:yaml.org,2002:str":
        return text
    return plain_value(text)


def plain_value(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means. Dates stay text, as does a number with leading zeros: an account id."""
    if text in _NULLS:
        return None
    if text[0] in "tTyYfFnNoO":
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        return text
    if text[0] in "0123456789+-." and len(text) < 400:
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text
