"""Patterns of `match` of libcst as those of `ast`."""

from __future__ import annotations

import ast

from lint_rules.engine.sources.cst_expressions import Expressions
from lint_rules.engine.sources.cst_operators import kind
from lint_rules.engine.typed import Any


class Patterns(Expressions):
    """Reads patterns."""

    def pattern(self, node: Any) -> Any:
        """The pattern of `ast`."""
        return getattr(self, f"_{kind(node)}")(node)

    def _MatchValue(self, node: Any) -> Any:
        value = self.read(node.value)
        return ast.copy_location(ast.MatchValue(value), value)

    def _MatchSingleton(self, node: Any) -> Any:
        value = self.read(node.value)
        return ast.copy_location(ast.MatchSingleton(value.value), value)

    def _sequence(self, node: Any) -> Any:
        items = [
            self.pattern(item) if kind(item) == "MatchStar" else self.pattern(item.value)
            for item in node.patterns
        ]
        made = self.place(ast.MatchSequence(items), node)
        brackets = getattr(node, "lbracket", None), getattr(node, "rbracket", None)
        if brackets[0] is not None:
            return self.place(made, *brackets)
        return self.place(made, node.lpar[-1], node.rpar[0]) if node.lpar else made

    _MatchList = _MatchTuple = _sequence

    def _MatchStar(self, node: Any) -> Any:
        if node.name is not None:
            return self.place(ast.MatchStar(node.name.value), node, node.name)
        made = self.place(ast.MatchStar(None), node)
        row, column = self.places.start(node)
        at = self.lines[row - 1].index("_", column)
        made.end_lineno, made.end_col_offset = row, self.column(row, at + 1)
        return made

    def _MatchMapping(self, node: Any) -> Any:
        keys = [self.read(element.key) for element in node.elements]
        patterns = [self.pattern(element.pattern) for element in node.elements]
        rest = node.rest.value if node.rest is not None else None
        return self.place(ast.MatchMapping(keys, patterns, rest), node)

    def _MatchClass(self, node: Any) -> Any:
        made = ast.MatchClass(
            self.read(node.cls),
            [self.pattern(element.value) for element in node.patterns],
            [element.key.value for element in node.kwds],
            [self.pattern(element.pattern) for element in node.kwds],
        )
        return self.place(made, node)

    def _MatchAs(self, node: Any) -> Any:
        inner = self.pattern(node.pattern) if node.pattern is not None else None
        name = node.name.value if node.name is not None else None
        return self.place(ast.MatchAs(inner, name), node)

    def _MatchOr(self, node: Any) -> Any:
        return self.place(ast.MatchOr([self.pattern(element.pattern) for element in node.patterns]), node)
