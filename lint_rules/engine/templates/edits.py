"""Edits to a template: text spliced in at a known place, never a dump of what was read.

What is put in is given as YAML and written in the template's own language: `edits_json` and `edits_terraform` do so
for theirs. Of YAML only block style is edited, where a line can be added without touching its neighbours. Everything
that makes the place uncertain (braces, anchors, tabs, a comment that would get a new owner) is refused by returning
None.
"""

from __future__ import annotations

import re

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import Map, Node, Scalar
from lint_rules.engine.sources.yaml import read_yaml
from lint_rules.engine.templates.edits_json import add_member, drop_member, is_json, other_call
from lint_rules.engine.templates.intrinsics import intrinsic
from lint_rules.engine.templates.model import FunctionSpec, Template, Value
from lint_rules.engine.templates.resource import Resource

_ALIAS = regex(r"[:\-,\[]\s*\*\w+\s*(?:$|[,\]}#])", re.MULTILINE)
"""What stands under an alias stands in several places; an edit of one would change the others."""

_NAME = regex(r"[\w.-]+")
"""A name that AWS or Terraform takes."""

_MARKS = ("&", " #", "//", "/*", "{")
"""What in a line forbids taking it out."""

_WRITTEN = ("sam", "cloudformation", "terraform")


def add_entry(
    template: Template, parent: Map, path: tuple[str, ...], value: str, before: str = ""
) -> Edit | None:
    """The edit that puts `value` under `path` below `parent`, keeping what is there; None if that is not
    safe.

    A new key of `parent` itself goes before the key `before` where there is one.
    """
    if template.kind == "terraform":
        from lint_rules.engine.templates.edits_terraform import add_argument

        read = _read(value)
        return add_argument(template, parent, path, read) if read else None
    if template.kind not in ("sam", "cloudformation"):
        return None
    while len(path) > 1:
        below = parent.get(path[0])
        if below is None:
            break
        if not isinstance(below, Map) or intrinsic(below):
            return None
        parent, path, before = below, path[1:], ""
    if is_json(template):
        read = _read(value)
        taken = path[0] in parent.entries
        return None if taken or read is None else add_member(template, parent, path, read, before)
    if parent.flow or path[0] in parent.entries or _shared(template):
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
    """The edit that puts a resource beside another one: before it, or in Terraform behind it."""
    resources = template.root.get("Resources") if template.root else None
    if not isinstance(resources, Map) or name in template.resources or not _NAME.fullmatch(name):
        return None
    if template.kind == "terraform":
        from lint_rules.engine.templates.edits_terraform import name_behind, put_behind

        read = _read(value)
        return put_behind(template, owner, name_behind(owner, name), read) if read else None
    return add_entry(template, resources, (name,), value, before=owner.logical_id)


def with_queue(
    template: Template, owner: Resource, part: Map, path: tuple[str, ...], value: str
) -> tuple[Edit, ...]:
    """The edits that put a queue beside a resource, and `value`, with the queue's name in it, into a part of that."""
    name = f"{owner.logical_id}Failed"
    made = put_beside(template, owner, name, "{Type: AWS::SQS::Queue}")
    if template.kind == "terraform":
        from lint_rules.engine.templates.edits_terraform import name_behind

        name = name_behind(owner, name)
    used = add_entry(template, part, path, value.replace("{}", name))
    return (made, used) if made and used else ()


def drop_entry(template: Template, parent: Map, name: str) -> Edit | None:
    """The edit that takes an entry out of a map, with its line; None unless it stands alone on one line beside
    others."""
    key, value = parent.key(name), parent.get(name)
    if is_json(template):
        return drop_member(template, parent, name) if template.kind != "serverless" else None
    hcl = template.kind == "terraform"
    if template.kind not in ("sam", "cloudformation", "serverless", "terraform") or len(parent.entries) < 2:
        return None
    if (parent.flow and not hcl) or key is None or _shared(template):
        return None
    if not (isinstance(value, Scalar) or (isinstance(value, Map) and intrinsic(value))):
        return None
    base, text = next(((b, t) for path, b, t, _ in template.texts if path == key.span.path), (0, ""))
    start = text.rfind("\n", 0, key.span.start - base) + 1
    end = text.find("\n", value.span.end - base) + 1
    line = text[start:end]
    if not end or line.count("\n") != 1 or any(mark in line for mark in _MARKS) or text[start] not in " \t":
        return None
    return Edit(Span(key.span.path, base + start, base + end), "")


def drop_items(template: Template, items: tuple[Value, ...], dropped: set[str]) -> tuple[Edit, ...]:
    """The edits that take texts out of a list, given whole and in its order; none if that is not safe, or if it would
    leave nothing."""
    if template.kind not in _WRITTEN or _shared(template) or all(item.value in dropped for item in items):
        return ()
    made: list[Edit] = []
    for number, item in enumerate(items):
        if item.value not in dropped:
            continue
        base, text = next(((b, t) for path, b, t, _ in template.texts if path == item.span.path), (0, ""))
        if template.written(item.span).strip("\"'") != item.value:
            return ()
        start, end = item.span.start - base, item.span.end - base
        line, after = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1
        whole = text[line:after].replace(text[start:end], "", 1).strip()
        if after and (whole == "-" or (whole == "," and number + 1 < len(items))):
            start, end = line, after
        elif number + 1 < len(items) and re.fullmatch(
            r", *", text[end : items[number + 1].span.start - base]
        ):
            end = items[number + 1].span.start - base
        elif number and re.fullmatch(r",\s*", text[items[number - 1].span.end - base : start]):
            if items[number - 1].value in dropped:
                return ()
            start = items[number - 1].span.end - base
        else:
            return ()
        made.append(Edit(Span(item.span.path, base + start, base + end), ""))
    return tuple(made)


def drop_variable(function: FunctionSpec, name: str) -> Edit | None:
    """The edit that takes an environment variable out of a function, or of what all functions have."""
    for properties in (function.own_properties, function.properties):
        environment = properties.get("Environment")
        variables = environment.get("Variables") if isinstance(environment, Map) else None
        if isinstance(variables, Map) and name in variables.entries:
            return drop_entry(function.template, variables, name)
    return None


def replace_value(template: Template, value: Value, text: str) -> Edit | None:
    """The edit that puts `text` in the place of a value; None if the value is not what stands there."""
    if template.kind not in _WRITTEN or not value.known or _shared(template):
        return None
    shared = template.root.get("Globals") if template.root else None
    if shared and shared.span.start <= value.span.start < shared.span.end:
        return None
    written = template.written(value.span)
    bare = written.strip("\"'")
    if bare != str(value.value) or isinstance(value.value, bool):
        return None
    return Edit(value.span, written.replace(bare, text))


def replace_reference(template: Template, value: Value, logical_id: str) -> Edit | None:
    """The edit that puts `!Ref` in the place of `!GetAtt`; None if that is not what stands there."""
    written = template.written(value.span)
    if template.kind == "terraform" and written == f"{logical_id}.arn":
        return Edit(value.span, f"{logical_id}.id")
    if template.kind not in ("sam", "cloudformation") or _shared(template):
        return None
    short = re.fullmatch(rf"!GetAtt\s+{re.escape(logical_id)}\.\w+", written)
    text = f"!Ref {logical_id}" if short else other_call(written, logical_id, f'"Ref": "{logical_id}"')
    return Edit(value.span, text) if text else None


def lengthen_arn(template: Template, value: Value, logical_id: str, behind: str) -> Edit | None:
    """The edit that puts more behind the ARN of a resource; None if that is not what stands there."""
    written = template.written(value.span)
    if template.kind == "terraform" and written == f"{logical_id}.arn":
        return Edit(value.span, f'"${{{logical_id}.arn}}{behind}"')
    if template.kind not in ("sam", "cloudformation") or _shared(template):
        return None
    named = f'"${{{logical_id}.Arn}}{behind}"'
    short = written == f"!GetAtt {logical_id}.Arn"
    text = f"!Sub {named}" if short else other_call(written, logical_id, f'"Fn::Sub": {named}')
    return Edit(value.span, text) if text else None


def _shared(template: Template) -> bool:
    """Whether an alias of YAML lets some of the text stand in several places."""
    if template.kind == "terraform" or is_json(template):
        return False
    return _ALIAS.search(template.text) is not None


def _read(value: str) -> Node | None:
    """What is to be put in; None where names of the template keep it from being YAML."""
    roots, problem = read_yaml(value, "")
    return roots[0] if roots and problem is None else None


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
