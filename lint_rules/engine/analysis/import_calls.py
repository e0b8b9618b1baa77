"""Calls of a function that the import of its module makes, whatever the environment, and how to keep them for people
who run the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple


class ImportCall(NamedTuple):
    """One such call, in the code of the module."""

    node: ast.Call
    scope: Scope

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def in_notebook(self) -> bool:
        """Whether it is plain code of a notebook, where people call what they have defined."""
        module = self.scope.facts.module
        return module.document.path.endswith(".ipynb") and module.name == module.document.path

    def guarded(self) -> tuple[Edit, ...]:
        """Edits that put the statement, with those after it that use what it sets, under a test for the file being run;
        none where that cannot be done line by line."""
        top, module = self.scope, self.scope.facts.module
        body = module.tree.body if module.tree is not None else []
        first = top.facts.statement(self.node)
        if first not in body:
            return ()
        last = index = body.index(first)
        for name, bound in top.bindings.items():
            if any(top.facts.statement(each) is first for each in bound):
                users = [load for scope in top.facts.scopes for load in scope.loads.get(name, ())]
                for load in users:
                    at: ast.AST = load
                    while at not in body:
                        at = top.facts.parents[at]
                    place = body.index(at)
                    if place < index:
                        return ()
                    last = max(last, place)
        moved = body[index : last + 1]
        if any(not isinstance(each, ast.Expr | ast.Assign) for each in moved):
            return ()
        text = module.text
        newline = "\r\n" if "\r\n" in text else "\n"
        start, end = module.span(first).start - module.base, module.span(moved[-1]).end - module.base
        if start and text[start - 1] not in "\r\n":
            return ()
        rows = [row for each in moved for row in range(each.lineno, (each.end_lineno or each.lineno) + 1)]
        if len(rows) != len({*rows}) or any(_spans_rows(part) for each in moved for part in ast.walk(each)):
            return ()
        lines = text[start:end].splitlines()
        inside = newline.join("    " + line if line.strip() else line for line in lines)
        guard = f'if __name__ == "__main__":{newline}{inside}'
        path = module.document.path
        return (Edit(Span(path, module.base + start, module.base + end), guard),)


def _spans_rows(node: ast.AST) -> bool:
    """Whether it is a string over several rows, which indentation would change."""
    return isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != node.end_lineno


_SOMETIMES = (
    *(ast.If, ast.IfExp, ast.Lambda, ast.While, ast.BoolOp, ast.ExceptHandler),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)


def import_calls(scope: Scope, codebase: Codebase) -> Iterator[ImportCall]:
    """The unconditional calls of a function in the code of its own module."""
    top = scope.facts.module_scope
    for call in top.calls:
        if codebase.target(call, top) is scope and not any(
            isinstance(parent, _SOMETIMES) for parent, _ in scope.facts.above(call)
        ):
            yield ImportCall(call, top)
