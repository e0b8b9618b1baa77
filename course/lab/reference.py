"""Reference pages for learners: templates in `solutions/reference`, filled with the numbers that the cloud checks and
the events that it is tested against.

`{mb:NAME}`, `{size:NAME}`, `{seconds:NAME}`, `{number:NAME}` and `{list:NAME}` stand for a quota, `{event:FILE.PATH}`
for a recorded sample, `{as-of}` for the date of the quotas.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from course.cloud import quotas
from course.errors import UserError
from course.lab.coverage import without_marks

FOLDER = "reference"
SAMPLES = Path("tests", "cloud", "recorded", "events")
PLACE = re.compile(r"\{(as-of|(?:mb|size|seconds|number|list):[A-Z_]+|event:[^}\n]+)\}")
UNITS = (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024))
KNOWN = {
    "<uuid>": "8c0d1c0e-6a1f-4c5b-9a54-0e6f2c1b7d3a",
    "<date>": "2026-11-20T08:00:00Z",
    "<date-ms>": "2026-11-20T08:00:00.000Z",
    "<name>": "ObjectCreated:Put",
}
"""What stands in for what differs each time; other marks stay as they are."""


def pages(root: Path) -> dict[Path, str]:
    """The pages derived in a checkout, and their text. Raises UserError for a template that cannot be filled."""
    return {
        root / "labs" / FOLDER / path.name: filled(path, root)
        for path in sorted((root / "solutions" / FOLDER).glob("*.md"))
    }


def filled(path: Path, root: Path) -> str:
    """The page of a template."""

    def value(match: re.Match[str]) -> str:
        kind, _, name = match[1].partition(":")
        try:
            return _event(root, name) if kind == "event" else _quota(kind, name)
        except (AttributeError, KeyError, OSError, TypeError, ValueError):
            raise UserError(f"{path}: nothing fills `{match[0]}`") from None

    text = path.read_text(encoding="utf-8")
    return re.sub(r"\n{3,}", "\n\n", without_marks(PLACE.sub(value, text))) + "\n"


def _quota(kind: str, name: str) -> str:
    if kind == "as-of":
        return quotas.AS_OF
    found: Any = getattr(quotas, name)
    if kind == "list":
        *most, last = (f"`{one}`" for one in found)
        return f"{', '.join(most)} and {last}" if most else last
    if kind == "mb":
        return f"{found:,} MB"
    if kind == "seconds":
        return f"{found:,} s"
    if kind == "number":
        return f"{found:,}"
    unit, size = next(((unit, size) for unit, size in UNITS if found >= size), ("bytes", 1))
    return f"{found / size:,.0f} {unit}"


def _event(root: Path, name: str) -> str:
    file, *path = name.split(".")
    found: Any = json.loads((root / SAMPLES / f"{file}.json").read_text(encoding="utf-8"))
    for part in path:
        found = found[part]
    return f"```json\n{json.dumps(_readable(found), indent=2, ensure_ascii=False)}\n```"


def _readable(value: Any) -> Any:
    """A sample without the patterns with which tests compare it."""
    if isinstance(value, dict):
        return {key: _readable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_readable(inner) for inner in value]
    if not isinstance(value, str) or not (value.startswith("<") and value.endswith(">")):
        return value
    if value in KNOWN or ("\\" not in value and "[" not in value):
        return KNOWN.get(value, value)
    text = re.sub(r"\[0-9a-f\]\{(\d+)\}", lambda match: _of("0123456789abcdef", match), value[1:-1])
    text = re.sub(r"\\d\{(\d+)(?:,\d+)?\}", lambda match: _of("1234567890", match), text)
    return text.replace("\\d", "1").replace("\\.", ".")


def _of(characters: str, match: re.Match[str]) -> str:
    length = int(match[1])
    return (characters * (length // len(characters) + 1))[:length]
