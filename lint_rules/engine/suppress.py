"""Comments that silence findings, and the metadata of templates that do.

A comment counts on the first or the last line of the statement that a finding stands in; in YAML, on the
first or last line of the finding itself. `# lambdalint: allow[...]` alone on its line counts for what begins
on the next one, `allow-file[...]` for the whole file. `Metadata: {lambdalint: {allow: [...]}}` of a resource
counts for the resource, that of a template for the template. Text in strings is no comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from lint_rules.engine.finding import Finding, Span
from lint_rules.engine.marks import marks_in, may_name_ours, may_silence
from lint_rules.engine.project import Project
from lint_rules.engine.sources.document import Document
from lint_rules.engine.suppression import Suppression, metadata_suppressions
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_COMMENT = r"(?:^|(?<=\s))#.*"


class Suppressions:
    """Everything that silences findings in a project's documents, read when a document is first asked about."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._pages: dict[str, _Page] = {}

    def covers(self, finding: Finding, code: str) -> bool:
        """Whether something silences the finding of the rule with this code."""
        document = self._project.documents[finding.span.path]
        if not may_silence(document.text):
            return False
        covered = False
        for suppression in self._page(document).about(document, finding.span):
            covered |= suppression.take(code, finding.rule)
        return covered

    def row_for(self, span: Span) -> int | None:
        """The row of the document's text where a comment about `span` goes; None where none can stand."""
        document = self._project.documents[span.path]
        if span.path.endswith(".json") or not document.text:
            return None
        return self._page(document).rows(document, span)[-1]

    def all(self) -> Iterator[Suppression]:
        """Every suppression that may name a rule of ours, document by document; none of quiet files."""
        for path in self._project.spoken:
            document = self._project.documents[path]
            if may_name_ours(document.text):
                yield from self._page(document).everything

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
            found += [text for kind, text, *_ in _tokens(module.text) if kind == "comment"]
        except SyntaxError:
            return []
    if not modules and not path.endswith(".json"):
        begins = r"#|//|/\*" if path.endswith(".tf") else "#"
        found += [mark.rstrip() for mark in re.findall(rf"(?m)(?:^|(?<=\s))(?:{begins}).*", document.text)]
    return found


class _Page:
    """Of one document what silences findings, and for rows of Python the ends of their statement."""

    def __init__(self) -> None:
        self.statements: dict[int, tuple[int, int]] = {}
        self.everything: list[Suppression] = []
        self._by_row: dict[int, list[Suppression]] = {}
        self._regions: list[tuple[int, int, Suppression]] = []

    def add(self, document: Document, row: int, column: int, comment: str) -> None:
        """A comment, which begins in this row (from 1) and column (from 0)."""
        start = document.line_starts[row - 1] + column
        for mark in marks_in(comment):
            made = Suppression(document, start, comment, mark)
            self.everything.append(made)
            if mark.kind == "allow-file":
                self.cover(made, 0, len(document.text) + 1)
            else:
                self._by_row.setdefault(row, []).append(made)
                if mark.kind == "allow" and not document.line(row)[:column].strip():
                    self._by_row.setdefault(_next_code(document, row), []).append(made)

    def cover(self, made: Suppression, start: int, end: int) -> None:
        """Let a suppression count for a part of the document."""
        self._regions.append((start, end, made))

    def about(self, document: Document, span: Span) -> Iterator[Suppression]:
        """What silences findings at a place."""
        for row in dict.fromkeys(self.rows(document, span)):
            yield from self._by_row.get(row, ())
        yield from (made for start, end, made in self._regions if start <= span.start < end)

    def rows(self, document: Document, span: Span) -> tuple[int, int]:
        """The first and the last row of what a finding is about."""
        row = document.row(span.start)
        return self.statements.get(row) or (row, document.row(max(span.start, span.end - 1)))


def _next_code(document: Document, row: int) -> int:
    for number in range(row + 1, len(document.line_starts) + 1):
        line = document.line(number).strip()
        if line and not line.startswith("#"):
            return number
    return row


def _read(project: Project, document: Document) -> _Page:
    page = _Page()
    modules = project.modules_of(document.path)
    for module in modules:
        try:
            _read_python(module, page)
        except SyntaxError:
            _read_rows(document, module.base, len(module.text), page)
    templates = [
        template for template in project.templates_of(document.path) if template.kind not in ("python", "cdk")
    ]
    for template in templates if modules else ():
        _read_rows(document, template.base, len(template.text), page)
    if not modules and not document.path.endswith(".json"):
        _read_rows(document, 0, len(document.text), page)
    for template in templates:
        for made, start, end in metadata_suppressions(document, template.text, template.base):
            page.everything.append(made)
            page.cover(made, start, end)
    return page


def _read_python(module: Module, page: _Page) -> None:
    document = module.document
    shift = document.row(module.base) - 1
    indent = module.base - document.line_starts[shift]
    first = 0
    for kind, text, start, end, column in _tokens(module.text):
        if kind == "comment":
            page.add(document, start + shift, column + (indent if start == 1 else 0), text)
        elif kind == "end":
            if first:
                for row in range(first, end + 1):
                    page.statements[row + shift] = (first + shift, end + shift)
            first = 0
        elif not first:
            first = start


def _tokens(text: str) -> Iterator[tuple[str, str, int, int, int]]:
    from io import StringIO
    from tokenize import COMMENT, DEDENT, INDENT, NEWLINE, NL, TokenError, generate_tokens

    # Positions come from the lines that tokenize is given, so only "\n" may end one.
    try:
        for token in generate_tokens(StringIO(text, newline="\n").readline):
            if token.type == COMMENT:
                yield "comment", token.string, token.start[0], token.end[0], token.start[1]
            elif token.type == NEWLINE:
                yield "end", "", token.start[0], token.start[0], 0
            elif token.type not in (NL, INDENT, DEDENT):
                yield "code", "", token.start[0], token.end[0], 0
    except (
        TokenError,
        UnicodeDecodeError,
    ) as error:  # Python 3.13 raises the second where it cuts a character.
        raise SyntaxError(str(error)) from None


def _read_rows(document: Document, start: int, length: int, page: _Page) -> None:
    last = bisect_right(document.line_starts, start + max(0, length - 1))
    for row in range(document.row(start), last + 1):
        line = document.line(row)
        mark = re.search(_COMMENT, line) if "#" in line else None
        if mark:
            page.add(document, row, mark.start(), mark.group())
