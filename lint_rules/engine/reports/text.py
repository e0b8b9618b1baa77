"""Findings for people: the place and the message on one line, then the source with a mark under it.

The first line has the same form as other linters', so editors and terminals make links of it. Source is shown
as it is, except that tabs become spaces and characters a terminal would obey become a dot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lint_rules.engine.finding import Finding, Safety, Severity, Span
from lint_rules.engine.project import Project
from lint_rules.engine.regex import regex
from lint_rules.engine.rule import RULES

_AROUND = 2
_WIDEST = 160
_CONTROL = regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.ADVICE: "1;36"}

Paint = Callable[[str, str], str]


def render_text(
    project: Project,
    findings: Sequence[Finding],
    allow: Safety,
    *,
    colour: bool = False,
    source: bool = True,
    links: bool = False,
) -> str:
    """One block for each finding, or with `source` off one line. With `links` places can be clicked, in
    terminals that know how."""
    paint: Paint = (lambda text, code: f"\x1b[{code}m{text}\x1b[0m") if colour else (lambda text, code: text)
    return "".join(_block(project, finding, allow, paint, source, links) for finding in findings)


def render_summary(findings: Sequence[Finding], allow: Safety, fixed: int = 0, verb: str = "Fixed") -> str:
    """One or two sentences: how many, how bad, and what `--fix` would do."""
    done = f"{verb} {_count(fixed, 'finding')}. " if fixed else ""
    if not findings:
        return done + ("Nothing else found.\n" if fixed else "All checks passed.\n")
    levels = [(severity, sum(_severity(f) is severity for f in findings)) for severity in reversed(Severity)]
    words = [severity.label if severity is Severity.ADVICE else "" for severity, _ in levels]
    parts = [
        f"{number} {word}" if word else _count(number, severity.label)
        for (severity, number), word in zip(levels, words, strict=True)
        if number
    ]
    line = f"{done}Found {_count(len(findings), 'finding')} ({', '.join(parts)})"
    safe = sum(f.fix is not None and f.fix.safety >= allow for f in findings)
    unsafe = sum(f.fix is not None and allow > f.fix.safety is Safety.UNSAFE for f in findings)
    flag = "--fix" if allow is Safety.SAFE else "--fix --unsafe-fixes"
    hints = []
    if safe:
        hints.append(f"{safe} fixable with {flag}")
    if unsafe:
        hints.append(f"{unsafe} {'more ' if safe else ''}fixable with --fix --unsafe-fixes")
    return "; ".join([line, *hints]) + ".\n"


def render_statistics(findings: Sequence[Finding], spent: Mapping[str, float] | None = None) -> str:
    """How often each rule was broken, most often first; then, where known, the seconds that rules took."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], RULES[item[0]].code))
    out = [f"{number:>6}  {RULES[name].code}  {name}\n" for name, number in ordered]
    slow = sorted((spent or {}).items(), key=lambda item: (-item[1], item[0]))
    if slow:
        out.append("\nSeconds of CPU:\n" if out else "Seconds of CPU:\n")
    for name, seconds in slow:
        code, label = (RULES[name].code, name) if name else ("", "reading the files, and what rules share")
        out.append(f"{seconds:>8.3f}  {code:6}  {label}\n")
    return "".join(out)


def place(project: Project, span: Span) -> str:
    """`path:row:column`, in notebooks `path:cell 3:row:column`."""
    where = project.documents[span.path].locate(span.start)
    cell = f"cell {where.cell}:" if where.cell is not None else ""
    return f"{_plain(span.path)}:{cell}{where.row}:{where.column}"


def _block(project: Project, finding: Finding, allow: Safety, paint: Paint, source: bool, links: bool) -> str:
    rule = RULES[finding.rule]
    severity = _severity(finding)
    usable = finding.fix is not None and finding.fix.safety >= allow and finding.fix.safety > Safety.SHOW_ONLY
    shown = paint(place(project, finding.span), "1")
    if links:
        # https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda, "Hyperlinks in terminal emulators"
        shown = f"\x1b]8;;{_address(finding.span.path)}\x1b\\{shown}\x1b]8;;\x1b\\"
    head = " ".join(
        [
            shown + ":",
            paint(rule.code, _COLOURS[severity]),
            *(["[" + paint("*", "36") + "]"] if usable else []),
            _plain(finding.message),
            paint(f"({rule.name})", "2"),
        ]
    )
    if not source:
        return head + "\n"
    lines = [head, *_excerpt(project, finding.span, paint, _COLOURS[severity])]
    lines += [
        f"  = {paint('see', '1')}: {place(project, related.span)}: {_plain(related.message)}"
        for related in finding.related
    ]
    if finding.fix:
        flags = " (shown only)" if finding.fix.safety is Safety.SHOW_ONLY else " (--fix --unsafe-fixes)"
        note = "" if usable else flags
        lines.append(f"  = {paint('fix', '1')}: {_plain(finding.fix.title)}{note}")
    return "\n".join(lines) + "\n\n"


def _address(path: str) -> str:
    import os
    from urllib.parse import quote

    return "file://" + quote(
        "/" + os.path.abspath(path).replace(os.sep, "/").lstrip("/"), errors="surrogateescape"
    )


def _excerpt(project: Project, span: Span, paint: Paint, colour: str) -> list[str]:
    document = project.documents[span.path]
    if not document.text:
        return []
    here = document.row(span.start)
    cell = document.locate(span.start).cell
    first = here - document.locate(span.start).row  # Rows of the document before the first of the cell.
    last_row = min(here + _AROUND, len(document.line_starts))
    starts = document.line_starts
    rows = [
        row
        for row in range(max(1, here - _AROUND), last_row + 1)
        if starts[row - 1] < len(document.text) and document.locate(starts[row - 1]).cell == cell
    ]
    while rows and rows[-1] > here and not document.line(rows[-1]).strip():
        rows.pop()
    width = len(str(rows[-1] - first)) if rows else 1
    bar = paint("|", "1;34")
    out = [f"{' ' * width} {bar}"]
    for row in rows:
        line = document.line(row)
        begin = document.line_starts[row - 1]
        start = max(0, span.start - begin) if row == here else 0
        end = min(max(span.end - begin, start + 1), max(len(line), start + 1)) if row == here else 0
        shown, shift = _window(line, start)
        out.append(f"{paint(f'{row - first:>{width}}', '1;34')} {bar} {_shown(shown)}".rstrip())
        if row == here:
            lead = _width(_shown(line[shift:start])) + (3 if shift else 0)
            mark = _width(_shown(line[start : min(end, shift + _WIDEST)])) or 1
            out.append(f"{' ' * width} {bar} {' ' * lead}{paint('^' * mark, colour)}")
    out.append(f"{' ' * width} {bar}")
    return out


def _window(line: str, start: int) -> tuple[str, int]:
    """A part of a long line that holds `start`, and where it begins."""
    if len(line) <= _WIDEST:
        return line, 0
    shift = max(0, start - _WIDEST // 2)
    part = line[shift : shift + _WIDEST]
    return ("..." if shift else "") + part + ("..." if shift + _WIDEST < len(line) else ""), shift


def _shown(text: str) -> str:
    return _plain(text.replace("\t", "    "))


def _plain(text: str) -> str:
    return _CONTROL.sub("\u00b7", text)


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _severity(finding: Finding) -> Severity:
    return finding.severity or RULES[finding.rule].severity


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
