"""Steps through a syntax tree: the nodes below a node, without those that say nothing by themselves.

`ast.iter_child_nodes` looks at every field of every node, names and constants too, and also hands out the marks for
loading and storing and the operators, which have no place in the text and are shared by many nodes. Leaving both out
takes a third of the time, and most of the linter's time is such steps.
"""

from __future__ import annotations

import ast

_PLAIN = frozenset({
    *("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "lineno"),
    *("module", "name", "op", "ops", "rest", "simple", "str", "tag", "type_comment", "type_ignores"),
})  # fmt: skip
"""Fields that hold no node with a place, whatever the node."""


class _Fields(dict[type, tuple[str, ...]]):
    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        plain = set(_PLAIN)
        if kind is ast.Constant or kind is ast.MatchSingleton:
            plain.add("value")
        if kind is ast.Global or kind is ast.Nonlocal:
            plain.add("names")
        if kind.__name__ == "TypeAlias":
            plain.discard("name")
        found = self[kind] = tuple(field for field in kind._fields if field not in plain)
        return found


FIELDS: dict[type, tuple[str, ...]] = _Fields()
"""By class of node the fields that may hold nodes with a place, in source order as `ast` has it."""


_GAPPED = (ast.Dict, ast.arguments)
"""Their lists hold None where there is no node: for `**other`, and for an argument without a default."""


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    kind = node.__class__
    for field in FIELDS[kind]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += value
        elif value is not None:
            found.append(value)
    return [item for item in found if item is not None] if kind in _GAPPED else found


def walk(node: ast.AST) -> list[ast.AST]:
    """A node and every node below it, in the order of `ast.walk`."""
    found = [node]
    for each in found:
        for field in FIELDS[each.__class__]:
            value = getattr(each, field, None)
            if value.__class__ is list:
                found += [item for item in value if item is not None]
            elif value is not None:
                found.append(value)
    return found
