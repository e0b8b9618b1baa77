"""One Python file, or the part of a document that stands for one: its text, its tree and why it has none.

The tree is the running interpreter's own `ast`, the fastest reading there is. Its positions (row and UTF-8
byte) are turned into characters of the document here and nowhere else. Code in a syntax newer than the
interpreter is read by libcst, into the same kind of tree.
"""

from __future__ import annotations

import ast
import sys

from lint_rules.engine.finding import Severity, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.sources.tree import children, walk
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.sources.document import Document

_LINE = regex(r"\r\n|\n|\r")
_OTHER_TOOL = regex(r"\{\{.*?\}\}|\{%")
_LITERAL = regex(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#.*")
_F_STRING = regex(r"(?<!\w)(?:[rR]?[fF]|[fF][rR])[\"']")


class Module:
    """A Python module. Offset x of `text` is offset `base + x` of the document's text; `name` is its path in
    the project, with forward slashes."""

    # Most modules of a large project are never asked for anything, and are made with as little as can be.
    index: object = None
    """A place for what the analysis knows of the module, so that both live and die together."""
    altered: frozenset[str] | None = None
    """The same for the names whose objects it alters."""
    before: Module | None = None
    """What it was before something was typed into it; until it is parsed, which most of that tree is good for."""
    _read = False
    _placed = False
    _sound = False
    _plain = False
    _tree: ast.Module | None = None
    _error: Problem | None = None
    _lines: list[int] | None = None

    def __init__(self, document: Document, text: str, base: int = 0, name: str = "") -> None:
        self.document = document
        self.text = text
        self.base = base
        self.name = name or document.path
        self.bound: dict[ast.AST, Any] = {}
        """A place for what the analysis knows of its literals, by function."""

    @property
    def tree(self) -> ast.Module | None:
        """The module as `ast` has it; None if it cannot be parsed."""
        self._parse()
        return self._tree

    @property
    def error(self) -> Problem | None:
        """Why the module cannot be parsed."""
        if not self._read:
            # Where nobody asks for the tree, its syntax is checked without making one, in two thirds of the time.
            self._sound = self._sound or _is_sound(self.text)
            if self._sound:
                return None
        self._parse()
        return self._error

    def span(self, node: ast.AST) -> Span:
        """Where a node stands in the document. Raises AttributeError for a node without a place."""
        if not self._placed:
            self._placed = True
            if sys.version_info < (3, 12) and _F_STRING.search(self.text):
                _place_in_f_strings(self.tree or ast.Module([], []))
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return Span(self.document.path, self.base + start, self.base + end)

    def code(self, node: ast.AST) -> str:
        """The source of a node, as written."""
        span = self.span(node)
        return self.text[span.start - self.base : span.end - self.base]

    def brief(self, node: ast.AST, longest: int) -> str:
        """The source of a node on one line, cut off with dots where it has more characters than `longest`."""
        line = " ".join(self.code(node).split())
        return line if len(line) <= longest else line[: longest - 3] + "..."

    def offset(self, row: int, column: int) -> int:
        """The offset in `text` of a row (from 1) and a column in UTF-8 bytes, as `ast` counts them."""
        if self._lines is None:
            self._lines = [0, *(line.end() for line in _LINE.finditer(self.text))]
        start = self._lines[min(row, len(self._lines)) - 1]
        # A character takes at most four bytes, and none takes less than one.
        head = self.text[start : start + column]
        if head.isascii():
            return min(start + column, len(self.text))
        return start + len(head.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def _parse(self) -> None:
        if self._read:
            return
        self._read = True
        nul = self.text.find("\0")
        if nul != -1:
            row = len(_LINE.findall(self.text[:nul])) + 1
            self._error = self._problem("it holds a NUL character", row, 1)
            return
        before = self.before
        self.before = None
        try:
            self._tree = self._after(before) or _tree(self.text)
            self._plain = True
        except SyntaxError as error:
            self._tree = self._newer()
            if self._tree is None:
                self._error = self._problem(error.msg, error.lineno or 1, error.offset or 1)
        except (RecursionError, MemoryError):
            self._error = self._problem("it is nested too deeply for Python to compile", 1, 1)
        except ValueError as error:
            # Text that has no encoding.
            self._error = self._problem(str(error), 1, 1)

    def _after(self, before: Module | None) -> ast.Module | None:
        """The tree, made of that which the module had before; None where it must be parsed whole."""
        if before is None or before._tree is None or not before._plain:
            return None
        from lint_rules.engine.sources.retyping import tree_after

        return tree_after(before._tree, before.text, self.text, _tree)

    def _newer(self) -> ast.Module | None:
        """The tree of code in a syntax newer than the interpreter."""
        from lint_rules.engine.sources.nesting import shallow

        if not shallow(self.text):
            return None
        from lint_rules.engine.sources.cst_statements import read_module

        try:
            return read_module(self.text)
        except Exception:  # libcst raises more than its ParserSyntaxError on broken code.
            return None

    def _problem(self, message: str, row: int, column: int) -> Problem:
        if self._lines is None:
            self._lines = [0, *(line.end() for line in _LINE.finditer(self.text))]
        start = self._lines[min(max(row, 1), len(self._lines)) - 1]
        at = self.base + min(start + max(column, 1) - 1, len(self.text))
        severity = Severity.ADVICE if self._for_another_tool() else Severity.ERROR
        hint = "; it looks like a template of another tool" if severity == Severity.ADVICE else ""
        return Problem(
            f"Python cannot parse this file: {message}{hint}", Span(self.document.path, at, at), severity
        )

    def _for_another_tool(self) -> bool:
        return "{{" in self.name or bool(_OTHER_TOOL.search(_LITERAL.sub('""', self.text)))


def _is_sound(text: str) -> bool:
    """Whether the interpreter reads the text without complaint."""
    import warnings
    from symtable import symtable

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            symtable(text, "<module>", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _tree(text: str) -> ast.Module:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = compile(text, "<module>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except SystemError:
            # Where several threads parse, as in a Dask worker, CPython may miscount how deep one of them is.
            # https://github.com/python/cpython/issues/106905
            tree = compile(text, "<module>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _place_in_f_strings(tree: ast.Module) -> None:
    # Before 3.12 the places of what stands in an f-string are unreliable; that of the string is not.
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.JoinedStr):
            for inner in walk(node):
                ast.copy_location(inner, node)
        else:
            todo.extend(children(node))
