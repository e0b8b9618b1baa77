"""The second builder of a module's tree: libcst's reading, in the form of `ast`.

The interpreter's own parser is faster and comes first. This one reads syntax newer than the interpreter, and a
test holds both to the same tree, places included, wherever both can read. What `ast` has no node for here (a
`type` statement, parameters of types, `except*`) becomes what is nearest to it: an assignment, nothing, a `try`.
"""

from __future__ import annotations

import ast
import warnings

from lint_rules.engine.regex import regex
from lint_rules.engine.sources.cst_expressions import Expressions
from lint_rules.engine.sources.cst_operators import binary_operator, kind
from lint_rules.engine.sources.cst_patterns import Patterns
from lint_rules.engine.sources.cst_places import Places
from lint_rules.engine.typed import Any

_LINE = regex(r"\r\n|\n|\r")


def read_module(text: str) -> ast.Module:
    """The tree of a text. Raises libcst.ParserSyntaxError where libcst cannot read it."""
    import libcst

    module = libcst.parse_module(text)
    places = Places(module, [0, *(line.end() for line in _LINE.finditer(text))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = Statements(places, _LINE.split(text))
        reader.module = module
        return ast.Module(reader.body(module), [])


class Statements(Patterns, Expressions):
    """Reads statements."""

    def body(self, block: Any) -> list[ast.stmt]:
        """The statements of a module, a block, or a line."""
        found: list[ast.stmt] = []
        for statement in block.body:
            if kind(statement) == "SimpleStatementLine":
                found += [getattr(self, f"_{kind(small)}")(small) for small in statement.body]
            elif hasattr(self, f"_{kind(statement)}"):
                found.append(getattr(self, f"_{kind(statement)}")(statement))
        return found

    def _over(self, made: Any, node: Any, start: Any = None) -> Any:
        """Place a compound statement: to the end of the last statement in it."""
        self.place(made, start or node)
        held = [getattr(made, name, None) for name in ("finalbody", "orelse", "handlers", "cases", "body")]
        last = next(part for part in held if part)[-1]
        return self.to(made, last)

    def _Expr(self, node: Any) -> Any:
        value = self.read(node.value)
        return self._whole(ast.Expr(value), node, node.value, value)

    def _whole(self, made: Any, node: Any, last: Any, value: Any) -> Any:
        self.place(made, node)
        if kind(node) == "Expr":
            self.begun(made, node.value, value)
        return self.ended(made, last, value)

    def _Assign(self, node: Any) -> Any:
        targets = [self.read(part.target, ast.Store()) for part in node.targets]
        value = self.read(node.value)
        made = self.begun(self.place(ast.Assign(targets, value), node), node.targets[0].target, targets[0])
        return self.ended(made, node.value, value)

    def _AnnAssign(self, node: Any) -> Any:
        target, annotation = self.read(node.target, ast.Store()), self.read(node.annotation.annotation)
        value = self.read(node.value) if node.value is not None else None
        simple = 1 if kind(node.target) == "Name" and not node.target.lpar else 0
        made = self.place(ast.AnnAssign(target, annotation, value, simple), node)
        self.begun(made, node.target, target)
        if value is not None:
            return self.ended(made, node.value, value)
        return self.ended(made, node.annotation.annotation, annotation)

    def _AugAssign(self, node: Any) -> Any:
        target, value = self.read(node.target, ast.Store()), self.read(node.value)
        made = ast.AugAssign(target, binary_operator(kind(node.operator)), value)
        return self.ended(self.begun(self.place(made, node), node.target, target), node.value, value)

    def _TypeAlias(self, node: Any) -> Any:
        target, value = self.read(node.name, ast.Store()), self.read(node.value)
        return self.ended(self.place(ast.Assign([target], value), node), node.value, value)

    def _Return(self, node: Any) -> Any:
        value = self.read(node.value) if node.value is not None else None
        made = self.place(ast.Return(value), node)
        return self.ended(made, node.value, value) if value is not None else made

    def _Raise(self, node: Any) -> Any:
        error = self.read(node.exc) if node.exc is not None else None
        cause = self.read(node.cause.item) if node.cause is not None else None
        made = self.place(ast.Raise(error, cause), node)
        if cause is not None:
            return self.ended(made, node.cause.item, cause)
        return self.ended(made, node.exc, error) if error is not None else made

    def _Pass(self, node: Any) -> Any:
        return self.place(ast.Pass(), node)

    def _Break(self, node: Any) -> Any:
        return self.place(ast.Break(), node)

    def _Continue(self, node: Any) -> Any:
        return self.place(ast.Continue(), node)

    def _Assert(self, node: Any) -> Any:
        test = self.read(node.test)
        message = self.read(node.msg) if node.msg is not None else None
        made = self.place(ast.Assert(test, message), node)
        return self.ended(made, node.msg or node.test, message or test)

    def _Del(self, node: Any) -> Any:
        several = kind(node.target) == "Tuple" and not node.target.lpar
        target = self.read(node.target, ast.Del())
        made = self.place(ast.Delete(target.elts if several else [target]), node)
        return self.ended(made, node.target, target)

    def _Global(self, node: Any) -> Any:
        return self.place(ast.Global([item.name.value for item in node.names]), node)

    def _Nonlocal(self, node: Any) -> Any:
        return self.place(ast.Nonlocal([item.name.value for item in node.names]), node)

    def _names(self, names: Any) -> list[ast.alias]:
        if kind(names) == "ImportStar":
            return [self.place(ast.alias("*", None), names)]
        found = []
        for item in names:
            renamed = item.asname.name.value if item.asname is not None else None
            made = ast.alias(_dotted(item.name), renamed)
            found.append(self.place(made, item.name, item.asname.name if item.asname is not None else None))
        return found

    def _Import(self, node: Any) -> Any:
        made = ast.Import(self._names(node.names))
        return self.to(self.place(made, node), made.names[-1])

    def _ImportFrom(self, node: Any) -> Any:
        module = _dotted(node.module) if node.module is not None else None
        made = self.place(ast.ImportFrom(module, self._names(node.names), len(node.relative)), node)
        if node.rpar is not None:
            made.end_lineno, made.end_col_offset = self._end(node.rpar)
            return made
        return self.to(made, made.names[-1])

    def _If(self, node: Any) -> Any:
        other = [] if node.orelse is None else [self._If(node.orelse)] if kind(node.orelse) == "If" else None
        made = ast.If(self.read(node.test), self.body(node.body), [])
        made.orelse = self.body(node.orelse.body) if other is None else other
        return self._over(made, node)

    def _orelse(self, node: Any) -> list[ast.stmt]:
        return self.body(node.orelse.body) if node.orelse is not None else []

    def _For(self, node: Any) -> Any:
        make = ast.AsyncFor if node.asynchronous is not None else ast.For
        target, iterable = self.read(node.target, ast.Store()), self.read(node.iter)
        return self._over(make(target, iterable, self.body(node.body), self._orelse(node)), node)

    def _While(self, node: Any) -> Any:
        return self._over(ast.While(self.read(node.test), self.body(node.body), self._orelse(node)), node)

    def _With(self, node: Any) -> Any:
        items = [
            ast.withitem(
                self.read(item.item),
                self.read(item.asname.name, ast.Store()) if item.asname is not None else None,
            )
            for item in node.items
        ]
        make = ast.AsyncWith if node.asynchronous is not None else ast.With
        return self._over(make(items, self.body(node.body)), node)

    def _Try(self, node: Any) -> Any:
        handlers = []
        for handler in node.handlers:
            error = self.read(handler.type) if handler.type is not None else None
            name = handler.name.name.value if handler.name is not None else None
            handlers.append(self._over(ast.ExceptHandler(error, name, self.body(handler.body)), handler))
        final = self.body(node.finalbody.body) if node.finalbody is not None else []
        make: Any = getattr(ast, "TryStar", ast.Try) if kind(node) == "TryStar" else ast.Try
        return self._over(make(self.body(node.body), handlers, self._orelse(node), final), node)

    _TryStar = _Try

    def _decorators(self, node: Any) -> list[Any]:
        return [self.read(part.decorator) for part in node.decorators]

    def _FunctionDef(self, node: Any) -> Any:
        make: Any = ast.AsyncFunctionDef if node.asynchronous is not None else ast.FunctionDef
        returns = self.read(node.returns.annotation) if node.returns is not None else None
        parameters, body = self.arguments(node.params), self.body(node.body)
        made = make(node.name.value, parameters, body, self._decorators(node), returns)
        if "type_params" in make._fields:
            made.type_params = []
        return self._over(made, node)

    def _ClassDef(self, node: Any) -> Any:
        call = ast.Call(ast.Constant(None), [], [])
        for argument in (*node.bases, *node.keywords):
            value = self.read(argument.value)
            if argument.keyword is not None or argument.star == "**":
                name = argument.keyword.value if argument.keyword is not None else None
                call.keywords.append(
                    self.ended(self.place(ast.keyword(name, value), argument), argument.value, value)
                )
            elif argument.star:
                starred = self.place(ast.Starred(value, ast.Load()), argument)
                call.args.append(self.ended(starred, argument.value, value))
            else:
                call.args.append(value)
        made: Any = ast.ClassDef(
            node.name.value, call.args, call.keywords, self.body(node.body), self._decorators(node)
        )
        if "type_params" in ast.ClassDef._fields:
            made.type_params = []
        return self._over(made, node)

    def _Match(self, node: Any) -> Any:
        cases = [
            ast.match_case(
                self.pattern(case.pattern),
                self.read(case.guard) if case.guard is not None else None,
                self.body(case.body),
            )
            for case in node.cases
        ]
        made = self.place(ast.Match(self.read(node.subject), cases), node)
        return self.to(made, cases[-1].body[-1])


def _dotted(node: Any) -> str:
    return node.value if kind(node) == "Name" else f"{_dotted(node.value)}.{node.attr.value}"
