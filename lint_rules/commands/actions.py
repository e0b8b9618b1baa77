"""What an editor offers at a finding: its fix, a comment that allows it, and all safe fixes of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from lint_rules.engine.finding import Edit, Finding, Safety, Span
from lint_rules.engine.fix import fix, fixable
from lint_rules.engine.suppress import Suppressions

if TYPE_CHECKING:
    from lint_rules.commands.language import Server, Sheet

_FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.lambdalint"


def actions_at(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The actions for a range, of the kinds that the editor asks for."""
    wanted = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    uri = params.text_document.uri
    found: list[lsp.CodeAction] = []
    if _asked(lsp.CodeActionKind.QuickFix.value, wanted):
        for sheet, finding in server.at(uri, params.range):
            found += _quick(server, sheet, finding)
    if wanted and _asked(_FIX_ALL, wanted):
        sheet_of = next((s for s in server.sheets.values() if uri == s.uri or uri in s.cells.values()), None)
        if sheet_of is not None:
            found += _all(server, sheet_of)
    return found


def _asked(kind: str, wanted: list[str]) -> bool:
    return not wanted or any(kind == one or kind.startswith(one + ".") for one in wanted)


def _quick(server: Server, sheet: Sheet, finding: Finding) -> list[lsp.CodeAction]:
    made = []
    if finding.fix and finding.fix.safety > Safety.SHOW_ONLY:
        safe = finding.fix.safety is Safety.SAFE
        made.append(
            lsp.CodeAction(
                title=finding.fix.title + ("" if safe else " (may change behaviour)"),
                kind=lsp.CodeActionKind.QuickFix,
                is_preferred=safe,
                edit=server.edits(sheet, finding.fix.edits),
            )
        )
    comment = _allowing(sheet, finding)
    if comment:
        made.append(
            lsp.CodeAction(
                title=f"Allow {finding.rule} here",
                kind=lsp.CodeActionKind.QuickFix,
                edit=server.edits(sheet, [comment]),
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


def _all(server: Server, sheet: Sheet) -> list[lsp.CodeAction]:
    """One action that brings the file to where safe fixes lead; notebooks are fixed finding by finding."""
    assert sheet.project is not None
    if sheet.cells or not any(fixable(finding, Safety.SAFE) for finding in sheet.findings):
        return []
    before = sheet.project
    after = fix(before, server.desk.settings, Safety.SAFE).project.documents[sheet.path].text
    text = before.documents[sheet.path].text
    if after == text:
        return []
    edit = Edit(Span(sheet.path, 0, len(text)), after)
    title = "Apply all safe fixes of lambdalint"
    return [lsp.CodeAction(title=title, kind=_FIX_ALL, edit=server.edits(sheet, [edit]))]
