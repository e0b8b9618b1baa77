"""Makes a lab's source of a notebook that another tool's authors wrote, whichever of the known tools it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.grading import from_nbgrader, from_otter
from course.lab import source

FORMATS = (from_otter, from_nbgrader)


def adopt(notebook: Path, target: Path) -> list[str]:
    """Write the lab, and say in lines what a person must see to. Raises UserError; nothing is overwritten."""
    cells = _cells(notebook)
    reader = next((each for each in FORMATS if each.recognises(cells)), None)
    if reader is None:
        raise UserError(
            f"{notebook} is neither an nbgrader source (cell metadata) nor otter-assign's (raw cells)"
        )
    if target.exists():
        raise UserError(f"{target} exists already; name another with --to")
    lab = reader.read(cells, notebook.stem.replace("_", " ").replace("-", " "))
    if not lab.tasks:
        raise UserError(f"{notebook} has no cell that learners are to solve")
    text = lab.text()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from None
    try:
        source.parse(text, target.parent.name, str(target))
    except UserError as error:
        lab.lost.append(f"the lab does not build yet: {error}")
    return [*lab.lost, "hints, sentences of checks, goals and wrong answers are to be written"]


def _cells(notebook: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(notebook.read_text(encoding="utf-8"))
        return [
            {
                "kind": cell["cell_type"],
                "source": cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]),
                "metadata": cell.get("metadata") or {},
            }
            for cell in found["cells"]
        ]
    except OSError as error:
        raise UserError(f"{notebook} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UserError(f"{notebook} is not a notebook of format 4") from None
