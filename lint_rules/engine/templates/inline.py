"""Python code inside a template: `ZipFile`, `InlineCode`, `Code.from_inline`.

The code becomes a module in a document of its own, so every rule about Python applies; what is found there is
brought back to the line and column of the template. Code whose characters cannot all be found in the template
is left alone, as is code with parts that a deployment fills in when it does not parse.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules.engine.finding import Edit, Finding, Fix, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.module import Module
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.templates.intrinsics import intrinsic
from lint_rules.engine.templates.model import FunctionSpec, Template

_BREAK = regex(r"\n(?=[^\n])|\n\Z")


class Inline:
    """The code of one function. `places` holds for every character of it, and for its end, the offset in the
    template's document; `indent` is what stands before each line in a YAML block, None in another style."""

    def __init__(
        self, template: Template, spec: FunctionSpec, code: str, places: list[int], indent: str | None
    ) -> None:
        self.path = template.document.path
        self.places = places
        self.indent = indent
        virtual = f"{self.path}#{spec.logical_id}@{places[0]}"
        self.document = Document(virtual, code)
        self.module = Module(self.document, code, 0, module_name(spec))
        self.filled = code != spec.inline_code.value
        """Whether a deployment puts something else in places of the code."""

    def span(self, span: Span) -> Span:
        """The place in the template."""
        last = len(self.places) - 1
        start, end = min(span.start, last), min(span.end, last)
        # The end of a piece is where its last character ends, not where the next line begins.
        return Span(
            self.path, self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]
        )

    def problem(self) -> Problem | None:
        """Why the code cannot be parsed, at its place in the template."""
        error = self.module.error
        return (
            None if error is None or self.filled else error._replace(span=self.span(error.span), inline=True)
        )

    def fix(self, fix: Fix | None) -> Fix | None:
        """The fix for the template; None where the style does not allow it safely."""
        if fix is None or self.indent is None or self.filled:
            return None
        edits = []
        for edit in fix.edits:
            if edit.span.path != self.document.path:
                return None
            start, end = self.places[edit.span.start], self.places[edit.span.end]
            edits.append(Edit(Span(self.path, start, end), _BREAK.sub("\n" + self.indent, edit.text)))
        return fix._replace(edits=tuple(edits))


def module_name(spec: FunctionSpec) -> str:
    """The path under which the code of a function is a module of the project. Lambda calls the file index."""
    return f"{spec.template.name}#{spec.logical_id}/index.py"


def inline_code(template: Template) -> Iterator[Inline]:
    """The Python code in a template."""
    for spec in template.functions:
        runtime = spec.runtime.value
        if spec.inline_code.absent or not (isinstance(runtime, str) and runtime.startswith("python")):
            continue
        node: Node | None = spec.properties.get("InlineCode")
        if node is None:
            node = spec.resource.node_at("Code")
            node = node.get("ZipFile") if isinstance(node, Map) else None
        found = _text_in(template, node) if node is not None else None
        if found is not None and found[0].strip():
            yield Inline(template, spec, *found)


def placed(finding: Finding, inline: Inline) -> Finding:
    """A finding in the code as a finding in the template."""
    related = tuple(
        other._replace(span=inline.span(other.span)) if other.span.path == inline.document.path else other
        for other in finding.related
    )
    if finding.span.path != inline.document.path:  # About the template, with a second place in the code.
        return finding._replace(related=related)
    return finding._replace(span=inline.span(finding.span), fix=inline.fix(finding.fix), related=related)


def _text_in(template: Template, node: Node) -> tuple[str, list[int], str | None] | None:
    """Code, the places of its characters, and the indent, of an expression that holds code."""
    call = intrinsic(node) if isinstance(node, Map) else None
    if call is not None and call[0] == "Fn::Sub":
        argument = call[1].items[0] if isinstance(call[1], List) and call[1].items else call[1]
        return _text_in(template, argument) if isinstance(argument, Scalar) else None
    if call is not None and call[0] == "Fn::Join":
        return _joined(template, call[1])
    if (
        not isinstance(node, Scalar)
        or not isinstance(node.value, str)
        or node.span.path != template.document.path
    ):
        return None
    raw = template.document.text[node.span.start : node.span.end]
    return _places(node.text, raw, node.span.start)


def _joined(template: Template, argument: Node) -> tuple[str, list[int], str | None] | None:
    if not isinstance(argument, List) or len(argument.items) != 2:
        return None
    between, lines = argument.items
    if not isinstance(between, Scalar) or between.text not in ("\n", "") or not isinstance(lines, List):
        return None
    code, places = "", [0]
    for line in lines.items:
        found = _text_in(template, line) if isinstance(line, Scalar) else None
        if found is None:
            return None
        places[-1:] = found[1]
        code += found[0]
        if between.text and line is not lines.items[-1]:
            code += "\n"
            places.append(places[-1])
    return (code, places, None) if code else None


def _places(code: str, raw: str, start: int) -> tuple[str, list[int], str | None] | None:
    if raw[:1] == "|":
        return _in_block(code, raw, start)
    at = raw.find(code)
    if at != -1:
        return code, list(range(start + at, start + at + len(code) + 1)), None
    return _in_quotes(code, raw, start) if raw[:1] == '"' else None


def _in_block(code: str, raw: str, start: int) -> tuple[str, list[int], str | None] | None:
    at = raw.find("\n") + 1
    places: list[int] = []
    indent: str | None = None
    lines = code.split("\n")
    for number, line in enumerate(lines):
        end = raw.find("\n", at)
        whole = raw[at : end if end != -1 else len(raw)].rstrip("\r")
        ahead = len(whole) - len(line)
        if line:
            if (
                not whole.endswith(line)
                or whole[:ahead].strip(" ")
                or (indent is not None and len(indent) != ahead)
            ):
                return None
            indent = whole[:ahead]
        elif whole.strip(" "):
            return None if number < len(lines) - 1 else (code, [*places, start + len(raw)], indent)
        first = start + at + max(ahead, 0)
        places.extend(range(first, first + len(line)))
        places.append(start + at + len(whole))  # The line break, or the end.
        at = end + 1 if end != -1 else len(raw)
    return (code, places, indent) if indent else None


_ESCAPE = regex(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_FOLD = regex(r"\\\r?\n[ \t]*")
"""A line break in a quoted scalar of YAML that stands for nothing."""
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def _in_quotes(code: str, raw: str, start: int) -> tuple[str, list[int], str | None] | None:
    places: list[int] = []
    read: list[str] = []
    at = 1
    while at < len(raw) - 1:
        fold = _FOLD.match(raw, at) if raw[at] == "\\" else None
        if fold is not None:
            at = fold.end()
            continue
        places.append(start + at)
        found = _ESCAPE.match(raw, at) if raw[at] == "\\" else None
        if found is None:
            read.append(raw[at])
            at += 1
            continue
        mark = found[0][1]
        read.append(chr(int(found[0][2:], 16)) if mark in "ux" else _MEANT.get(mark, mark))
        at = found.end()
    return (code, [*places, start + len(raw) - 1], None) if "".join(read) == code else None
