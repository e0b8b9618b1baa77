"""What an expression of Terraform comes to, as far as the files decide it.

References to resources stay unknown and keep the resource's address as their name; text made of known and
unknown parts is unknown and keeps the known ones. `jsonencode` and a heredoc of JSON come to the document
itself, each part in its place. Loops and the functions that are not listed here are unknown.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.hcl import Source, Written, read_expression
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown, walk
from lint_rules.engine.templates.terraform_functions import FUNCTIONS, computed, text_value, unescaped
from lint_rules.engine.typed import Any

_DEEPEST = 60
_WRAPPING = frozenset({"expression", "literal_value", "collection_value", "template_expr", "operation"})

Lookup = Callable[[tuple[str, ...], Span, int], Node]
"""What a dotted name such as ("var", "stage") stands for, at a place and a depth."""


class Expressions:
    """Evaluates the expressions of one module with what `lookup` knows of its names."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup

    def value(self, source: Source, node: Written, depth: int = 0) -> Node:
        """The node that an expression comes to."""
        if isinstance(node, Scalar):
            return self._json_text(source, node, depth)
        if isinstance(node, List):
            return List([self.value(source, item, depth + 1) for item in node.items], node.span, True)
        if isinstance(node, Map):
            entries = {
                name: (key, self.value(source, item, depth + 1)) for name, (key, item) in node.entries.items()
            }
            return Map(entries, node.span, True)
        if isinstance(node, Unknown) or depth > _DEEPEST:
            return Unknown(source.span(node))
        if node.type in _WRAPPING:
            parts = node.named_children
            if len(parts) == 1:
                return self.value(source, parts[0], depth + 1)
            span = source.span(node)
            return self._traversal(source, parts, span, depth) if parts else Unknown(span)
        span = source.span(node)
        read = getattr(self, f"_{node.type}", None)
        found: Node = (
            read(source, node, span, depth)
            if read is not None
            else Unknown(span, tuple(self._names(source, node)))
        )
        return found

    def _json_text(self, source: Source, node: Scalar, depth: int) -> Node:
        if not isinstance(node.value, str) or "${" not in node.text:
            return node
        from json import dumps

        read = read_expression(source, dumps(node.text, ensure_ascii=False))
        if read is None:
            return Unknown(node.span, (), node.text)
        return _all_at(self.value(*read, depth + 1), node.span)

    def _numeric_lit(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        text = source.written(node)
        try:
            return Scalar(float(text) if "." in text or "e" in text.lower() else int(text), text, span)
        except ValueError:
            return Unknown(span)

    def _bool_lit(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        text = source.written(node)
        return Scalar(text == "true", text, span)

    def _null_lit(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        return Scalar(None, "", span)

    def _string_lit(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        return text_value(unescaped(source.written(node)[1:-1]), span)

    def _quoted_template(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        pieces: list[str] = []
        names: dict[str, None] = {}
        complete = True
        for part in node.named_children:
            if part.type == "template_literal":
                pieces.append(unescaped(source.written(part)))
            elif part.type == "template_interpolation":
                inner = next((p for p in part.named_children if p.type == "expression"), None)
                value = self.value(source, inner, depth + 1) if inner is not None else Unknown(span)
                if len(node.named_children) == 3 and not isinstance(value, Scalar):
                    return moved(value, span)  # The quotes hold nothing but it.
                if isinstance(value, Scalar) and value.value is not None:
                    pieces.append(value.text)
                else:
                    complete = False
                    pieces.append(source.written(part))
                    names.update(dict.fromkeys(value.names if isinstance(value, Unknown) else ()))
            elif part.type == "template_directive":
                return Unknown(span, tuple(self._names(source, node)))
        text = "".join(pieces)
        return Scalar(text, text, span) if complete else Unknown(span, tuple(names), text)

    def _heredoc_template(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        raw = source.text[span.start - source.base : span.end - source.base]
        head, _, body = raw.partition("\n")
        body = body[: body.rfind("\n") + 1]
        if body.lstrip()[:1] in ("{", "["):
            from lint_rules.engine.sources.yaml import read_yaml

            roots, problem = read_yaml(body, source.path, span.start + len(head) + 1)
            if problem is None and len(roots) == 1:
                return self._with_interpolations(source, roots[0], depth)
        if "${" in body or "%{" in body:
            return Unknown(span, tuple(self._names(source, node)), body)
        return Scalar(body, body, span)

    def _with_interpolations(self, source: Source, node: Node, depth: int) -> Node:
        if isinstance(node, Scalar) and "${" in node.text:
            return self._json_text(source, node, depth)
        if isinstance(node, List):
            return List(
                [self._with_interpolations(source, item, depth) for item in node.items], node.span, True
            )
        if isinstance(node, Map):
            entries = {
                name: (key, self._with_interpolations(source, item, depth))
                for name, (key, item) in node.entries.items()
            }
            return Map(entries, node.span, True)
        return node

    def _tuple(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        items = [part for part in node.named_children if part.type == "expression"]
        return List([self.value(source, item, depth + 1) for item in items], span, True)

    def _object(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for element in node.named_children:
            parts = element.named_children
            if element.type != "object_elem" or len(parts) != 2:
                continue
            name = source.written(parts[0])
            if not name.isidentifier() and not name.replace("-", "_").isidentifier():
                key = self.value(source, parts[0], depth + 1)
                if not isinstance(key, Scalar):
                    return Unknown(span)
                name = key.text
            entries[name] = (
                Scalar(name, name, source.span(parts[0])),
                self.value(source, parts[1], depth + 1),
            )
        return Map(entries, span, True)

    def _variable_expr(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        return self.lookup((source.written(node),), span, depth)

    def _traversal(self, source: Source, parts: list[Any], span: Span, depth: int) -> Node:
        """A name and what is taken from it: `aws_sqs_queue.work[0].arn`."""
        if parts[0].type != "variable_expr":
            return self._taken(self.value(source, parts[0], depth + 1), source, parts[1:], span, depth)
        path = [source.written(parts[0])]
        for at, part in enumerate(parts[1:], 1):
            if part.type == "get_attr":
                path.append(source.written(part.named_children[0]))
            elif part.type == "index" and path[0] not in ("var", "local", "each"):
                continue  # One of several alike.
            elif part.type == "splat":
                path += [
                    source.written(step.named_children[0])
                    for step in part.named_children[0].named_children
                    if step.type == "get_attr"
                ]
            else:
                return self._taken(self.lookup(tuple(path), span, depth), source, parts[at:], span, depth)
        return self.lookup(tuple(path), span, depth)

    def _taken(self, node: Node, source: Source, parts: list[Any], span: Span, depth: int) -> Node:
        for part in parts:
            key: Node | None = None
            if part.type == "get_attr":
                name = source.written(part.named_children[0])
                key = Scalar(name, name, span)
            elif part.type == "index":
                inner = part.named_children[0].named_children
                key = self.value(source, inner[0], depth + 1) if inner else None
            if isinstance(node, Map) and isinstance(key, Scalar):
                found = node.get(key.text)
            elif isinstance(node, List) and isinstance(key, Scalar) and isinstance(key.value, int):
                found = node.items[key.value] if 0 <= key.value < len(node.items) else None
            else:
                found = None
            if found is None:
                return Unknown(span, node.names if isinstance(node, Unknown) else ())
            node = found
        return node

    def _function_call(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        name = source.written(node.named_children[0])
        held = [part for part in node.named_children if part.type == "function_arguments"]
        arguments = [part for part in (held[0].named_children if held else ()) if part.type == "expression"]
        values = [self.value(source, argument, depth + 1) for argument in arguments]
        compute = FUNCTIONS.get(name)
        found = compute(values, span) if compute is not None and values else None
        if found is None:
            return Unknown(span, tuple(self._names(source, node)))
        return found

    def _conditional(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        parts = [part for part in node.named_children if part.type == "expression"]
        if len(parts) != 3:
            return Unknown(span)
        test = self.value(source, parts[0], depth + 1)
        if isinstance(test, Scalar) and isinstance(test.value, bool):
            return self.value(source, parts[1 if test.value else 2], depth + 1)
        return Unknown(span, tuple(self._names(source, node)))

    def _unary_operation(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        value = self._side(source, list(node.named_children), span, depth)
        sign = source.written(node)[:1]
        if isinstance(value, Scalar) and sign == "!" and isinstance(value.value, bool):
            return Scalar(not value.value, str(not value.value).lower(), span)
        if isinstance(value, Scalar) and sign == "-" and isinstance(value.value, int | float):
            return Scalar(-value.value, f"-{value.text}", span)
        return Unknown(span)

    def _binary_operation(self, source: Source, node: Any, span: Span, depth: int) -> Node:
        at = next(
            (i for i, part in enumerate(node.children) if not part.is_named and part.type not in "()"), None
        )
        if at is None:
            return Unknown(span)
        left = self._side(source, node.children[:at], span, depth)
        right = self._side(source, node.children[at + 1 :], span, depth)
        if not isinstance(left, Scalar) or not isinstance(right, Scalar):
            return Unknown(span, tuple(self._names(source, node)))
        found = computed(source.written(node.children[at]), left.value, right.value)
        return (
            Unknown(span)
            if found is None
            else Scalar(found, str(found).lower() if isinstance(found, bool) else str(found), span)
        )

    def _side(self, source: Source, parts: list[Any], span: Span, depth: int) -> Node:
        named = [part for part in parts if part.is_named and part.type != "comment"]
        if len(named) == 1:
            return self.value(source, named[0], depth + 1)
        return self._traversal(source, named, span, depth) if named else Unknown(span)

    def _names(self, source: Source, node: Any) -> Iterator[str]:
        """The addresses of resources that an expression refers to."""
        seen: set[str] = set()
        todo = [node]
        while todo:
            part = todo.pop()
            todo.extend(reversed(part.named_children))
            if any(child.type == "variable_expr" for child in part.named_children):
                inner = [
                    child
                    for child in part.named_children
                    if child.type in ("variable_expr", "get_attr", "index", "splat")
                ]
                found = self._traversal(source, inner, source.span(part), 0)
                for name in names_in(found):
                    if name not in seen:
                        seen.add(name)
                        yield name


def names_in(node: Node) -> list[str]:
    """The addresses that a value names anywhere in it."""
    return [name for part in walk(node) if isinstance(part, Unknown) for name in part.names]


def moved(node: Node, span: Span) -> Node:
    """A plain value at another place; what has parts keeps its places."""
    if isinstance(node, Scalar):
        return Scalar(node.value, node.text, span)
    if isinstance(node, Unknown):
        return Unknown(span, node.names, node.text)
    return node


def _all_at(node: Node, span: Span) -> Node:
    """The value with all its parts in one place, because they are in none of their own."""
    if isinstance(node, List):
        return List([_all_at(item, span) for item in node.items], span, True)
    if isinstance(node, Map):
        entries = {
            name: (Scalar(name, name, span), _all_at(item, span)) for name, (_, item) in node.entries.items()
        }
        return Map(entries, span, True)
    return moved(node, span)
