"""What an editor offers at a finding: its fix, a comment that allows it, and all safe fixes of the file."""

from __future__ import annotations

from lsprotocol import types as lsp

from lint_rules.engine.finding import Edit, Finding, Safety, Span
from lint_rules.engine.fix import fix, fixable
from lint_rules.engine.suppress import Suppressions
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.commands.language import Server
    from lint_rules.commands.sheet import Sheet

FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.lambdalint"
NOTEBOOK_FIX_ALL = f"notebook.{FIX_ALL}"
"""What VS Code asks for on saving a notebook; for a cell it asks for the plain kind."""


def actions_at(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The actions for a range, of the kinds that the editor asks for."""
    wanted = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    uri = params.text_document.uri
    found: list[lsp.CodeAction] = []
    if _asked(lsp.CodeActionKind.QuickFix.value, wanted):
        for sheet, finding in server.at(uri, params.range):
            found += _quick(sheet, finding)
    kind = next((kind for kind in (FIX_ALL, NOTEBOOK_FIX_ALL) if wanted and _asked(kind, wanted)), "")
    if kind:
        for sheet in server.sheets.values():
            if uri == sheet.uri or uri in sheet.addresses:
                found += _all(server, sheet, kind)
    return found


def _asked(kind: str, wanted: list[str]) -> bool:
    return not wanted or any(kind == one or kind.startswith(one + ".") for one in wanted)


def _quick(sheet: Sheet, finding: Finding) -> list[lsp.CodeAction]:
    made = []
    if finding.fix and finding.fix.safety > Safety.SHOW_ONLY:
        safe = finding.fix.safety is Safety.SAFE
        made.append(
            lsp.CodeAction(
                title=finding.fix.title + ("" if safe else " (may change behaviour)"),
                kind=lsp.CodeActionKind.QuickFix,
                is_preferred=safe,
                edit=sheet.edits(finding.fix.edits),
            )
        )
    comment = _allowing(sheet, finding)
    if comment:
        made.append(
            lsp.CodeAction(
                title=f"Allow {finding.rule} here",
                kind=lsp.CodeActionKind.QuickFix,
                edit=sheet.edits([comment]),
            )
        )
    return made


def _allowing(sheet: Sheet, finding: Finding) -> Edit | None:
    """The edit that adds the comment."""
    assert sheet.project is not None
    document = sheet.project.documents[sheet.path]
    row = Suppressions(sheet.project).row_for(finding.span)
    if row is None:
        return None
    end = document.line_starts[row - 1] + len(document.line(row))
    return Edit(Span(sheet.path, end, end), f"  # lambdalint: allow[{finding.rule}]")


def _all(server: Server, sheet: Sheet, kind: str) -> list[lsp.CodeAction]:
    """One action that brings the file, or all cells of a notebook, to where safe fixes lead."""
    assert sheet.project is not None
    if not any(fixable(finding, Safety.SAFE) for finding in sheet.findings):
        return []
    before = sheet.project.documents[sheet.path]
    after = fix(sheet.project, server.desk.settings, Safety.SAFE).project.documents[sheet.path]
    pairs = [*zip(before.cells, after.cells, strict=True)]
    spans = [((old.start, old.end), after.text[new.start : new.end]) for old, new in pairs]
    changed = [
        Edit(Span(sheet.path, start, end), text)
        for (start, end), text in spans or [((0, len(before.text)), after.text)]
        if before.text[start:end] != text
    ]
    if not changed:
        return []
    title = "Apply all safe fixes of lambdalint"
    return [lsp.CodeAction(title=title, kind=kind, edit=sheet.edits(changed))]
