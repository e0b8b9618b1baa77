"""`%%lambda app.py`: writes the learner's file, lints it, and deploys it where that is asked for.

Before a file cell runs, of this magic or of IPython's `%%writefile`, what is on disk is kept, so that changes made in
an editor are not lost. What `--function` does, `deployment` does with plain boto3.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from course.errors import UserError
from course.lab import deployed_functions, file_cell, remarks, render, shown_changes
from course.lab.desk import Desk
from course.lab.lambda_options import Options, parse
from course.lab.render import Shown


def run(line: str, text: str, folder: Path) -> Shown:
    """What `%%lambda LINE` does with the cell's text. A mistake is shown as its line, and nothing is written."""
    try:
        options = parse(line)
        parts = [_written(folder / options.file, text)]
    except UserError as error:
        return render.note(str(error))
    files = {name: _read(folder / name) for name in options.files}
    if found := remarks.find({name: content for name, content in files.items() if content is not None}):
        parts.append(render.remarks(found))
    if options.function is not None:
        try:
            parts.append(_deployed(options, folder))
        except UserError as error:
            parts.append(render.note(str(error)))
    return render.together(parts)


def keep_before(cell: str, folder: Path) -> None:
    """Keep what a cell is about to overwrite, if it is an answer of the lab whose folder this is."""
    found = file_cell.read(cell)
    if found is not None and (folder / found.name).is_file():
        with contextlib.suppress(UserError):
            Desk.here(folder).keep_before(found.name, found.text)


def _deployed(options: Options, folder: Path) -> Shown:
    assert options.function is not None
    done = deployed_functions.deploy(
        folder, options.function, options.handler, options.files, options.settings
    )
    return shown_changes.show(done)


def _written(path: Path, text: str) -> Shown:
    """Write the file, whole or not at all."""
    text = text.rstrip("\n") + "\n" if text.strip() else ""
    before = _read(path)
    if before == text:
        return render.note(f"`{path.name}` is as it was.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
                file.write(text)
            os.chmod(name, path.stat().st_mode if before is not None else 0o644)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    return render.note(f"{'Writing' if before is None else 'Overwriting'} `{path.name}`.")


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
