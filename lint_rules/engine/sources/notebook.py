"""Notebooks: JSON in, one Document of all code cells out, and edits back into the cells they belong to.

Everything in the JSON but the sources of edited cells stays as it is, byte for byte. Magics are masked
without moving anything, so an offset means the same in the masked and in the plain text. Cells that write
files (`%%writefile app.py`, `%%lambda app.py`) are files beside the notebook. Only Python notebooks have code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.cell_magic import mask_magics, python_magic, written_file
from lint_rules.engine.sources.document import Cell, Document
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import Any, NamedTuple


class Part(NamedTuple):
    """Text in a document that stands for a file: `name` is its path, `base` its offset in the document."""

    name: str
    text: str
    base: int


def read_notebook(path: str, raw: str) -> tuple[Document, Problem | None]:
    """The document of a notebook, and why it is empty when its JSON is broken or is no notebook."""
    import json

    try:
        content = json.loads(raw)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        return _empty(path, raw, f"not a notebook: broken JSON at {where} of the file: {error.msg}")
    except (RecursionError, ValueError) as error:
        return _empty(path, raw, f"not a notebook: {error}")
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        if isinstance(content, dict) and "worksheets" in content:
            hint = "convert it with `jupyter nbconvert --to notebook`"
            return _empty(path, raw, f"a notebook in the old format 3; {hint}")
        return _empty(path, raw, "not a notebook: it has no list of cells")
    if not _is_python(content):
        return Document(path, "", (), raw), None
    texts: list[str] = []
    places: list[Cell] = []
    offset = 0
    for number, cell in enumerate(cells, 1):
        source = _source(cell)
        if source is None:
            continue
        ended = source if source.endswith("\n") else source + "\n"
        places.append(Cell(number, offset, offset + len(source)))
        texts.append(ended)
        offset += len(ended)
    return Document(path, "".join(texts), tuple(places), raw), None


def parts(document: Document) -> list[Part]:
    """The plain code, named like the notebook and with magics masked, then every file that a cell writes."""
    plain: list[str] = []
    files: list[Part] = []
    for cell, text in _segments(document):
        first = text.lstrip().partition("\n")[0]
        if not first.startswith("%%"):
            plain.append(mask_magics(text))
            continue
        head = text.index(first) + len(first) + 1
        body = mask_magics(text[head:]) if python_magic(first) else _blank(text[head:])
        plain.append(_blank(text[:head]) + body)
        name = written_file(first, document.path)
        if name:
            files.append(Part(name, text[head:], cell.start + head))
    code = "".join(plain)
    return ([Part(document.path, code, 0)] if code.strip() else []) + files


def edited(document: Document, edits: Sequence[Edit]) -> str:
    """The notebook's JSON after edits of the document's text. Raises ValueError if an edit crosses cells."""
    new: dict[int, str] = {}
    todo = sorted(edits, key=lambda edit: edit.span[1:], reverse=True)
    segments = list(_segments(document))
    for cell, text in reversed(segments):
        end = cell.start + len(text)
        last = cell is segments[-1][0]
        changed = text
        while todo and (todo[0].span.start >= cell.start):
            edit = todo.pop(0)
            if edit.span.end > end or (edit.span.start == end and not last):
                raise ValueError("an edit crosses cells")
            changed = (
                changed[: edit.span.start - cell.start] + edit.text + changed[edit.span.end - cell.start :]
            )
        if changed != text:
            added_newline = len(text) > cell.end - cell.start
            # A cell that did not end in a newline does not end in one, or in several, afterwards.
            new[cell.number] = changed.rstrip("\n") if added_newline else changed
    raw = document.raw
    for number, (start, end) in sorted(source_spans(raw).items(), reverse=True):
        if number in new:
            raw = raw[:start] + _written(raw[start:end], new[number], raw) + raw[end:]
    return raw


def _segments(document: Document) -> Iterator[tuple[Cell, str]]:
    ends = [*(cell.start for cell in document.cells[1:]), len(document.text)]
    for cell, end in zip(document.cells, ends, strict=False):  # Without cells there is one end too many.
        yield cell, document.text[cell.start : end]


def _empty(path: str, raw: str, message: str) -> tuple[Document, Problem]:
    return Document(path, "", (), raw), Problem(message, Span(path, 0, 0))


def _is_python(content: dict[str, Any]) -> bool:
    metadata = content.get("metadata")
    if not isinstance(metadata, dict):
        return True
    for key, field in (("language_info", "name"), ("kernelspec", "language")):
        info = metadata.get(key)
        language = info.get(field) if isinstance(info, dict) else None
        if isinstance(language, str) and language:
            return language.lower() in ("python", "ipython", "python3")
    return True


def _source(cell: Any) -> str | None:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


_TOKEN = regex(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def source_spans(raw: str) -> dict[int, tuple[int, int]]:
    """Where the value of `source` stands in the JSON, by number of cell."""
    import json

    found: dict[int, tuple[int, int]] = {}
    stack: list[str] = []  # The brackets that are open.
    keys: list[str] = []  # For each of them the key or item number in progress.
    start = -1
    is_key = False
    for match in _TOKEN.finditer(raw):
        token = match.group()
        if token in "{[":
            if start < 0 and _at_source(keys) and not is_key:
                start = match.start()
            stack.append(token)
            keys.append("0" if token == "[" else "")
            is_key = token == "{"
            continue
        if token in "}]":
            stack.pop()
            keys.pop()
            if start >= 0 and _at_source(keys):
                found[int(keys[1]) + 1] = (start, match.end())
                start = -1
            is_key = False
        elif token == ",":
            is_key = stack[-1] == "{"
            if not is_key:
                keys[-1] = str(int(keys[-1]) + 1)
        elif token == ":":
            is_key = False
        elif is_key:
            keys[-1] = json.loads(token)
        elif start < 0 and _at_source(keys):
            found[int(keys[1]) + 1] = match.span()
    return found


def _at_source(keys: list[str]) -> bool:
    return len(keys) == 3 and keys[0] == "cells" and keys[2] == "source"


def _written(old: str, source: str, raw: str) -> str:
    """The source as JSON in the form of the old value; lines that stay keep their very characters."""
    import json

    ascii_only = raw.isascii() and "\\u" in raw
    if not old.startswith("["):
        return json.dumps(source, ensure_ascii=ascii_only)
    as_before = {json.loads(token): token for token in re.findall(r'"(?:[^"\\]|\\.)*"', old)}
    lines = [as_before.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in _lines(source)]
    form = re.match(r'\[(\s*)(?:"(?:[^"\\]|\\.)*"(\s*,\s*)?)?', old)
    lead = form.group(1) if form else ""
    between = (form.group(2) if form else None) or ("," + lead if "\n" in lead else ", ")
    tail = re.search(r"\s*\]\Z", old)
    return "[" + lead + between.join(lines) + (tail.group() if tail else "]")


def _lines(source: str) -> list[str]:
    # Only "\n" ends a line in nbformat's lists as far as it matters here; "\r" and others stay inside.
    lines = [line + "\n" for line in source.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
