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
_TELLING = frozenset("~tTyYfFnNoO0123456789+-.")
"""With these a text begins that may mean something else than itself."""

_BLOCKS = frozenset({"|", ">"})
_MARKS = frozenset({"&", "!"})
_new = tuple.__new__  # Of a span it takes half the time that its own constructor does.
_OTHER_TOOL = regex(r"\{%|\{\{(?!resolve:)")


class _Broken(Exception):
    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.start = start


class _Open:
    """A collection whose end has not come yet. `entries` are those of a map, `items` those of a list."""

    __slots__ = ("anchor", "end", "entries", "flow", "items", "key", "merges", "start", "tag", "weight")

    def __init__(self, is_map: bool, event: Any, start: int) -> None:
        self.entries: dict[str, tuple[Scalar, Node]] | None = {} if is_map else None
        self.items: list[Node] = []
        self.merges: list[Node] = []
        self.key: Node | None = None
        self.tag: str | None = event.tag
        self.anchor: str | None = event.anchor
        self.flow = bool(event.flow_style)
        self.start = start
        self.end = start
        self.weight = 1


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
            self.take_all(loader(self.text).get_event, yaml)
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

    def take_all(self, next_event: Any, yaml: Any) -> None:
        """Read the events to the end. Three of four are scalars without a tag: where most of the time goes."""
        scalar = yaml.ScalarEvent
        others = {
            yaml.MappingStartEvent: self.open_map,
            yaml.SequenceStartEvent: self.open_list,
            yaml.MappingEndEvent: self.close,
            yaml.SequenceEndEvent: self.close,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.begin,
        }
        last = yaml.StreamEndEvent
        path, base, stack = self.path, self.base, self.stack
        while True:
            event = next_event()
            kind = event.__class__
            if kind is scalar:
                if event.tag is None and event.anchor is None and event.style not in _BLOCKS:
                    text = event.value
                    value = text
                    if event.implicit[0] and (not text or text[0] in _TELLING):
                        value = plain_value(text)
                    end = event.end_mark.index
                    node = Scalar(value, text, _new(Span, (path, base + event.start_mark.index, base + end)))
                    if stack and (frame := stack[-1]).key is None and frame.entries is not None:
                        frame.key, frame.end = node, end
                    else:
                        self.add(node, None, end)
                else:
                    self.scalar(event)
            elif kind in others:
                others[kind](event)
            elif kind is last:
                return

    def begin(self, event: Any) -> None:
        self.anchors.clear()

    def open_map(self, event: Any) -> None:
        self.open(event, True)

    def open_list(self, event: Any) -> None:
        self.open(event, False)

    def open(self, event: Any, is_map: bool) -> None:
        start = event.start_mark.index
        if len(self.stack) >= DEEPEST:
            raise _Broken(f"Nested deeper than {DEEPEST} levels", start)
        self.stack.append(_Open(is_map, event, start))

    def scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in _BLOCKS:
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
        entries = done.entries
        if entries is None:
            node = List(done.items, self.span(start, end), done.flow, done.weight)
        elif done.merges:
            for merged in done.merges:
                for source in merged.items if isinstance(merged, List) else [merged]:
                    if isinstance(source, Map):
                        entries = {**source.entries, **entries}
            node = Map(entries, self.span(start, end), done.flow)
        else:
            node = Map(entries, self.span(start, end), done.flow, done.weight)
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
        weight = node.weight
        if weight > LARGEST:
            raise _Broken(f"More than {LARGEST} nodes once aliases are expanded", end)
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.documents.append(node)
            return
        frame = self.stack[-1]
        if end > frame.end:
            frame.end = end
        entries, key = frame.entries, frame.key
        if entries is None:
            frame.items.append(node)
            frame.weight += weight
        elif key is None:
            frame.key = node
        else:
            frame.key = None
            if isinstance(key, Scalar):
                name = key.text
                if name == "<<":
                    frame.merges.append(node)
                else:
                    if name in entries:
                        frame.weight -= 1 + entries.pop(name)[1].weight
                    entries[name] = (key, node)
                    frame.weight += 1 + weight

    def tagged(self, tag: str, node: Node, start: int) -> Map:
        name = tag[1:]
        long = name if name in ("Ref", "Condition") else f"Fn::{name}"
        if name == "GetAtt" and isinstance(node, Scalar):
            logical_id, _, attribute = node.text.partition(".")
            node = List([Scalar(part, part, node.span) for part in (logical_id, attribute)], node.span)
        key = Scalar(long, long, self.span(start, start + len(tag)))
        span = _new(Span, (self.path, self.base + start, node.span.end))
        return Map({long: (key, node)}, span, False, 2 + node.weight)

    def after_properties(self, start: int, end: int) -> int:
        if self.text[start : start + 1] in _MARKS:
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
        base = self.base
        return _new(Span, (self.path, base + start, base + (end if end > start else start)))

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
