"""Edits to Terraform files: an argument given to a resource, a resource put behind another, a value written anew.

What to write comes in CloudFormation's words and is put into Terraform's by the tables that read them. Lines are laid
out as `terraform fmt` does, as far as that moves no line which is there. Only resources of the folder itself are
edited: what a module makes belongs to all who call it.

https://developer.hashicorp.com/terraform/language/style
"""

from __future__ import annotations

import re
from json import dumps

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.hcl import Block, read_hcl
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.templates.model import Template
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.templates.terraform_resources import RESOURCES, pairs

_ENCODED = frozenset({"redrive_policy", "policy", "assume_role_policy", "filter_policy"})
"""Arguments that take a document as text."""

_REFERENCE = regex(r"\$\{([^}]+)\}")
_NAMED = {"aws_lambda_function": "function_name", "aws_iam_role": "name"}
"""What `Ref` of a resource gives, by Terraform's name for it; elsewhere it is the `id`."""


def add_argument(template: Template, parent: Map, path: tuple[str, ...], value: Node) -> Edit | None:
    """The edit that gives the resource, whose properties are `parent`, the one under a path."""
    owner = next((r for r in template.resources.values() if parent in (r.own, r.properties, r.node)), None)
    if owner is None:
        return None
    if path[0] == "Properties" and parent is owner.node:
        path = path[1:]
    kind, block = _block(template, owner)
    old = next((old for old, new in pairs(RESOURCES[kind][1]) if new == path), None) if kind else None
    written = _argument(template, old[-1], value) if old else None
    if block is None or old is None or written is None:
        return None
    while len(old) > 1 and (inner := block.inner(old[0])):
        if len(inner) > 1:
            return None
        block, old = inner[0], old[1:]
    dynamic = {label for other in block.inner("dynamic") for label in other.labels}
    if old[0] in block.attributes or old[0] in dynamic or block.inner(old[0]):
        return None
    return _inserted(block, old, written)


def put_behind(template: Template, owner: Resource, name: str, value: Node) -> Edit | None:
    """The edit that puts a resource behind another one. The name begins with that of the other one, and the value
    is a resource in CloudFormation's form."""
    kind, block = _block(template, owner)
    wanted, given = (value.get("Type"), value.get("Properties")) if isinstance(value, Map) else (None, None)
    made = next(
        (k for k, (cfn, _) in RESOURCES.items() if isinstance(wanted, Scalar) and cfn == wanted.text), ""
    )
    address = f"{made}.{name.rpartition('.')[2]}"
    if block is None or not kind or not made or address in template.resources:
        return None
    if block.attribute("count") is not None or block.attribute("for_each") is not None:
        return None
    lines = []
    for key, below in given.items() if isinstance(given, Map) else ():
        old = next((old for old, new in pairs(RESOURCES[made][1]) if new == (key.text,)), None)
        written = _argument(template, old[0], below) if old and len(old) == 1 else None
        if old is None or written is None or len(written) > 1:
            return None
        lines.append((old[0], written[0]))
    text, base = block.source.text, block.source.base
    end = block.span.end - base
    line = text[end : text.find("\n", end) + 1 or len(text)]
    if line.strip():
        return None
    newline = _newline(text)
    width = max((len(argument) for argument, _ in lines), default=0)
    inside = "".join(f"  {argument:{width}} = {value}{newline}" for argument, value in lines)
    braces = f"{{{newline}{inside}}}" if inside else "{}"
    put = f'{newline}{newline}resource "{made}" "{address.rpartition(".")[2]}" {braces}'
    return Edit(Span(block.span.path, block.span.end, block.span.end), put)


def name_behind(owner: Resource, name: str) -> str:
    """The address of a resource that is put behind another one, from the logical id it would have elsewhere."""
    suffix = name.removeprefix(owner.logical_id)
    return f"{owner.logical_id}{re.sub(r'(?<!^)(?=[A-Z])|^', '_', suffix).lower()}"


def _block(template: Template, owner: Resource) -> tuple[str, Block | None]:
    """Terraform's type of a resource, and its block; of one in a module nothing."""
    kind, _, name = owner.logical_id.partition(".")
    if kind not in RESOURCES:
        return "", None
    for path, base, text, folder_name in template.texts:
        if path == owner.span.path and base <= owner.span.start <= base + len(text):
            for block in read_hcl(text, path, base, folder_name)[0]:
                if block.labels == (kind, name) and block.kind == "resource":
                    return kind, block
    return "", None


def _inserted(block: Block, path: tuple[str, ...], written: list[str]) -> Edit | None:
    text, base = block.source.text, block.source.base
    newline = _newline(text)
    close = block.span.end - base - 1
    start = text.rfind("\n", 0, close) + 1
    outer = text[start:close]
    if not text.startswith("}", close):
        return None
    if outer.strip():
        return _opened(block, path, written)
    lead = _lead(block, outer)
    if len(path) == 1 and len(written) == 1:
        last = _last_line(block)
        if last is not None:
            at, column = last
            space = column - len(path[0]) - len(lead)
            line = f"{lead}{path[0]}{' ' * max(space, 1)}= {written[0]}{newline}"
            return Edit(Span(block.span.path, base + at, base + at), line if space > 0 else newline + line)
    apart = (
        "" if text[:start].rstrip(" \t\r\n").endswith("{") or text[:start].endswith(newline * 2) else newline
    )
    lines = _lines(path, written, lead, lead.removeprefix(outer) or "  ")
    return Edit(
        Span(block.span.path, base + start, base + start), apart + "".join(line + newline for line in lines)
    )


def _opened(block: Block, path: tuple[str, ...], written: list[str]) -> Edit | None:
    """An argument of a block with nothing in it that is written as `{}`."""
    text, base = block.source.text, block.source.base
    close = block.span.end - base - 1
    open_ = text.rfind("{", 0, close)
    if open_ < 0 or text[open_ + 1 : close].strip(" ") or block.attributes or block.blocks:
        return None
    start = text.rfind("\n", 0, open_) + 1
    outer = text[start : start + len(text[start:]) - len(text[start:].lstrip(" "))]
    newline = _newline(text)
    lines = _lines(path, written, outer + "  ", "  ")
    inside = newline + "".join(line + newline for line in lines) + outer
    return Edit(Span(block.span.path, base + open_ + 1, base + close), inside)


def _lines(path: tuple[str, ...], written: list[str], lead: str, step: str) -> list[str]:
    if len(path) > 1:
        return [f"{lead}{path[0]} {{", *_lines(path[1:], written, lead + step, step), f"{lead}}}"]
    first, *rest = written
    return [f"{lead}{path[0]} = {first}", *(lead + line for line in rest)]


def _last_line(block: Block) -> tuple[int, int] | None:
    """Behind the line of the last argument that takes one line alone, and the column of its equals sign."""
    text, base = block.source.text, block.source.base
    for key, value in reversed(list(block.attributes.values())):
        start, end = key.span.start - base, block.source.span(value).end - base
        line = text.rfind("\n", 0, start) + 1
        after = text.find("\n", end) + 1
        if (
            "\n" not in text[start:end]
            and after
            and not text[line:start].strip()
            and "/*" not in text[end:after]
        ):
            return after, text.index("=", start) - line
    return None


def _lead(block: Block, outer: str) -> str:
    text, base = block.source.text, block.source.base
    for key in (*(key for key, _ in block.attributes.values()), *(b.key for b in block.blocks)):
        at = key.span.start - base
        line = text[text.rfind("\n", 0, at) + 1 : at]
        if not line.strip() and len(line) > len(outer):
            return line
    return outer + "  "


def _argument(template: Template, name: str, value: Node) -> list[str] | None:
    """The lines of an argument's value, without the indent; None if it cannot be said."""
    if name in _ENCODED and isinstance(value, Map):
        items = [(key.text, _expression(template, below)) for key, below in value.items()]
        width = max(len(key) for key, _ in items)
        if any(text is None for _, text in items):
            return None
        return ["jsonencode({", *(f"  {key:{width}} = {text}" for key, text in items), "})"]
    text = _expression(template, value)
    return [text] if text is not None else None


def _expression(template: Template, node: Node) -> str | None:
    if isinstance(node, List):
        items = [_expression(template, item) for item in node.items]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    if isinstance(node, Map):
        only = node.only
        if only is None:
            return None
        call, given = only
        if call == "Fn::Sub" and isinstance(given, Scalar):
            names = [_named(template, name) for name in _REFERENCE.findall(given.text)]
            if None in names:
                return None
            parts = _REFERENCE.split(given.text)
            parts[1::2] = [f"${{{name}}}" for name in names]
            return f'"{"".join(parts)}"'
        if call == "Fn::GetAtt" and isinstance(given, List):
            return _named(template, ".".join(item.text for item in given.items if isinstance(item, Scalar)))
        return _named(template, given.text) if call == "Ref" and isinstance(given, Scalar) else None
    if not isinstance(node, Scalar):
        return None
    return dumps(node.value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _named(template: Template, name: str) -> str | None:
    """What a reference of CloudFormation is here: `aws_sqs_queue.jobs.Arn`, `AWS::AccountId`."""
    if name == "AWS::AccountId":
        for _, _, text, _ in template.texts:
            found = re.search(r'(?m)^data\s+"aws_caller_identity"\s+"(\w+)"', text)
            if found:
                return f"data.aws_caller_identity.{found[1]}.account_id"
        return None
    kind, *rest = name.split(".")
    if len(rest) == 2 and rest[1] == "Arn":
        return f"{kind}.{rest[0]}.arn"
    return f"{name}.{_NAMED.get(kind, 'id')}" if len(rest) == 1 and kind.startswith("aws_") else None


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
