"""Variables of the Serverless Framework: `${self:...}`, `${opt:..., default}`, `${file(...)}` and the like.

What the files of the project decide is filled in, an option by its default, as a parameter of CloudFormation
would be. The environment, parameter stores and other stacks are unknown. A variable that is a whole value may
bring a map or a list.

https://www.serverless.com/framework/docs/guides/variables
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from lint_rules.engine.finding import Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.sources.yaml import plain_value

_INNERMOST = regex(r"\$\{((?!AWS::)[A-Za-z]+[:(][^${}]*)\}")
_FILE = regex(r"file\(([^)]+)\)(?::(.+))?\Z")
_QUOTED = regex(r"""(['"])(.*)\1\Z""", re.DOTALL)
_DEEPEST = 20
_LARGEST = 50_000
"""Nodes made for one file: variables that name variables multiply."""


class Variables:
    """The values that a serverless.yml and the files beside it give to variables.

    `read` gives the documents of another file of the project by its path, or None.
    """

    def __init__(self, root: Map, name: str, read: Callable[[str], Node | None]) -> None:
        self.root = root
        self.folder = posixpath.dirname(name)
        self.read = read
        self.left = _LARGEST

    def filled(self, node: Node, depth: int = 0) -> Node:
        """The node with its variables filled in."""
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            return Unknown(node.span)
        if isinstance(node, Scalar):
            return self._text(node, depth) if isinstance(node.value, str) and "${" in node.text else node
        if isinstance(node, List):
            return List([self.filled(item, depth + 1) for item in node.items], node.span, node.flow)
        if isinstance(node, Map):
            entries = {
                name: (key, self.filled(value, depth + 1)) for name, (key, value) in node.entries.items()
            }
            return Map(entries, node.span, node.flow)
        return node

    def at(self, *keys: str) -> Node | None:
        """A value of the file itself, variables filled in."""
        return self._walk(self.root, list(keys), 0)

    def _text(self, node: Scalar, depth: int) -> Node:
        text, unknown, names = node.text, False, 0
        hidden: list[str] = []
        while (found := _INNERMOST.search(text)) is not None:
            names += 1
            if names > 100 or len(text) > 20_000:
                return Unknown(node.span)
            value = self._variable(found[1], node.span, depth)
            if found.span() == (0, len(text)) and not hidden:
                return _placed(value, node.span)
            if isinstance(value, Scalar) and value.value is not None:
                put = value.text
            else:
                # It stays as it is, hidden from further search.
                unknown = True
                hidden.append(found[0])
                put = f"\0{len(hidden) - 1}\0"
            text = text[: found.start()] + put + text[found.end() :]
        for index, was in reversed(list(enumerate(hidden))):
            text = text.replace(f"\0{index}\0", was)
        return Unknown(node.span, (), text) if unknown else Scalar(text, text, node.span)

    def _variable(self, inner: str, span: Span, depth: int) -> Node | None:
        if "\0" in inner:
            return Unknown(span)
        for choice in _choices(inner):
            found = self._choice(choice.strip(), span, depth)
            if found is not None:
                return found
        return Unknown(span)

    def _choice(self, choice: str, span: Span, depth: int) -> Node | None:
        quoted = _QUOTED.match(choice)
        if quoted:
            return Scalar(quoted[2], quoted[2], span)
        file = _FILE.match(choice)
        if file:
            return self._file(file[1].strip(), file[2] or "", span, depth)
        kind, colon, address = choice.partition(":")
        if not colon:
            value = plain_value(choice)
            return Scalar(value, choice, span) if choice and not isinstance(value, str) else Unknown(span)
        if kind == "opt":
            return None  # Nobody typed a command line: the next choice, or nothing.
        if kind == "self":
            return self._walk(self.root, [key for key in address.split(".") if key], depth + 1)
        if choice == "sls:stage":
            return self._walk(self.root, ["provider", "stage"], depth + 1) or Scalar("dev", "dev", span)
        if choice == "aws:region":
            return self._walk(self.root, ["provider", "region"], depth + 1) or Unknown(span)
        if kind == "param":
            return self._walk(self.root, ["params", "default", address], depth + 1) or Unknown(span)
        return Unknown(span)

    def _file(self, path: str, address: str, span: Span, depth: int) -> Node | None:
        found = self.read(posixpath.normpath(posixpath.join(self.folder, path)))
        if found is None:
            return Unknown(span)
        return self._walk(found, [key for key in address.split(".") if key], depth + 1)

    def _walk(self, node: Node | None, keys: list[str], depth: int) -> Node | None:
        if depth > _DEEPEST or node is None:
            return None if node is None else Unknown(node.span)
        for key in keys:
            if isinstance(node, Scalar) and isinstance(node.value, str) and "${" in node.text:
                node = self._text(node, depth + 1)
            if isinstance(node, Unknown):
                return node
            if isinstance(node, List) and key.isdecimal():
                node = node.items[int(key)] if int(key) < len(node.items) else None
            else:
                node = node.get(key) if isinstance(node, Map) else None
        return self.filled(node, depth + 1) if node is not None else None


def _choices(inner: str) -> list[str]:
    """A variable's address and its fallbacks, split at commas outside quotes and parentheses."""
    parts, start, quote, level = [], 0, "", 0
    for at, character in enumerate(inner):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            level += 1 if character == "(" else -1
        elif character == "," and level == 0:
            parts.append(inner[start:at])
            start = at + 1
    return [*parts, inner[start:]]


def _placed(node: Node | None, span: Span) -> Node:
    """What a variable brings stands where the variable is written; what is inside stays in its place."""
    if isinstance(node, Scalar):
        return Scalar(node.value, node.text, span)
    if isinstance(node, Unknown) or node is None:
        return Unknown(span, node.names if node else (), node.text if node else None)
    return node
