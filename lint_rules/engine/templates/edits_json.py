"""Edits to a template in JSON: an entry put into an object or taken out, in the way in which the file is laid out.

An object with a member on each line gets another line, one on a single line another member. Braces, commas and quotes
are JSON's, which YAML's braces understand, too.
"""

from __future__ import annotations

import re
from json import dumps

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.templates.model import Template

_COLON = regex(r'"\s*:\s*')


def is_json(template: Template) -> bool:
    """Whether the template is written as one object in braces."""
    return template.text.lstrip()[:1] == "{"


def add_member(
    template: Template, parent: Map, path: tuple[str, ...], value: Node, before: str
) -> Edit | None:
    """The edit that puts a value under a path below an object; before the key `before` where there is one."""
    keys = [key for key, _ in parent.items()]
    keys.sort(key=lambda key: key.text != before)
    inside = [key for key in keys if parent.span.start < key.span.start < parent.span.end]
    if not inside:
        return None
    key, text = inside[0], template.text
    at = key.span.start - template.base
    start = text.rfind("\n", 0, at) + 1
    lead = text[start:at]
    if lead.strip():
        return Edit(Span(key.span.path, key.span.start, key.span.start), _entry(path, value) + ", ")
    newline = "\r\n" if "\r\n" in text else "\n"
    laid = _laid(path, value, lead, _step(text, start, lead), newline)
    return Edit(Span(key.span.path, key.span.start, key.span.start), f"{laid},{newline}{lead}")


def drop_member(template: Template, parent: Map, name: str) -> Edit | None:
    """The edit that takes a member out, with the comma that parts it from its neighbour."""
    members = list(parent.items())
    place = next((number for number, (key, _) in enumerate(members) if key.text == name), None)
    if place is None or len(members) < 2:
        return None
    key, value = members[place]
    if place + 1 < len(members):
        return Edit(Span(key.span.path, key.span.start, members[place + 1][0].span.start), "")
    return Edit(Span(key.span.path, members[place - 1][1].span.end, value.span.end), "")


def other_call(written: str, logical_id: str, call: str) -> str | None:
    """`{"Fn::GetAtt": ["Queue", "Arn"]}` with another call in its place; None if that is not what is written."""
    names = rf'\[\s*"{re.escape(logical_id)}"\s*,\s*"\w+"\s*\]|"{re.escape(logical_id)}\.\w+"'
    found = re.fullmatch(rf'(\{{\s*)"Fn::GetAtt"\s*:\s*(?:{names})(\s*\}})', written)
    return f"{found[1]}{call}{found[2]}" if found else None


def _entry(path: tuple[str, ...], value: Node) -> str:
    inner = _plain(value)
    for key in reversed(path[1:]):
        inner = f"{{{dumps(key)}: {inner}}}"
    return f"{dumps(path[0])}: {inner}"


def _plain(node: Node) -> str:
    """A value on one line."""
    if isinstance(node, Map):
        return "{" + ", ".join(f"{dumps(key.text)}: {_plain(below)}" for key, below in node.items()) + "}"
    if isinstance(node, List):
        return "[" + ", ".join(map(_plain, node.items)) + "]"
    return dumps(node.value if isinstance(node, Scalar) else node.text)


def _laid(path: tuple[str, ...], value: Node, lead: str, step: str, newline: str) -> str:
    """An entry with a line for each member of it."""
    if len(path) > 1:
        inner = _laid(path[1:], value, lead + step, step, newline)
        return f"{dumps(path[0])}: {{{newline}{lead}{step}{inner}{newline}{lead}}}"
    return f"{dumps(path[0])}: {_spread(value, lead, step, newline)}"


def _spread(node: Node, lead: str, step: str, newline: str) -> str:
    if isinstance(node, Scalar) or _is_short(node):
        return _plain(node)
    below = lead + step
    if isinstance(node, Map):
        lines = [f"{dumps(key.text)}: {_spread(item, below, step, newline)}" for key, item in node.items()]
        ends = "{}"
    else:
        lines = [_spread(item, below, step, newline) for item in node.items] if isinstance(node, List) else []
        ends = "[]"
    return f"{ends[0]}{newline}{below}" + f",{newline}{below}".join(lines) + f"{newline}{lead}{ends[1]}"


def _is_short(node: Node) -> bool:
    """Whether it is a reference, or a list of plain values."""
    if isinstance(node, Map):
        only = node.only
        return only is not None and (only[0] == "Ref" or only[0].startswith("Fn::"))
    return isinstance(node, List) and all(isinstance(item, Scalar) for item in node.items)


def _step(text: str, start: int, lead: str) -> str:
    """How far this file indents, from the line of the object to that of its members."""
    for line in reversed(text[:start].splitlines()):
        above = line[: len(line) - len(line.lstrip())]
        if line.strip() and len(above) < len(lead):
            return lead[len(above) :]
    return lead or "  "
