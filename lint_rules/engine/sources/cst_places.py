"""Where libcst's nodes stand: libcst's own positions without what it takes to have them.

A node of libcst knows its place only by writing its code. `Places` lets the module write itself, and counts characters
instead of keeping the code; rows and columns are found for those nodes alone that somebody asks for. What libcst does
besides, an empty visit of all nodes among it, takes twice as long as parsing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from lint_rules.engine.typed import Any


def _blank() -> frozenset[type]:
    """The classes of nodes between those that matter, half of all: nobody asks where they stand."""
    import libcst

    return frozenset({
        *(libcst.SimpleWhitespace, libcst.TrailingWhitespace, libcst.ParenthesizedWhitespace, libcst.EmptyLine),
        *(libcst.Newline, libcst.Comment, libcst.AssignEqual),
    })  # fmt: skip


class Places:
    """The places of the nodes of one module, which writes itself into this in the form of libcst's `CodegenState`."""

    def __init__(self, module: Any, starts: Sequence[int]) -> None:
        """`starts` are the offsets at which lines begin."""
        self.default_indent = module.default_indent
        self.default_newline = module.default_newline
        self.tokens = ("",)  # An empty module asks whether anything is written.
        self._starts = starts
        self._at = 0
        self._begun: list[int] = []
        self._indents: list[str] = []
        self._indent = 0
        self._known: dict[int, tuple[int, int]] = {}  # By identity; the nodes' own hash takes longer.
        self._telling: list[tuple[Any, Any, Any, int]] = []
        self._blank = _blank()
        self._module = module
        module._codegen(self)

    def start(self, node: Any) -> tuple[int, int]:
        """The row, from 1, and the column in characters at which a node begins."""
        return self._spot(self._known[id(node)][0])

    def end(self, node: Any) -> tuple[int, int]:
        """Those at which it ends."""
        return self._spot(self._known[id(node)][1])

    def _spot(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1]

    def add_token(self, value: str) -> None:
        """What a node writes."""
        self._at += len(value)

    def add_indent_tokens(self) -> None:
        """The indentation of a line."""
        self._at += self._indent

    def increase_indent(self, value: str) -> None:
        """A block begins."""
        self._indents.append(value)
        self._indent += len(value)

    def decrease_indent(self) -> None:
        """A block ends."""
        self._indent -= len(self._indents.pop())

    def pop_trailing_newline(self) -> None:
        """The last line has none; nothing stands behind it."""

    def before_codegen(self, node: Any) -> None:
        """A node begins, blanks counted."""
        if node.__class__ not in self._blank:
            self._begun.append(self._at)

    def after_codegen(self, node: Any) -> None:
        """It ends. Where it has told its place without blanks, that counts."""
        if node.__class__ not in self._blank:
            begun, key = self._begun.pop(), id(node)
            if key not in self._known:
                self._known[key] = (begun, self._at)

    def record_syntactic_position(self, node: Any, *, start_node: Any = None, end_node: Any = None) -> Places:
        """A context in which a node writes what counts as its place, unless other nodes say where it begins or ends."""
        self._telling.append((node, start_node, end_node, self._at))
        return self

    def __enter__(self) -> None:
        """Begin what has just been recorded."""

    def __exit__(self, *_: object) -> None:
        """End what was begun last."""
        node, start, end, at = self._telling.pop()
        known = self._known
        known[id(node)] = (
            at if start is None else known[id(start)][0],
            self._at if end is None else known[id(end)][1],
        )
