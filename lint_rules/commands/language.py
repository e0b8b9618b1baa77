"""The language server: what the protocol asks, answered from a `Desk`.

A mistake of ours is a line in the client's log, and the server goes on.
"""

from __future__ import annotations

import gc
import os
from importlib.metadata import version

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from lint_rules.commands.actions import FIX_ALL, NOTEBOOK_FIX_ALL, actions_at
from lint_rules.commands.sheet import Place, Sheet
from lint_rules.commands.virtual import code_cell, joined, notebook_of, notebook_text
from lint_rules.engine.desk import Desk
from lint_rules.engine.docs import rule_page
from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Finding, Safety, Severity
from lint_rules.engine.rule import RULES
from lint_rules.engine.typed import Any

_LEVELS = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.ADVICE: lsp.DiagnosticSeverity.Information,
}
_PYTHON_CELLS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithCells(cells=[lsp.NotebookCellLanguage(language="python")])
    ]
)


class Server(LanguageServer):
    """A language server for one editor."""

    def __init__(self) -> None:
        super().__init__("lambdalint", version("lambdalint"), notebook_document_sync=_PYTHON_CELLS)
        self.desk = Desk()
        self.sheets: dict[str, Sheet] = {}
        self.views: dict[str, dict[str, str]] = {}
        self._looks = 0

    def show(self, sheet: Sheet) -> None:
        """A document has a text now: look at it, and tell the editor what is found."""
        gone = self.sheets[sheet.uri].addresses if sheet.uri in self.sheets else ()
        self.sheets[sheet.uri] = sheet
        try:
            self.desk.put(sheet.path, sheet.text)
            self._give_back(len(self.desk.project(sheet.path).documents))
            sheet.project, sheet.findings = self.desk.look(sheet.path, lambda crash: self.log(crash.error))
        except UsageError as error:
            self.log(error)
            return
        told: dict[str, list[lsp.Diagnostic]] = {uri: [] for uri in sheet.addresses}
        told.update((uri, []) for uri in gone)  # Cells that were taken out.
        for finding in sheet.findings:
            told.setdefault(sheet.address(finding.span), []).append(_diagnostic(sheet, finding))
        for uri, diagnostics in told.items():
            # Cells have versions of their own.
            number = sheet.version if uri == sheet.uri else None
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=number)
            )

    def _give_back(self, files: int) -> None:
        """Free what was known of the text before: now this costs least, since no new tree has to be walked with it.
        The trees of other files are walked but rarely."""
        self._looks += 1
        whole, half = (4, 4) if files < 4 else (64, 8)
        gc.collect(2 if self._looks % whole == 0 else 1 if self._looks % half == 0 else 0)

    def view(self, uri: str, notebook: str, text: str | None) -> None:
        """A view of a notebook has this text now, or is closed."""
        texts = self.views.setdefault(notebook, {})
        if text is not None:
            texts[uri] = text
        else:
            texts.pop(uri, None)
        if texts:
            self.show(joined(notebook, texts))
        else:
            del self.views[notebook]
            self.drop(notebook)

    def drop(self, uri: str) -> None:
        """A document is closed: nothing is found in it any more."""
        sheet = self.sheets.pop(uri, None)
        if sheet is None:
            return
        self.desk.close(sheet.path)
        for address in sheet.addresses:
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

    def report_server_error(self, error: Exception, source: object) -> None:
        """A mistake of ours, which the library would show in a dialogue, in the way of whoever types."""
        self.log(error)

    def at(self, uri: str, where: lsp.Range) -> list[tuple[Sheet, Finding]]:
        """The findings at a place."""
        found = []
        for sheet in self.sheets.values():
            if uri not in sheet.addresses:
                continue
            for finding in sheet.findings:
                place = sheet.range(finding.span)
                touches = _key(place.start) <= _key(where.end) and _key(where.start) <= _key(place.end)
                if sheet.address(finding.span) == uri and touches:
                    found.append((sheet, finding))
        return found


def make_server() -> Server:
    """The server with everything it answers."""
    server = Server()

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        _show_text(ls, params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        _show_text(ls, params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        _look_again(ls)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        notebook = next((name for name, texts in ls.views.items() if uri in texts), None)
        if notebook is None:
            ls.drop(uri)
        else:
            ls.view(uri, notebook, None)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_opened(ls: Server, params: lsp.DidOpenNotebookDocumentParams) -> None:
        _show_notebook(ls, params.notebook_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_changed(ls: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
        _show_notebook(ls, params.notebook_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_saved(ls: Server, params: lsp.DidSaveNotebookDocumentParams) -> None:
        _look_again(ls)

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

    kinds = [lsp.CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL]

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=kinds))
    def actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return actions_at(ls, params)

    return server


def _show_text(ls: Server, uri: str) -> None:
    document = ls.workspace.get_text_document(uri)
    notebook = notebook_of(uri, document.language_id or "")
    if notebook is None:
        ls.show(Sheet(uri, document.source, document.version))
    else:
        ls.view(uri, notebook, document.source)


def _show_notebook(ls: Server, uri: str) -> None:
    notebook = ls.workspace.get_notebook_document(notebook_uri=uri)
    if notebook is None:
        return
    cells: list[dict[str, Any]] = []
    places: dict[int, Place] = {}
    for number, cell in enumerate(notebook.cells, 1):
        known = cell.document in ls.workspace.text_documents
        if known and cell.kind == lsp.NotebookCellKind.Code:
            places[number] = Place(cell.document)
            cells.append(code_cell(ls.workspace.get_text_document(cell.document).source))
        else:
            cells.append({"cell_type": "markdown", "metadata": {}, "source": ""})
    ls.show(Sheet(uri, notebook_text(cells), notebook.version, places))


def _look_again(ls: Server) -> None:
    """Files have changed, maybe the configuration: look at all that is open."""
    ls.desk.forget()
    for sheet in [*ls.sheets.values()]:
        ls.show(Sheet(sheet.uri, sheet.text, sheet.version, sheet.cells))


def _diagnostic(sheet: Sheet, finding: Finding) -> lsp.Diagnostic:
    rule = RULES[finding.rule]
    related = [
        lsp.DiagnosticRelatedInformation(sheet.location(other.span), other.message)
        for other in finding.related
    ]
    usable = finding.fix is not None and finding.fix.safety > Safety.SHOW_ONLY
    return lsp.Diagnostic(
        range=sheet.range(finding.span),
        message=finding.message,
        severity=_LEVELS[finding.severity or rule.severity],
        code=rule.code,
        source="lambdalint",
        related_information=related or None,
        data={"rule": rule.name, "fixable": usable},
    )


def _key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character


def serve() -> None:
    """Serve one editor until it says goodbye."""
    server = make_server()
    gc.collect()
    gc.freeze()  # What serves lives as long as the process.
    gc.enable()
    gc.set_threshold(100_000, 5, 5)  # Rarely: the server collects where it costs least.
    # Copies, since the library closes what it is given.
    with os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb") as answered:
        server.start_io(asked, answered)
