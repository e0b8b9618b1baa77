"""What a fix may not change: everything that its edits do not touch.

Of Python every statement outside of the edits must read the same afterwards, in the same order; of templates every
key and value, of Terraform every argument with its expression. Where things stand may change, what they say may not.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.project import Project
from lint_rules.engine.sources.discover import DATA
from lint_rules.engine.sources.hcl import Block
from lint_rules.engine.sources.module import Module
from lint_rules.engine.sources.node import List, Map, Node, Scalar


def lost(before: Project, after: Project, path: str, edits: Sequence[Edit]) -> bool:
    """Whether something of a document that no edit touches is not there afterwards."""
    was, now = before.modules_of(path), after.modules_of(path)
    if len(was) != len(now):
        return True
    for old, new in zip(was, now, strict=True):
        if old.tree is not None and new.tree is not None and not _kept(old, new, edits):
            return True
    if path.endswith(".tf"):
        return not _arguments_kept(before, after, path, edits)
    return path.endswith(DATA) and not _leaves_kept(before, after, path, edits)


def _kept(old: Module, new: Module, edits: Sequence[Edit]) -> bool:
    rest = iter([ast.dump(node) for node in _statements(new.tree)])
    return all(any(found == dump for found in rest) for dump in _untouched(old, edits))


def _statements(tree: ast.AST | None) -> Iterator[ast.stmt]:
    """Every statement, outer ones before those in them."""
    todo: list[ast.AST] = [tree] if tree else []
    while todo:
        node = todo.pop()
        if isinstance(node, ast.stmt):
            yield node
        todo.extend(reversed([*_parts(node)]))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The statements right below a node, and what else holds some."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child


def _untouched(module: Module, edits: Sequence[Edit]) -> Iterator[str]:
    """The dumps of the largest statements that no edit touches."""
    todo: list[ast.AST] = [module.tree] if module.tree else []
    while todo:
        node = todo.pop()
        if isinstance(node, ast.stmt):
            span = module.span(node)
            start = min([span.start, *(module.span(d).start for d in getattr(node, "decorator_list", ()))])
            if not any(edit.span.start <= span.end and start <= edit.span.end for edit in edits):
                yield ast.dump(node)
                continue
        todo.extend(reversed([*_parts(node)]))


def _leaves_kept(before: Project, after: Project, path: str, edits: Sequence[Edit]) -> bool:
    was = Counter(
        leaf
        for leaf, node in _leaves(before, path)
        if not any(e.span.start <= node.span.end and node.span.start <= e.span.end for e in edits)
    )
    return not was - Counter(leaf for leaf, _ in _leaves(after, path))


def _leaves(project: Project, path: str) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    """The scalars of a data file with the keys above them; places in lists do not count."""
    from lint_rules.engine.sources.yaml import read_yaml

    roots, _ = read_yaml(project.documents[path].text, path)
    todo: list[tuple[tuple[str, ...], Node]] = [((), root) for root in roots if root.weight < _MOST]
    while todo:
        keys, node = todo.pop()
        if isinstance(node, Map):
            todo.extend(((*keys, key.text), value) for key, value in node.items())
        elif isinstance(node, List):
            todo.extend((keys, item) for item in node.items)
        elif isinstance(node, Scalar):
            yield (*keys, node.text), node


def _arguments_kept(before: Project, after: Project, path: str, edits: Sequence[Edit]) -> bool:
    was = Counter(
        leaf
        for leaf, span in _arguments(before, path)
        if not any(e.span.start <= span.end and span.start <= e.span.end for e in edits)
    )
    return not was - Counter(leaf for leaf, _ in _arguments(after, path))


def _arguments(project: Project, path: str) -> Iterator[tuple[tuple[str, ...], Span]]:
    """The arguments of a Terraform file: the names of the blocks above each, its own, and what it is given."""
    from lint_rules.engine.sources.hcl import can_read, read_hcl

    blocks = read_hcl(project.documents[path].text, path)[0] if can_read() else []
    todo: list[tuple[tuple[str, ...], Block]] = [((), block) for block in blocks]
    while todo:
        names, block = todo.pop()
        names = (*names, block.kind, *block.labels)
        yield names, Span(path, block.span.start, block.span.start)
        for name, (_, value) in block.attributes.items():
            yield (*names, name, block.source.written(value)), block.source.span(value)
        todo += [(names, inner) for inner in block.blocks]


_MOST = 200_000
"""Nodes of a file whose aliases unfold to no more than can be walked."""
