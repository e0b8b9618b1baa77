"""Code that works on the first record of a batch and leaves the others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.bodies import own_code
from lint_rules.engine.analysis.event_paths import EACH, FIRST, EventPaths
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.reach import Reach
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple

_RECORDS = ("Records",)


class FirstRecord(NamedTuple):
    """Where the first record is taken, or, `returns`, where the loop over them ends in its first round."""

    node: ast.expr | ast.stmt
    scope: Scope
    returns: bool
    others: tuple[ast.expr, ...] = ()
    """Further places that take it."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    def looped(self) -> tuple[Edit, ...]:
        """Edits that do for each record what is done for the first; none where results depend on it, or the text does
        not allow it safely."""
        block, facts = self.scope.node, self.scope.facts
        if self.returns or not isinstance(block, FunctionNode):
            return ()
        statement = facts.statement(self.node)
        if statement not in block.body:
            return ()
        rest = block.body[block.body.index(statement) :]
        last = rest[-1]
        if isinstance(last, ast.Return):
            own = {name for each in rest[:-1] for part in ast.walk(each) for name in _bound(part)}
            used = {part.id for part in ast.walk(last) if isinstance(part, ast.Name)}
            if used & own:
                return ()
            rest = rest[:-1]
        places: list[ast.AST] = [
            self.node,
            *(other for other in self.others if facts.scope_of(other) is self.scope),
        ]
        within = {part for each in rest for part in ast.walk(each)}
        if len(places) != 1 + len(self.others) or not within.issuperset(places) or _leaves(rest):
            return ()
        return self._edits(statement, rest, places)

    def _edits(self, first: ast.stmt, rest: list[ast.stmt], places: list[ast.AST]) -> tuple[Edit, ...]:
        module = self.scope.facts.module
        start, end = module.span(first).start - module.base, module.span(rest[-1]).end - module.base
        text = module.text
        line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        indent = text[line:start]
        whole = any(_has_lines(part) for each in rest for part in ast.walk(each))
        if indent.strip() or whole or '"""' in text[start:end] or "\\\n" in text[start:end]:
            return ()
        name = "record"
        if name in self.scope.bindings or name in self.scope.loads:
            return ()
        assert isinstance(self.node, ast.Subscript)
        records = module.code(self.node.value)
        newline = "\r\n" if "\r\n" in text else "\n"
        edits = [Edit(self._at(line), f"{indent}for {name} in {records}:{newline}    ")]
        for found in re.finditer(r"\n(?=[^\r\n])", text[start:end]):
            edits.append(Edit(self._at(start + found.end()), "    "))
        edits += [Edit(module.span(place), name) for place in places]
        return tuple(sorted(edits, key=lambda edit: edit.span.start))

    def _at(self, place: int) -> Span:
        module = self.scope.facts.module
        return Span(module.document.path, module.base + place, module.base + place)


def first_record(reach: Reach, event: EventPaths) -> FirstRecord | None:
    """The first place where only the first record is used; None where others are looked at, or may be."""
    if not any("Records" in scope.facts.module.text for scope in reach.functions):
        return None
    taken: list[tuple[ast.expr, Scope]] = []
    for read in event.reads:
        if read.path == (*_RECORDS, FIRST):
            taken.append((read.node, read.scope))
        elif read.path == _RECORDS and not _is_first(read.parent):
            parent = read.parent
            bound = parent.targets[0] if isinstance(parent, ast.Assign) else None
            if not isinstance(bound, ast.Name) or not all(
                _is_first(read.scope.facts.parents.get(load)) for load in read.scope.loads.get(bound.id, [])
            ):
                return _cut_short(reach, event)
        elif EACH in read.path:
            return _cut_short(reach, event)
    if not taken:
        return None
    (node, scope), *others = taken
    return FirstRecord(node, scope, False, tuple(other for other, _ in others))


def _cut_short(reach: Reach, event: EventPaths) -> FirstRecord | None:
    for node in own_code(reach.start):
        if isinstance(node, ast.For) and event.of(node.iter, reach.start) == _RECORDS:
            last = node.body[-1]
            if isinstance(last, ast.Return) and not any(_goes_on(part) for part in node.body):
                return FirstRecord(last, reach.start, True)
    return None


def _goes_on(statement: ast.stmt) -> bool:
    """Whether a round of the loop may end before its last statement."""
    return any(isinstance(part, ast.Continue | ast.Yield) for part in ast.walk(statement))


def _is_first(parent: ast.AST | None) -> bool:
    """Whether it is `x[0]`."""
    return (
        isinstance(parent, ast.Subscript)
        and isinstance(parent.slice, ast.Constant)
        and parent.slice.value == 0
    )


def _leaves(statements: list[ast.stmt]) -> bool:
    parts: Iterator[ast.AST] = (part for each in statements for part in ast.walk(each))
    return any(isinstance(part, ast.Return | ast.Yield | ast.YieldFrom | ast.Break) for part in parts)


def _bound(node: ast.AST) -> tuple[str, ...]:
    """The name that a node binds."""
    return (node.id,) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else ()


def _has_lines(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value
