"""Bytes on disk to text and back: encoding, byte order mark, line ends and file mode stay what they were.

Reading never raises for what a file contains: a file that is not text becomes a Problem and is left alone.
Writing is all or nothing: every new content is staged beside its file before the first one is replaced, and where one
cannot be, those before it get their old content back.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence

from lint_rules.engine.errors import UsageError
from lint_rules.engine.finding import Span
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import NamedTuple

# Opening a pipe to read would wait for a writer.
_READING = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)
_BOM = b"\xef\xbb\xbf"


class Decoded(NamedTuple):
    """The text of a file without its byte order mark, and how to encode it again."""

    text: str
    encoding: str = "utf-8"
    bom: bool = False


def decode(path: str, data: bytes) -> Decoded | Problem:
    """The text in `data`; Python files may name their encoding in a comment (PEP 263), all else is UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _unreadable(path, "UTF-16 text; save the file as UTF-8")
    if b"\0" in data:
        return _unreadable(path, "NUL bytes in what should be text; save the file as UTF-8")
    bom = data.startswith(_BOM)
    body = data[3:] if bom else data
    encoding = "utf-8"
    if path.endswith((".py", ".pyi")) and b"coding" in body[: body.find(b"\n", body.find(b"\n") + 1)]:
        try:
            encoding = _cookie(data)
        except (SyntaxError, LookupError) as error:
            return _unreadable(path, f"the encoding comment is wrong: {error}")
    try:
        return Decoded(body.decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        return _unreadable(path, f"not {encoding} text (line {row}); save the file as UTF-8")
    except (LookupError, UnicodeError, ValueError) as error:
        return _unreadable(path, f"cannot be decoded as {encoding}: {error}")


def read_bytes(path: str) -> bytes:
    """What is in a regular file. Raises UsageError, one line, when it cannot be read."""
    try:
        handle = os.open(path, _READING)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise UsageError(f"{path}: not a regular file")
            data = os.read(handle, found.st_size + 1)
            if len(data) != found.st_size:  # It is changing, or does not know its size.
                while more := os.read(handle, 1 << 20):
                    data += more
            return data
        finally:
            os.close(handle)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None


def write_texts(changes: Mapping[str, tuple[str, str]]) -> None:
    """Replace the text of files: `{path: (old, new)}`.

    Raises UsageError and changes nothing when a file cannot be written or no longer holds its old text.
    """
    staged: list[tuple[str, str]] = []
    try:
        for path, (old, new) in changes.items():
            staged.append((_stage(path, old, new), os.path.realpath(path)))
        _swap(staged)
    except OSError as error:
        raise UsageError(f"{error.filename or path}: cannot be written: {error.strerror or error}") from None
    finally:
        for temporary, _ in staged:
            _remove(temporary)


def _swap(staged: Sequence[tuple[str, str]]) -> None:
    """Put the staged files in the places of the others: all of them, or, whatever happens, none."""
    kept: list[tuple[str, str]] = []
    try:
        for temporary, target in staged:
            backup = temporary + ".was"
            kept.append((backup, target))
            _keep(target, backup)
            os.replace(temporary, target)
    except BaseException:
        for backup, target in kept:
            if os.path.exists(backup):
                os.replace(backup, target)
                _remove(backup)  # Two names of one file: then nothing was moved.
        raise
    for backup, _ in kept:
        _remove(backup)


def _keep(target: str, backup: str) -> None:
    try:
        os.link(target, backup)
    except OSError:  # A file system without links.
        from shutil import copy2

        copy2(target, backup)


def _remove(path: str) -> None:
    if os.path.lexists(path):
        os.unlink(path)


def _stage(path: str, old: str, new: str) -> str:
    from tempfile import mkstemp

    now = decode(path, read_bytes(path))
    if not isinstance(now, Decoded) or now.text != old:
        raise UsageError(f"{path}: changed while it was being fixed; nothing was written, run again")
    if not os.access(path, os.W_OK):
        raise UsageError(f"{path}: cannot be written: permission denied; nothing was changed")
    try:
        data = (_BOM if now.bom else b"") + new.encode(now.encoding)
    except UnicodeEncodeError:
        raise UsageError(f"{path}: the fix does not fit the file's encoding, {now.encoding}") from None
    target = os.path.realpath(path)
    handle, temporary = mkstemp(prefix=".lambdalint-", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _cookie(data: bytes) -> str:
    from io import BytesIO
    from tokenize import detect_encoding

    encoding = detect_encoding(BytesIO(data).readline)[0]
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _unreadable(path: str, message: str) -> Problem:
    return Problem(message, Span(path, 0, 0))
