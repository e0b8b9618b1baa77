"""Edits to a template: text spliced in at a known place, never a dump of what was read.

Only block style YAML is edited, where a line can be added without touching its neighbours. Everything that
makes the place uncertain (braces, anchors, tabs, a comment that would get a new owner) is refused by
returning None.
"""

from __future__ import annotations

import re

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.sources.node import Map, Scalar
from lint_rules.engine.templates.intrinsics import intrinsic
from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource

_ALIAS = re.compile(r"[:\-,\[]\s*\*\w+\s*(?:$|[,\]}#])", re.MULTILINE)
"""What stands under an alias stands in several places; an edit of one would change the others."""


def add_entry(
    template: Template, parent: Map, path: tuple[str, ...], value: str, before: str = ""
) -> Edit | None:
    """The edit that puts `value` under `path` below `parent`, keeping what is there; None if that is not
    safe.

    A new key of `parent` itself goes before the key `before` where there is one.
    """
    if template.kind not in ("sam", "cloudformation"):
        return None
    while len(path) > 1:
        below = parent.get(path[0])
        if below is None:
            break
        if not isinstance(below, Map) or intrinsic(below):
            return None
        parent, path, before = below, path[1:], ""
    if parent.flow or path[0] in parent.entries or _ALIAS.search(template.text):
        return None
    keys = [key for key, _ in parent.items()]
    keys.sort(key=lambda key: key.text != before)
    for key in keys:
        indent = _indent(template, key)
        if indent is not None:
            start = key.span.start
            text = _lines(template, path, value, indent, start - template.base)
            return Edit(Span(key.span.path, start, start), text)
    return None


def put_beside(template: Template, owner: Resource, name: str, value: str) -> Edit | None:
    """The edit that puts a resource before another one."""
    resources = template.root.get("Resources") if template.root else None
    if not isinstance(resources, Map) or name in template.resources:
        return None
    return add_entry(template, resources, (name,), value, before=owner.logical_id)


def with_queue(
    template: Template, owner: Resource, part: Map, path: tuple[str, ...], value: str
) -> tuple[Edit, ...]:
    """The edits that put a queue beside a resource, and `value`, with the queue's name in it, into a part of that."""
    name = f"{owner.logical_id}Failed"
    made = put_beside(template, owner, name, "{Type: AWS::SQS::Queue}")
    used = add_entry(template, part, path, value.replace("{}", name))
    return (made, used) if made and used else ()


def drop_entry(template: Template, parent: Map, name: str) -> Edit | None:
    """The edit that takes an entry out of a map, with its line; None unless it stands alone on one line beside
    others."""
    key, value = parent.key(name), parent.get(name)
    if template.kind not in ("sam", "cloudformation", "serverless") or parent.flow or len(parent.entries) < 2:
        return None
    if key is None or not isinstance(value, Scalar) or _ALIAS.search(template.text):
        return None
    text = template.text
    start = text.rfind("\n", 0, key.span.start - template.base) + 1
    end = text.find("\n", value.span.end - template.base) + 1
    line = text[start:end]
    if not end or line.count("\n") != 1 or "&" in line or " #" in line or "{" in line or text[start] != " ":
        return None
    return Edit(Span(key.span.path, template.base + start, template.base + end), "")


def replace_value(template: Template, value: Value, text: str) -> Edit | None:
    """The edit that puts `text` in the place of a value; None if the value is not what stands there."""
    if template.kind not in ("sam", "cloudformation") or not value.known or _ALIAS.search(template.text):
        return None
    shared = template.root.get("Globals") if template.root else None
    if shared and shared.span.start <= value.span.start < shared.span.end:
        return None
    start, end = value.span.start - template.base, value.span.end - template.base
    written = template.text[start:end]
    bare = written.strip("\"'")
    if bare != str(value.value) or isinstance(value.value, bool):
        return None
    return Edit(value.span, written.replace(bare, text))


def replace_reference(template: Template, value: Value, logical_id: str) -> Edit | None:
    """The edit that puts `!Ref` in the place of `!GetAtt`; None if that is not what stands there."""
    written = template.text[value.span.start - template.base : value.span.end - template.base]
    short = re.fullmatch(rf"!GetAtt\s+{re.escape(logical_id)}\.\w+", written)
    if template.kind not in ("sam", "cloudformation") or short is None or _ALIAS.search(template.text):
        return None
    return Edit(value.span, f"!Ref {logical_id}")


def _indent(template: Template, key: Scalar) -> str | None:
    """The spaces before a key that begins its line below a line that is no comment, else None."""
    text, at = template.text, key.span.start - template.base
    start = text.rfind("\n", 0, at) + 1
    indent = text[start:at]
    above = text[text.rfind("\n", 0, max(start - 1, 0)) + 1 : start]
    if not 0 <= at < len(text) or indent.strip(" ") or above.lstrip().startswith("#"):
        return None
    return indent


def _lines(template: Template, path: tuple[str, ...], value: str, indent: str, at: int) -> str:
    newline = "\r\n" if "\r\n" in template.text else "\n"
    step = _step(template.text[:at], len(indent))
    lines = [f"{' ' * (step * depth)}{key}:" for depth, key in enumerate(path)]
    lines[-1] += f" {value}"
    return "".join(line + newline + indent for line in lines)


def _step(above: str, indent: int) -> int:
    """How far this file indents: from the parent's line to the line whose indent is given."""
    for line in reversed(above.splitlines()):
        width = len(line) - len(line.lstrip(" "))
        if line.strip() and not line.lstrip().startswith("#") and width < indent:
            return indent - width
    return 2
