"""A notebook as JupyterLab's language client sends it: not as a notebook, but as text in two documents.

The one is named like the notebook and holds all code cells, one below the other, magics written as Python. The
other, which our extension of JupyterLab asks for (`labextension/`), holds the cells that write files, as they are,
for in the first they are but strings. Both together are one notebook again, and each line knows where it came from.
What JupyterLab does: https://jupyterlab-lsp.readthedocs.io/en/latest/Architecture.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from lint_rules.commands.sheet import Place, Sheet
from lint_rules.engine.typed import Any

FILES = "lambdalint"
"""The language by which the extension calls the document of cells that write files."""

_ENDING = ".ipynb"


def notebook_of(uri: str, language: str) -> str | None:
    """The address of the notebook that a text document is a view of, or None."""
    if language == FILES:
        stem, dot, _ = uri.rpartition(_ENDING + ".")
        return stem + _ENDING if dot else None
    return uri if language == "python" and uri.endswith(_ENDING) else None


def joined(notebook: str, texts: Mapping[str, str]) -> Sheet:
    """One notebook of the texts of its views, by their addresses."""
    cells: list[dict[str, Any]] = []
    places: dict[int, Place] = {}
    for uri, text in texts.items():
        line = 0
        for part in [text] if uri == notebook else re.split(r"(?m)^(?=%%(?:writefile|lambda)\s)", text):
            if uri == notebook or part.strip():
                cells.append(code_cell(part))
                places[len(cells)] = Place(uri, line)
            line += part.count("\n")
    return Sheet(notebook, notebook_text(cells), cells=places)


def code_cell(source: str) -> dict[str, Any]:
    """A code cell in a notebook's form."""
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source}


def notebook_text(cells: list[dict[str, Any]]) -> str:
    """A notebook of cells, as its file would hold it."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
