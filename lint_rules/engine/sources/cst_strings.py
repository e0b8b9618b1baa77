"""Strings made of several pieces: f-strings, template strings, and strings written one after the other.

From 3.12 on what is put into an f-string stands in its own place, as interpreters then see it. Before, all pieces
stand where the whole stands: those interpreters do not agree on their places.
"""

from __future__ import annotations

import ast
import sys

from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.sources.cst_expressions import Expressions

_PLACES = sys.version_info >= (3, 12)


def read_string(reader: Expressions, node: Any) -> Any:
    """The string as `ast` has it: a constant where nothing is put in, else a JoinedStr."""
    pieces: list[Any] = []
    made: Any
    if any(type(part).__name__ != "SimpleString" for part in _leaves(node)):
        for part in _leaves(node):
            pieces += _pieces(reader, part)
        made = ast.JoinedStr(_together(pieces))
    else:
        values = [ast.literal_eval(part.value) for part in _leaves(node)]
        made = ast.Constant(b"".join(values) if isinstance(values[0], bytes) else "".join(values))
        if _leaves(node)[0].value[0] == "u":
            made.kind = "u"
    reader.place(made, node)
    for inner in ast.walk(made):
        if "lineno" in inner._attributes and not (_PLACES and hasattr(inner, "lineno")):
            ast.copy_location(inner, made)
    return made


def _leaves(node: Any) -> list[Any]:
    found = []
    while type(node).__name__ == "ConcatenatedString":
        found.append(node.left)
        node = node.right
    return [*found, node]


def _pieces(reader: Expressions, node: Any) -> list[Any]:
    if type(node).__name__ == "SimpleString":
        return [ast.Constant(ast.literal_eval(node.value))]
    raw = "r" in node.start.lower().rstrip("\"'")
    return _parts(reader, node.parts, raw)


def _parts(reader: Expressions, parts: Any, raw: bool, in_spec: bool = False) -> list[Any]:
    found: list[Any] = []
    for part in parts:
        if hasattr(part, "expression"):
            found += _put_in(reader, part, raw)
        else:
            found.append(ast.Constant(_text(part.value, raw)))
    return found


def _put_in(reader: Expressions, part: Any, raw: bool) -> list[Any]:
    value = reader.read(part.expression)
    conversion = ord(part.conversion) if part.conversion else -1
    spec = None
    if part.format_spec is not None:
        spec = ast.JoinedStr(_together(_parts(reader, part.format_spec, raw, True)))
    if part.equal is None:
        return [ast.FormattedValue(value, conversion, spec)]
    # `f"{x = }"` also shows what is written between the braces.
    module = reader.module
    written = module.code_for_node(part.whitespace_before_expression) + module.code_for_node(part.expression)
    text = written + module.code_for_node(part.equal)
    if part.conversion is None and spec is None:
        conversion = ord("r")
    return [ast.Constant(text), ast.FormattedValue(value, conversion, spec)]


def _text(written: str, raw: bool) -> str:
    text = written.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in text:
        return text.replace("\r\n", "\n")
    quoted = (
        '"""' + text.replace('"', '\\"') + '"""'
        if '\\"' not in text
        else "'''" + text.replace("'", "\\'") + "'''"
    )
    try:
        found: str = ast.literal_eval(quoted)
    except (SyntaxError, ValueError):
        return text
    return found


def _together(pieces: list[Any]) -> list[Any]:
    """Neighbouring texts joined, empty ones left out."""
    found: list[Any] = []
    for piece in pieces:
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
            if found and isinstance(found[-1], ast.Constant) and isinstance(found[-1].value, str):
                found[-1] = ast.Constant(found[-1].value + piece.value)
                continue
            if not piece.value:
                continue
        found.append(piece)
    return found
