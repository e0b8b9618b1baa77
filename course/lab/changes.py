"""What a deployment changed: a function's settings and code before and after, as Lambda itself tells them.

Uses plain boto3. The code comes from the address in `get_function`, where AWS puts it too.
https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, build_opener

PASSING = (
    "Code",
    "LastModified",
    "LastUpdate",
    "RevisionId",
    "State",
    "Version",
    "FunctionArn",
    "RuntimeVersion",
)
"""What settings begin with that a learner did not set."""
NOTHING = "-"


@dataclass(frozen=True)
class Snapshot:
    """A function at a moment: its settings by dotted names, and the texts of the files in its package."""

    settings: Mapping[str, str]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Changes:
    """What became different: settings as (name, before, after), and files as (name, lines added, lines removed,
    unified diff). `created` says that the function was not there."""

    created: bool
    settings: tuple[tuple[str, str, str], ...] = ()
    files: tuple[tuple[str, int, int, str], ...] = ()

    def __bool__(self) -> bool:
        return self.created or bool(self.settings or self.files)


def snapshot(api: Any, name: str) -> Snapshot | None:
    """The function as it is, or None when there is none of that name. `api` is a boto3 client for Lambda."""
    try:
        found = api.get_function(FunctionName=name)
    except api.exceptions.ResourceNotFoundException:
        return None
    settings = {key: value for key, value in found["Configuration"].items() if not key.startswith(PASSING)}
    return Snapshot(dict(_flat("", settings)), _texts(found["Code"]["Location"]))


def changes(before: Snapshot | None, after: Snapshot) -> Changes:
    """What happened between two snapshots of one function."""
    if before is None:
        return Changes(created=True)
    settings = tuple(
        (name, before.settings.get(name, NOTHING), after.settings.get(name, NOTHING))
        for name in sorted({*before.settings, *after.settings})
        if before.settings.get(name) != after.settings.get(name)
    )
    files = tuple(
        _compared(name, before.files.get(name, ""), after.files.get(name, ""))
        for name in sorted({*before.files, *after.files})
        if before.files.get(name) != after.files.get(name)
    )
    return Changes(False, settings, files)


def _compared(name: str, before: str, after: str) -> tuple[str, int, int, str]:
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=2)
    )
    added = sum(line.startswith("+") for line in lines[2:])
    removed = sum(line.startswith("-") for line in lines[2:])
    return name, added, removed, "\n".join(lines[2:])


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list):
        yield (
            name,
            ", ".join(str(item.get("Arn", item) if isinstance(item, dict) else item) for item in value),
        )
    else:
        yield name, str(value)


def _texts(location: str) -> dict[str, str]:
    """The files of a package that are text, small and few; a change in others is seen by nobody here."""
    try:
        with build_opener(ProxyHandler({})).open(location, timeout=10) as answer:
            archive = zipfile.ZipFile(io.BytesIO(answer.read()))
        members = [info for info in archive.infolist() if not info.is_dir() and info.file_size <= 100_000][
            :50
        ]
        return {info.filename: archive.read(info).decode() for info in members if _is_text(archive, info)}
    except (OSError, zipfile.BadZipFile, RuntimeError):
        return {}


def _is_text(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    try:
        archive.read(info).decode()
    except UnicodeDecodeError:
        return False
    return True
