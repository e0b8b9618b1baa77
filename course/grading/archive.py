"""Zip archives that strangers made: looked into with bounds, and never unpacked to a disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from course.grading import hints

MEMBERS = 5_000
MEMBER = 64 * 1024**2
TOTAL = 128 * 1024**2
RATIO = 200
SUFFIX = ".zip"
LEFT_OUT = ("__MACOSX", ".ipynb_checkpoints", "__pycache__")
"""Folders that tools leave behind."""
_SMALL = 1024**2
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError)
"""What `zipfile` says to damage: that a name is no text, or that something lies before the first byte, it does not
look for."""
_WANTED = (".ipynb", ".py", hints.PATH)


class Refused(ValueError):
    """An archive or file that is not read. Its text is a clause that goes on after its name."""


def names(file: IO[bytes]) -> list[str]:
    """The names of its members. Raises Refused."""
    with _opened(file) as opened:
        return [entry.filename for entry in _members(opened)]


def read(file: IO[bytes], inside: str | None = None) -> dict[str, bytes]:
    """The notebooks, Python files and journals of an archive, or of one folder or member `inside` it, by their names
    there; also those of archives in it, one level deep. Raises Refused.
    """
    with _opened(file) as opened:
        chosen = [
            entry
            for entry in _members(opened)
            if inside is None or entry.filename == inside or entry.filename.startswith(f"{inside}/")
        ]
        found: dict[str, bytes] = {}
        for name, data in _unpacked(opened, chosen, (*_WANTED, SUFFIX)):
            if name.endswith(SUFFIX):
                with _opened(io.BytesIO(data)) as inner:
                    below = {
                        f"{name}/{member}": held
                        for member, held in _unpacked(inner, _members(inner), _WANTED)
                    }
                found |= below
            else:
                found[name] = data
            if sum(map(len, found.values())) > TOTAL:
                raise Refused("unpacks to more than 128 MB")
        return found


def _unpacked(
    opened: zipfile.ZipFile, entries: list[zipfile.ZipInfo], suffixes: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the entries that have such a name."""
    total = 0
    for entry in entries:
        if not entry.filename.endswith(suffixes):
            continue
        try:
            data = _member(opened, entry)
        except Refused:
            if entry.filename.endswith(hints.PATH):  # it never counts
                continue
            raise
        total += len(data)
        if total > TOTAL:
            raise Refused("unpacks to more than 128 MB")
        yield entry.filename, data


def _members(opened: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = opened.infolist()
    if len(entries) > MEMBERS:
        raise Refused(f"has {len(entries):,} members; {MEMBERS:,} are read")
    return [
        entry
        for entry in entries
        if not entry.is_dir() and not any(part in LEFT_OUT for part in PurePosixPath(entry.filename).parts)
    ]


def _member(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(f"holds a link ({entry.filename}); the file itself must be handed in")
    if entry.flag_bits & 1:
        raise Refused("is encrypted; it must be handed in without a password")
    # Others ask for memory as they like.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(f"packs {entry.filename} in an unusual way; it must be made with an ordinary zip")
    told = entry.file_size
    if told > MEMBER or (told > _SMALL and told > RATIO * max(1, entry.compress_size)):
        raise Refused(f"would unpack {entry.filename} to {told / 1024**2:,.0f} MB")
    with opened.open(entry) as stream:
        data = stream.read(MEMBER + 1)  # what it tells of its size may be a lie
    if len(data) > MEMBER:
        raise Refused(f"would unpack {entry.filename} to more than 64 MB")
    return data


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as opened:
            yield opened
    except (Refused, RecursionError):
        raise
    except (*_UNREADABLE, NotImplementedError, RuntimeError):
        raise Refused("is not a zip archive that can be read (cut off, or of another kind)") from None
