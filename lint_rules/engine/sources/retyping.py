"""The tree of a text in which something was typed, made of the tree that it had before: only what stands around the
change is parsed.

Top-level statements are independent of one another, so those whose text stays keep their nodes. That holds where no
line came or went (then every node's place stays, too) and where the statements around the change can be parsed alone.
Everywhere else there is no answer here, and the whole is parsed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

_ODD = ("\r", "\f", "\\\n", "barry_as_FLUFL")
"""With these in a text, lines and statements are not what they seem."""


def tree_after(
    before: ast.Module, old: str, text: str, parse: Callable[[str], ast.Module]
) -> ast.Module | None:
    """The tree of `text`, given that of `old`, whose nodes it shares; None where the text must be parsed whole."""
    first, last = _changed_lines(old, text)
    if not first or any(odd in text for odd in _ODD):
        return None
    body = before.body
    opens = [number for number, node in enumerate(body) if _begins_line(node)]
    low = max((number for number in opens if _row(body[number]) <= first), default=0)
    high = min((number for number in opens if number > low and _row(body[number]) > last), default=len(body))
    start = _row(body[low]) if low else 1
    lines = text.split("\n")
    end = _row(body[high]) - 1 if high < len(body) else len(lines)
    part = "\n".join(lines[start - 1 : end])
    try:
        # Below as many empty lines as stand above it, so that it is told the right rows.
        made = parse("\n" * (start - 1) + part + "\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ast.Module([*body[:low], *made.body, *body[high:]], [])


def _changed_lines(old: str, text: str) -> tuple[int, int]:
    """The first and the last row of what differs, the same in both texts; zeros where lines came or went."""
    shorter = min(len(old), len(text))
    head = _alike(shorter, lambda length: old[:length] == text[:length])
    tail = _alike(shorter - head, lambda length: old[len(old) - length :] == text[len(text) - length :])
    lines = old.count("\n", head, len(old) - tail)
    if lines != text.count("\n", head, len(text) - tail):
        return 0, 0
    first = old.count("\n", 0, head) + 1
    return first, first + lines


def _alike(longest: int, fits: Callable[[int], bool]) -> int:
    """The greatest length up to `longest` that fits, given that all lesser ones do."""
    low, high = 0, longest
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _row(node: ast.stmt) -> int:
    """The row in which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return decorators[0].lineno if decorators else node.lineno


def _begins_line(node: ast.stmt) -> bool:
    """Whether no other statement stands before it in its line."""
    return node.col_offset == 0
