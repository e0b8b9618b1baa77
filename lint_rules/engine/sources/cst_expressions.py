"""Expressions of libcst as those of `ast`: the second builder of a module's tree.

What `cst_statements` says of the whole holds here. An expression is read by the method that bears its class's
name; `place` gives it the interpreter's idea of its place, which begins before the parentheses of a tuple and
after those of everything else.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lint_rules.engine.sources.cst_operators import COMPARED, CONSTANTS, UNARY, binary_operator, kind
from lint_rules.engine.sources.cst_places import Places
from lint_rules.engine.typed import Any


class Expressions:
    """Reads expressions. `places` are those of libcst's nodes, in rows and characters; `lines` those of the text."""

    module: Any

    def __init__(self, places: Places, lines: Sequence[str]) -> None:
        self.places = places
        self.lines = lines
        self._plain = all(map(str.isascii, lines))

    def column(self, row: int, column: int) -> int:
        """A column in bytes, as `ast` counts them."""
        if self._plain:
            return column
        head = self.lines[row - 1][:column]
        return column if head.isascii() else len(head.encode("utf-8", "surrogatepass"))

    def place(self, made: Any, first: Any, last: Any = None) -> Any:
        """Put a node where one of libcst stands, or where one begins and another ends."""
        made.lineno, made.col_offset = self._start(first)
        made.end_lineno, made.end_col_offset = self._end(first if last is None else last)
        return made

    def _start(self, node: Any) -> tuple[int, int]:
        """The row and the column in bytes at which one of libcst's nodes begins."""
        row, column = self.places.start(node)
        return row, self.column(row, column)

    def _end(self, node: Any) -> tuple[int, int]:
        row, column = self.places.end(node)
        return row, self.column(row, column)

    def to(self, made: Any, last: ast.AST) -> Any:
        """Let a node end where another ends."""
        made.end_lineno, made.end_col_offset = last.end_lineno, last.end_col_offset  # type: ignore[attr-defined]
        return made

    def read(self, node: Any, context: ast.expr_context | None = None) -> Any:
        """The expression of `ast`."""
        name = kind(node)
        if name in ("Name", "Attribute", "Subscript", "Tuple", "List", "StarredElement"):
            return getattr(self, f"_{name}")(node, context or ast.Load())
        return getattr(self, f"_{name}")(node)

    def _Name(self, node: Any, context: ast.expr_context) -> Any:
        if node.value in CONSTANTS:
            return self.place(ast.Constant(CONSTANTS[node.value]), node)
        return self.place(ast.Name(node.value, context), node)

    def _Attribute(self, node: Any, context: ast.expr_context) -> Any:
        value = self.read(node.value)
        made = self.place(ast.Attribute(value, node.attr.value, context), node)
        return self.begun(made, node.value, value)

    def begun(self, made: Any, first: Any, value: Any) -> Any:
        """Let a node begin where its first part begins, parentheses counted."""
        if kind(first) == "GeneratorExp" or (kind(first) == "Tuple" and first.lpar):
            made.lineno, made.col_offset = value.lineno, value.col_offset
        elif getattr(first, "lpar", None):
            made.lineno, made.col_offset = self._start(first.lpar[0])
        else:
            made.lineno, made.col_offset = value.lineno, value.col_offset
        return made

    def ended(self, made: Any, last: Any, value: Any) -> Any:
        """Let a node end where its last part ends, parentheses counted."""
        if getattr(last, "rpar", None):
            made.end_lineno, made.end_col_offset = self._end(last.rpar[-1])
            return made
        return self.to(made, value)

    def _Subscript(self, node: Any, context: ast.expr_context) -> Any:
        elements = node.slice
        inside = [self._slice(element.slice) for element in elements]
        comma = kind(elements[-1].comma) == "Comma"
        part = inside[0]
        if len(inside) > 1 or comma or isinstance(part, ast.Starred):
            last = elements[-1].comma if comma and len(elements) == 1 else None
            part = self.place(ast.Tuple(inside, ast.Load()), elements[0], last or elements[-1])
            if not comma:
                self.ended(part, getattr(elements[-1].slice, "value", None), inside[-1])
            elif comma:
                row, column = self._start(elements[-1].comma)
                part.end_lineno, part.end_col_offset = row, column + 1
        value = self.read(node.value)
        made = self.place(ast.Subscript(value, part, context), node)
        return self.begun(made, node.value, value)

    def _slice(self, node: Any) -> Any:
        if kind(node) == "Index":
            value = self.read(node.value)
            return self.place(ast.Starred(value, ast.Load()), node) if node.star else value
        parts = [
            self.read(part) if part is not None else None for part in (node.lower, node.upper, node.step)
        ]
        return self.place(ast.Slice(*parts), node)

    def _Call(self, node: Any) -> Any:
        function = self.read(node.func)
        made = self.place(ast.Call(function, [], []), node)
        for argument in node.args:
            value = self.read(argument.value)
            if argument.keyword is not None or argument.star == "**":
                name = argument.keyword.value if argument.keyword is not None else None
                word = self.place(ast.keyword(name, value), argument)
                made.keywords.append(self.ended(word, argument.value, value))
            elif argument.star:
                starred = self.place(ast.Starred(value, ast.Load()), argument)
                made.args.append(self.ended(starred, argument.value, value))
            else:
                made.args.append(value)
        if len(node.args) == 1 and kind(node.args[0].value) == "GeneratorExp" and not node.args[0].value.lpar:
            generator = made.args[0]
            generator.end_lineno, generator.end_col_offset = self._end(node)
            row, column = self._open_before(node)
            generator.lineno, generator.col_offset = row, column
        return self.begun(made, node.func, function)

    def _open_before(self, call: Any) -> tuple[int, int]:
        """Where the parenthesis of a call opens."""
        row, column = self.places.end(call.func.rpar[-1] if getattr(call.func, "rpar", None) else call.func)
        while "(" not in self.lines[row - 1][column:]:
            row, column = row + 1, 0
        return row, self.column(row, self.lines[row - 1].index("(", column))

    def _Integer(self, node: Any) -> Any:
        return self.place(ast.Constant(ast.literal_eval(node.value)), node)

    _Float = _Imaginary = _Integer

    def _Ellipsis(self, node: Any) -> Any:
        return self.place(ast.Constant(...), node)

    def _SimpleString(self, node: Any) -> Any:
        made = ast.Constant(ast.literal_eval(node.value))
        if node.value[0] == "u":
            made.kind = "u"
        return self.place(made, node)

    def _sides(self, made: Any, node: Any, left: Any, right: Any, first: Any, last: Any) -> Any:
        return self.ended(self.begun(self.place(made, node), left, first), right, last)

    def _BinaryOperation(self, node: Any) -> Any:
        left, right = self.read(node.left), self.read(node.right)
        made = ast.BinOp(left, binary_operator(kind(node.operator)), right)
        return self._sides(made, node, node.left, node.right, left, right)

    def _BooleanOperation(self, node: Any) -> Any:
        operator = ast.And if kind(node.operator) == "And" else ast.Or
        parts = [node.right]
        at = node.left
        while kind(at) == "BooleanOperation" and kind(at.operator) == kind(node.operator) and not at.lpar:
            parts.append(at.right)
            at = at.left
        parts.append(at)
        values = [self.read(part) for part in reversed(parts)]
        made = ast.BoolOp(operator(), values)
        return self._sides(made, node, at, node.right, values[0], values[-1])

    def _UnaryOperation(self, node: Any) -> Any:
        value = self.read(node.expression)
        made = self.place(ast.UnaryOp(UNARY[kind(node.operator)](), value), node)
        return self.ended(made, node.expression, value)

    def _Comparison(self, node: Any) -> Any:
        left = self.read(node.left)
        others = [self.read(target.comparator) for target in node.comparisons]
        signs: list[ast.cmpop] = [COMPARED[kind(target.operator)]() for target in node.comparisons]
        last = node.comparisons[-1].comparator
        return self._sides(ast.Compare(left, signs, others), node, node.left, last, left, others[-1])

    def _IfExp(self, node: Any) -> Any:
        body, test, other = self.read(node.body), self.read(node.test), self.read(node.orelse)
        return self._sides(ast.IfExp(test, body, other), node, node.body, node.orelse, body, other)

    def _Await(self, node: Any) -> Any:
        value = self.read(node.expression)
        return self.ended(self.place(ast.Await(value), node), node.expression, value)

    def _Yield(self, node: Any) -> Any:
        if kind(node.value) == "From":
            value = self.read(node.value.item)
            return self.ended(self.place(ast.YieldFrom(value), node), node.value.item, value)
        value = self.read(node.value) if node.value is not None else None
        made = self.place(ast.Yield(value), node)
        return self.ended(made, node.value, value) if value is not None else made

    def _NamedExpr(self, node: Any) -> Any:
        target, value = self.read(node.target, ast.Store()), self.read(node.value)
        return self._sides(ast.NamedExpr(target, value), node, node.target, node.value, target, value)

    def _Lambda(self, node: Any) -> Any:
        body = self.read(node.body)
        made = self.place(ast.Lambda(self.arguments(node.params), body), node)
        return self.ended(made, node.body, body)

    def arguments(self, node: Any) -> ast.arguments:
        """Parameters, as `cst_statements` or a lambda has them."""
        from lint_rules.engine.sources.cst_parameters import read_parameters

        return read_parameters(self, node)

    def _elements(self, elements: Any, context: ast.expr_context) -> list[Any]:
        return [
            self.read(element, context)
            if kind(element) == "StarredElement"
            else self.read(element.value, context)
            for element in elements
        ]

    def _StarredElement(self, node: Any, context: ast.expr_context) -> Any:
        value = self.read(node.value, context)
        return self.ended(self.place(ast.Starred(value, context), node), node.value, value)

    def _Tuple(self, node: Any, context: ast.expr_context) -> Any:
        items = self._elements(node.elements, context)
        made = self.place(ast.Tuple(items, context), node)
        if node.lpar:
            return self.place(made, node.lpar[-1], node.rpar[0])
        first, last = node.elements[0], node.elements[-1]
        self.begun(made, first if kind(first) == "StarredElement" else first.value, items[0])
        if kind(last.comma) == "Comma":
            row, column = self.places.start(last.comma)
            while "," not in self.lines[row - 1][column:]:
                row, column = row + 1, 0
            made.end_lineno, made.end_col_offset = (
                row,
                self.column(row, self.lines[row - 1].index(",", column) + 1),
            )
            return made
        return self.ended(made, last if kind(last) == "StarredElement" else last.value, items[-1])

    def _List(self, node: Any, context: ast.expr_context) -> Any:
        return self.place(ast.List(self._elements(node.elements, context), context), node)

    def _Set(self, node: Any) -> Any:
        return self.place(ast.Set(self._elements(node.elements, ast.Load())), node)

    def _Dict(self, node: Any) -> Any:
        keys = [
            self.read(element.key) if kind(element) == "DictElement" else None for element in node.elements
        ]
        return self.place(ast.Dict(keys, [self.read(element.value) for element in node.elements]), node)

    def _loops(self, node: Any) -> list[ast.comprehension]:
        found = []
        while node is not None:
            tests = [self.read(part.test) for part in node.ifs]
            is_async = 1 if node.asynchronous is not None else 0
            target = self.read(node.target, ast.Store())
            found.append(ast.comprehension(target, self.read(node.iter), tests, is_async))
            node = node.inner_for_in
        return found

    def _ListComp(self, node: Any) -> Any:
        return self.place(ast.ListComp(self.read(node.elt), self._loops(node.for_in)), node)

    def _SetComp(self, node: Any) -> Any:
        return self.place(ast.SetComp(self.read(node.elt), self._loops(node.for_in)), node)

    def _GeneratorExp(self, node: Any) -> Any:
        made = self.place(ast.GeneratorExp(self.read(node.elt), self._loops(node.for_in)), node)
        return self.place(made, node.lpar[-1], node.rpar[0]) if node.lpar else made

    def _DictComp(self, node: Any) -> Any:
        return self.place(
            ast.DictComp(self.read(node.key), self.read(node.value), self._loops(node.for_in)), node
        )

    def _string(self, node: Any) -> Any:
        from lint_rules.engine.sources.cst_strings import read_string

        return read_string(self, node)

    _FormattedString = _ConcatenatedString = _TemplatedString = _string
