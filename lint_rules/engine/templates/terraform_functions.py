"""The functions and operators of Terraform that are worked out. A function gets the values of its arguments and
gives None where they do not decide it.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

from collections.abc import Callable

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.typed import Any


def text_value(text: str, span: Span) -> Scalar:
    """A string."""
    return Scalar(text, text, span)


def _same(values: list[Node], span: Span) -> Node | None:
    return values[0]


def _merge(values: list[Node], span: Span) -> Node | None:
    entries: dict[str, tuple[Scalar, Node]] = {}
    for value in values:
        if not isinstance(value, Map):
            return None
        entries.update(value.entries)
    return Map(entries, span, True)


def _concat(values: list[Node], span: Span) -> Node | None:
    lists = [value for value in values if isinstance(value, List)]
    if len(lists) != len(values):
        return None
    return List([item for value in lists for item in value.items], span, True)


def _format(values: list[Node], span: Span) -> Node | None:
    first, *rest = values
    if not isinstance(first, Scalar) or first.text.count("%") != len(rest):
        return None
    text, complete, names = first.text, True, dict[str, None]()
    for value in rest:
        at = min((found for sign in ("%s", "%d", "%v") if (found := text.find(sign)) != -1), default=-1)
        if at == -1:
            return None
        if isinstance(value, Scalar):
            put = value.text.replace("%", "\0")
        else:
            put, complete = "${}", False
            names.update(dict.fromkeys(value.names if isinstance(value, Unknown) else ()))
        text = text[:at] + put + text[at + 2 :]
    text = text.replace("\0", "%")
    return text_value(text, span) if complete else Unknown(span, tuple(names), text)


def _join(values: list[Node], span: Span) -> Node | None:
    if len(values) != 2 or not isinstance(values[0], Scalar) or not isinstance(values[1], List):
        return None
    texts = [item.text for item in values[1].items if isinstance(item, Scalar)]
    return text_value(values[0].text.join(texts), span) if len(texts) == len(values[1].items) else None


def _cased(change: Callable[[str], str]) -> Callable[[list[Node], Span], Node | None]:
    def function(values: list[Node], span: Span) -> Node | None:
        value = values[0]
        return text_value(change(value.text), span) if isinstance(value, Scalar) else None

    return function


def _number(values: list[Node], span: Span) -> Node | None:
    value = values[0]
    known = isinstance(value, Scalar) and value.text.isdecimal() and len(value.text) < 20
    return Scalar(int(value.text), value.text, span) if known and isinstance(value, Scalar) else None


def _decoded(values: list[Node], span: Span) -> Node | None:
    from lint_rules.engine.sources.json import read_json

    value = values[0]
    return read_json(value.text, span.path, span.start) if isinstance(value, Scalar) else value


FUNCTIONS: dict[str, Callable[[list[Node], Span], Node | None]] = {
    "jsonencode": _same,
    "jsondecode": _decoded,
    "toset": _same,
    "tolist": _same,
    "tomap": _same,
    "tostring": _same,
    "sensitive": _same,
    "nonsensitive": _same,
    "tonumber": _number,
    "merge": _merge,
    "concat": _concat,
    "format": _format,
    "join": _join,
    "lower": _cased(str.lower),
    "upper": _cased(str.upper),
    "trimspace": _cased(str.strip),
}


def unescaped(text: str) -> str:
    """The text between quotes, escapes undone."""
    if "\\" not in text and "$${" not in text and "%%{" not in text:
        return text
    pairs = (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\"), ("$${", "${"), ("%%{", "%{"))
    for written, meant in pairs:
        text = text.replace(written, meant)
    return text


def computed(sign: str, left: Any, right: Any) -> str | int | float | bool | None:
    if sign in ("==", "!="):
        return bool((left == right) == (sign == "=="))
    if isinstance(left, bool) and isinstance(right, bool):
        return {"&&": left and right, "||": left or right}.get(sign)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    if sign in ("/", "%") and right == 0:
        return None
    known: dict[str, Callable[[], int | float | bool]] = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left // right if left % right == 0 else left / right,
        "%": lambda: left % right,
        ">": lambda: left > right,
        "<": lambda: left < right,
        ">=": lambda: left >= right,
        "<=": lambda: left <= right,
    }
    return known[sign]() if sign in known else None
