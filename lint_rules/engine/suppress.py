"""Comments that silence findings: `# noqa`, `# noqa: LAM101, client-init-in-handler`, and
`# lambdalint: allow[client-init-in-handler] reason`.

A comment counts on the first or the last line of the statement that a finding stands in; in YAML, on the
first or last line of the finding itself. Other tools' codes in a `noqa` silence nothing here. Text in strings
is no comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_rules.engine.finding import Finding, Span
from lint_rules.engine.project import Project
from lint_rules.engine.sources.document import Document

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_NOQA = re.compile(r"#\s*noqa(?P<codes>\s*:(?P<list>[^#]*))?(?![\w-])", re.IGNORECASE)
_ALLOW = re.compile(r"#\s*lambdalint:\s*allow\[(?P<list>[^\]]*)\]")
_WORD = re.compile(r"[A-Za-z]+[0-9]+|[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_HINT = re.compile(r"noqa|lambdalint:", re.IGNORECASE)

_ALL = frozenset({"*"})


class Suppressions:
    """The comments of a project's documents, read when a document is first asked about."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._pages: dict[str, _Page] = {}

    def covers(self, finding: Finding, code: str) -> bool:
        """Whether a comment silences the finding of the rule with this code."""
        document = self._project.documents[finding.span.path]
        if not _HINT.search(document.text):
            return False
        page = self._page(document)
        for row in page.rows(document, finding.span):
            words = page.comments.get(row, frozenset())
            if words is _ALL or code in words or finding.rule in words:
                return True
        return False

    def row_for(self, span: Span) -> int | None:
        """The row of the document's text where a comment about `span` goes; None where none can stand."""
        document = self._project.documents[span.path]
        if span.path.endswith(".json") or not document.text:
            return None
        return self._page(document).rows(document, span)[-1]

    def _page(self, document: Document) -> _Page:
        page = self._pages.get(document.path)
        if page is None:
            page = self._pages[document.path] = _read(self._project, document)
        return page


def comments_in(project: Project, path: str) -> list[str]:
    """Every comment of a document's Python code, and of its other lines whatever follows a `#`."""
    found = []
    document = project.documents[path]
    modules = project.modules_of(path)
    for module in modules:
        try:
            found += [text for kind, text, _, _ in _tokens(module.text) if kind == "comment"]
        except SyntaxError:
            return []
    if not modules and not path.endswith(".json"):
        found += [mark.rstrip() for mark in re.findall(r"(?m)(?:^|(?<=\s))#.*", document.text)]
    return found


class _Page:
    """Of one document the words of comments by row, and for rows of Python the ends of their statement."""

    def __init__(self) -> None:
        self.comments: dict[int, frozenset[str]] = {}
        self.statements: dict[int, tuple[int, int]] = {}

    def rows(self, document: Document, span: Span) -> tuple[int, int]:
        row = document.row(span.start)
        return self.statements.get(row) or (row, document.row(max(span.start, span.end - 1)))


def _read(project: Project, document: Document) -> _Page:
    page = _Page()
    modules = project.modules_of(document.path)
    for module in modules:
        try:
            _read_python(module, page)
        except SyntaxError:
            _read_rows(document, module.base, len(module.text), page)
    for template in project.templates_of(document.path):
        if template.kind != "python":
            _read_rows(document, template.base, len(template.text), page)
    if not modules and not document.path.endswith(".json"):
        _read_rows(document, 0, len(document.text), page)
    return page


def _read_python(module: Module, page: _Page) -> None:
    shift = module.document.row(module.base) - 1
    first = 0
    for kind, text, start, end in _tokens(module.text):
        if kind == "comment":
            words = _words(text)
            if words is not None:
                page.comments[start + shift] = words
        elif kind == "end":
            if first:
                for row in range(first, end + 1):
                    page.statements[row + shift] = (first + shift, end + shift)
            first = 0
        elif not first:
            first = start


def _tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    from io import StringIO
    from tokenize import COMMENT, DEDENT, INDENT, NEWLINE, NL, TokenError, generate_tokens

    # Positions come from the lines that tokenize is given, so only "\n" may end one.
    try:
        for token in generate_tokens(StringIO(text, newline="\n").readline):
            if token.type == COMMENT:
                yield "comment", token.string, token.start[0], token.end[0]
            elif token.type == NEWLINE:
                yield "end", "", token.start[0], token.start[0]
            elif token.type not in (NL, INDENT, DEDENT):
                yield "code", "", token.start[0], token.end[0]
    except TokenError as error:
        raise SyntaxError(str(error)) from None


def _read_rows(document: Document, start: int, length: int, page: _Page) -> None:
    for row in range(document.row(start), document.row(start + max(0, length - 1)) + 1):
        line = document.line(row)
        mark = re.search(r"(?:^|\s)#.*", line) if "#" in line else None
        words = _words(mark.group()) if mark else None
        if words is not None:
            page.comments[row] = words


def _words(comment: str) -> frozenset[str] | None:
    """What a comment allows: codes and names, `_ALL`, or None when it is about something else."""
    allow = _ALLOW.search(comment)
    noqa = _NOQA.search(comment)
    if not allow and not noqa:
        return None
    words = set(_WORD.findall(allow["list"])) if allow else set()
    if noqa:
        listed = _WORD.findall(noqa["list"] or "")
        if not listed:
            return _ALL
        words.update(word.upper() if word[-1].isdigit() and "-" not in word else word for word in listed)
    return frozenset(words)
