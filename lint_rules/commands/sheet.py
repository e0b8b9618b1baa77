"""An open document as the editor knows it: where it lies, the addresses of a notebook's cells, and what is found.

Places are turned into lines and UTF-16 columns here and nowhere else; those of a notebook into its cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsprotocol import types as lsp
from pygls.uris import from_fs_path, to_fs_path

from lint_rules.engine.finding import Edit, Finding, Span
from lint_rules.engine.project import Project
from lint_rules.engine.typed import NamedTuple


class Place(NamedTuple):
    """Where a code cell stands: its address, and the line of that address, from 0, with which it begins."""

    uri: str
    line: int = 0


class Sheet:
    """A document, or a notebook with the place of each code cell, by the cell's number."""

    def __init__(
        self, uri: str, text: str, version: int | None = None, cells: Mapping[int, Place] | None = None
    ) -> None:
        self.uri = uri
        self.path = to_fs_path(uri) or uri
        self.text = text
        self.version = version
        self.cells = dict(cells or {})
        self.findings: list[Finding] = []
        self.project: Project | None = None

    @property
    def addresses(self) -> list[str]:
        """What the editor is told of: the document itself, or a notebook's cells."""
        return [*dict.fromkeys(place.uri for place in self.cells.values())] or [self.uri]

    def address(self, span: Span) -> str:
        """The document, or the cell, that a span of this document stands in."""
        return self._place(span).uri

    def range(self, span: Span) -> lsp.Range:
        """A span of this document in its address."""
        assert self.project is not None
        found = span_range(self.project, span)
        down = self._place(span).line
        return lsp.Range(
            start=lsp.Position(found.start.line + down, found.start.character),
            end=lsp.Position(found.end.line + down, found.end.character),
        )

    def edits(self, edits: Sequence[Edit]) -> lsp.WorkspaceEdit:
        """Edits of this document and others as the editor takes them."""
        changes: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            uri, where = self._located(edit.span)
            changes.setdefault(uri, []).append(lsp.TextEdit(range=where, new_text=edit.text))
        return lsp.WorkspaceEdit(changes=changes)

    def location(self, span: Span) -> lsp.Location:
        """A span of this document or another."""
        uri, where = self._located(span)
        return lsp.Location(uri=uri, range=where)

    def _located(self, span: Span) -> tuple[str, lsp.Range]:
        assert self.project is not None
        if span.path == self.path:
            return self.address(span), self.range(span)
        return _uri(span.path), span_range(self.project, span)

    def _place(self, span: Span) -> Place:
        assert self.project is not None
        cell = self.project.documents[span.path].locate(span.start).cell
        here = Place(self.uri)
        return here if cell is None else self.cells.get(cell, here)


def span_range(project: Project, span: Span) -> lsp.Range:
    """A span in lines from 0 and UTF-16 columns, within the cell of a notebook."""
    document = project.documents[span.path]

    def position(offset: int) -> lsp.Position:
        place = document.locate(offset)
        begin = document.line_starts[document.row(offset) - 1]
        head = document.text[begin:offset]
        return lsp.Position(line=place.row - 1, character=len(head.encode("utf-16-le", "surrogatepass")) // 2)

    return lsp.Range(start=position(span.start), end=position(span.end))


def _uri(path: str) -> str:
    """The address of a file."""
    return from_fs_path(path) or path
