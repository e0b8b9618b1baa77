"""The language server: what the protocol asks, answered from a `Desk`.

Places are turned into lines and UTF-16 columns here and nowhere else; those of a notebook into its cells. A mistake
of ours is a line in the client's log, and the server goes on.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from lint_rules.engine.desk import Desk
from lint_rules.engine.docs import rule_page
from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Edit, Finding, Safety, Severity, Span
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES

_LEVELS = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.ADVICE: lsp.DiagnosticSeverity.Information,
}
_FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.lambdalint"
_PYTHON_CELLS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithCells(cells=[lsp.NotebookCellLanguage(language="python")])
    ]
)


class Sheet:
    """An open document as the editor knows it: its path, its address, and those of a notebook's cells by number."""

    def __init__(self, uri: str, version: int | None, cells: dict[int, str] | None = None) -> None:
        self.uri = uri
        self.path = to_fs_path(uri) or uri
        self.version = version
        self.cells = cells or {}
        self.findings: list[Finding] = []
        self.project: Project | None = None

    def address(self, span: Span) -> str:
        """The document, or the cell, that a span of this document stands in."""
        assert self.project is not None
        cell = self.project.documents[span.path].locate(span.start).cell
        return self.uri if cell is None else self.cells.get(cell, self.uri)


class Server(LanguageServer):
    """A language server for one editor."""

    def __init__(self) -> None:
        super().__init__("lambdalint", version("lambdalint"), notebook_document_sync=_PYTHON_CELLS)
        self.desk = Desk()
        self.sheets: dict[str, Sheet] = {}

    def show(self, sheet: Sheet, text: str) -> None:
        """A document has this text now: look at it, and tell the editor what is found."""
        self.sheets[sheet.uri] = sheet
        try:
            self.desk.put(sheet.path, text)
            sheet.project, sheet.findings = self.desk.look(sheet.path, lambda crash: self.log(crash.error))
        except UsageError as error:
            self.log(error)
            return
        told: dict[str, list[lsp.Diagnostic]] = {uri: [] for uri in [*sheet.cells.values()] or [sheet.uri]}
        for finding in sheet.findings:
            told.setdefault(sheet.address(finding.span), []).append(_diagnostic(sheet.project, finding))
        for uri, diagnostics in told.items():
            # Cells have versions of their own.
            number = sheet.version if uri == sheet.uri else None
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=number)
            )

    def drop(self, uri: str) -> None:
        """A document is closed: nothing is found in it any more."""
        sheet = self.sheets.pop(uri, None)
        if sheet is None:
            return
        self.desk.close(sheet.path)
        for address in [*sheet.cells.values()] or [uri]:
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=address, diagnostics=[]))

    def log(self, error: Exception) -> None:
        """A line for the client's log."""
        line = (
            str(error)
            if isinstance(error, UsageError)
            else f"internal error: {type(error).__name__}: {error}"
        )
        self.window_log_message(
            lsp.LogMessageParams(type=lsp.MessageType.Error, message=f"lambdalint: {line}")
        )

    def at(self, uri: str, where: lsp.Range) -> list[tuple[Sheet, Finding]]:
        """The findings at a place."""
        found = []
        for sheet in self.sheets.values():
            if uri != sheet.uri and uri not in sheet.cells.values():
                continue
            for finding in sheet.findings:
                assert sheet.project is not None
                place = span_range(sheet.project, finding.span)
                touches = _key(place.start) <= _key(where.end) and _key(where.start) <= _key(place.end)
                if sheet.address(finding.span) == uri and touches:
                    found.append((sheet, finding))
        return found

    def edits(self, sheet: Sheet, edits: Sequence[Edit]) -> lsp.WorkspaceEdit:
        """Edits as the editor takes them."""
        changes: dict[str, list[lsp.TextEdit]] = {}
        assert sheet.project is not None
        for edit in edits:
            uri = sheet.address(edit.span) if edit.span.path == sheet.path else _uri(edit.span.path)
            where = span_range(sheet.project, edit.span)
            changes.setdefault(uri, []).append(lsp.TextEdit(range=where, new_text=edit.text))
        return lsp.WorkspaceEdit(changes=changes)


def span_range(project: Project, span: Span) -> lsp.Range:
    """A span in lines from 0 and UTF-16 columns, within the cell of a notebook."""
    document = project.documents[span.path]

    def position(offset: int) -> lsp.Position:
        place = document.locate(offset)
        begin = document.line_starts[document.row(offset) - 1]
        head = document.text[begin:offset]
        return lsp.Position(line=place.row - 1, character=len(head.encode("utf-16-le", "surrogatepass")) // 2)

    return lsp.Range(start=position(span.start), end=position(span.end))


def make_server() -> Server:
    """The server with everything it answers."""
    server = Server()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.show(Sheet(params.text_document.uri, params.text_document.version), params.text_document.text)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        document = ls.workspace.get_text_document(params.text_document.uri)
        ls.show(Sheet(document.uri, params.text_document.version), document.source)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        ls.desk.forget()
        for sheet in [*ls.sheets.values()]:
            if not sheet.cells:
                document = ls.workspace.get_text_document(sheet.uri)
                ls.show(Sheet(sheet.uri, document.version), document.source)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.drop(params.text_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_opened(ls: Server, params: lsp.DidOpenNotebookDocumentParams) -> None:
        _show_notebook(ls, params.notebook_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_changed(ls: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
        _show_notebook(ls, params.notebook_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_closed(ls: Server, params: lsp.DidCloseNotebookDocumentParams) -> None:
        ls.drop(params.notebook_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        where = lsp.Range(start=params.position, end=params.position)
        names = dict.fromkeys(finding.rule for _, finding in ls.at(params.text_document.uri, where))
        if not names:
            return None
        pages = "\n---\n".join(rule_page(RULES[name]) for name in names)
        return lsp.Hover(contents=lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=pages))

    kinds = [lsp.CodeActionKind.QuickFix, _FIX_ALL]

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=kinds))
    def actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        from lint_rules.commands.actions import actions_at

        return actions_at(ls, params)

    return server


def _show_notebook(ls: Server, uri: str) -> None:
    notebook = ls.workspace.get_notebook_document(notebook_uri=uri)
    if notebook is None:
        return
    cells: list[dict[str, Any]] = []
    addresses: dict[int, str] = {}
    for number, cell in enumerate(notebook.cells, 1):
        known = cell.document in ls.workspace.text_documents
        source = ls.workspace.get_text_document(cell.document).source if known else ""
        code = known and cell.kind == lsp.NotebookCellKind.Code
        if code:
            addresses[number] = cell.document
        cells.append(
            {"cell_type": "code" if code else "markdown", "metadata": {}, "outputs": [], "source": source}
        )
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    ls.show(Sheet(uri, notebook.version, addresses), text)


def _diagnostic(project: Project, finding: Finding) -> lsp.Diagnostic:
    rule = RULES[finding.rule]
    related = [
        lsp.DiagnosticRelatedInformation(
            location=lsp.Location(uri=_uri(other.span.path), range=span_range(project, other.span)),
            message=other.message,
        )
        for other in finding.related
    ]
    usable = finding.fix is not None and finding.fix.safety > Safety.SHOW_ONLY
    return lsp.Diagnostic(
        range=span_range(project, finding.span),
        message=finding.message,
        severity=_LEVELS[finding.severity or rule.severity],
        code=rule.code,
        source="lambdalint",
        related_information=related or None,
        data={"rule": rule.name, "fixable": usable},
    )


def _uri(path: str) -> str:
    from pygls.uris import from_fs_path

    return from_fs_path(path) or path


def _key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character


def serve() -> None:
    """Serve one editor until it says goodbye."""
    gc.enable()
    gc.set_threshold(50_000, 50, 50)  # Trees are kept from one key press to the next.
    # Copies, since the library closes what it is given.
    with os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb") as answered:
        make_server().start_io(asked, answered)
