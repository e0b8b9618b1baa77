"""Where libcst's nodes stand: libcst's own positions without what it takes to have them.

A node of libcst knows its place only by writing its code. `Places` lets the module write itself, and counts characters
instead of keeping the code; rows and columns are found for those nodes alone that somebody asks for. What libcst does
besides, an empty visit of all nodes among it, takes twice as long as parsing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from lint_rules.engine.typed import Any


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
        self._begun.append(self._at)

    def after_codegen(self, node: Any) -> None:
        """It ends. Where it has told its place without blanks, that counts."""
        self._known.setdefault(id(node), (self._begun.pop(), self._at))

    def record_syntactic_position(
        self, node: Any, *, start_node: Any = None, end_node: Any = None
    ) -> _Syntactic:
        """A context in which a node writes what counts as its place, unless other nodes say where it begins or ends."""
        return _Syntactic(self, node, start_node, end_node)


class _Syntactic:
    __slots__ = ("_begun", "_end", "_node", "_places", "_start")

    def __init__(self, places: Places, node: Any, start: Any, end: Any) -> None:
        self._places, self._node, self._start, self._end = places, node, start, end

    def __enter__(self) -> None:
        self._begun = self._places._at

    def __exit__(self, *_: object) -> None:
        known = self._places._known
        start = self._begun if self._start is None else known[id(self._start)][0]
        end = self._places._at if self._end is None else known[id(self._end)][1]
        known[id(self._node)] = (start, end)
