"""What a learner has done, in their workspace: one JSON line an event, and every answer they had checked.

`.lambdalab/progress.jsonl` only grows, and a last line torn by a crash is passed over; an answer goes to
`.lambdalab/history/LAB/EXERCISE/N/` before it is checked, so that nothing a learner wrote is ever lost.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.lab.document import Exercise, Lab
from course.lab.grade import ExerciseResult

FOLDER = ".lambdalab"
LOG = "progress.jsonl"
Event = dict[str, Any]


class Journal:
    """The events of one workspace. `now` gives seconds since 1970."""

    def __init__(self, workspace: Path, now: Callable[[], float]) -> None:
        self.workspace = workspace
        self._folder = workspace / FOLDER
        self._now = now

    def events(self, kind: str | None = None, **facts: str) -> list[Event]:
        """The events so far, oldest first, of one kind and with these facts where given."""
        try:
            lines = (self._folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UserError(f"{self._folder / LOG} cannot be read: {error.strerror}") from None
        found: list[Event] = []
        for line in lines:
            with contextlib.suppress(ValueError, RecursionError):
                event = json.loads(line)
                if isinstance(event, dict) and kind in (None, event.get("event")):
                    found.append(event)
        return [event for event in found if all(event.get(key) == value for key, value in facts.items())]

    def record(self, kind: str, **facts: Any) -> None:
        """Append one event. Raises UserError when the workspace cannot be written."""
        at = datetime.fromtimestamp(self._now(), timezone.utc).isoformat(timespec="seconds")
        line = json.dumps({"at": at, "event": kind, **facts}, ensure_ascii=False, sort_keys=True)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / LOG, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                # One write, so that two notebooks at once never mix; a torn line before it is closed first.
                os.write(descriptor, f"{_break(descriptor)}{line}\n".encode(errors="replace"))
            finally:
                os.close(descriptor)
        except OSError as error:
            raise UserError(f"{self._folder / LOG} cannot be written: {error.strerror}") from None

    def record_check(self, lab: Lab, result: ExerciseResult, attempt: int, seed: int) -> None:
        """Append the verdicts of one exercise."""
        self.record(
            "check",
            lab=lab.slug,
            exercise=result.exercise.name,
            attempt=attempt,
            seed=seed,
            verdict=result.verdict.value,
            points=result.points,
            total=result.total,
            checks={one.check.name: one.verdict.value for one in result.results},
        )

    def keep(self, lab: Lab, exercise: Exercise, files: Mapping[str, str]) -> int:
        """Keep the answer to an exercise, and give its number, counted from 1. An answer like the last one
        kept is not kept twice."""
        answer = {file.name: files[file.name] for file in exercise.files if file.name in files}
        place = self._folder / "history" / lab.slug / exercise.name
        number = max((number for number, _ in self.kept(lab, exercise)), default=0)
        if number and answer == {path.name: _read(path) for path in _entries(place / str(number))}:
            return number
        try:
            target = place / str(number + 1)
            target.mkdir(parents=True)
            for name, text in answer.items():
                (target / name).write_bytes(text.encode(errors="surrogateescape"))
        except OSError as error:
            raise UserError(f"{place} cannot be written: {error.strerror}") from None
        return number + 1

    def kept(self, lab: Lab, exercise: Exercise) -> list[tuple[int, Path]]:
        """The numbers of the answers that were kept, and the folder of each, oldest first."""
        place = self._folder / "history" / lab.slug / exercise.name
        return sorted((int(path.name), path) for path in _entries(place) if path.name.isdigit())

    def hints_used(self, lab: Lab, exercise: str) -> int:
        """How many hints of an exercise were shown."""
        used = self.events("hint", lab=lab.slug, exercise=exercise)
        return max((event["hint"] for event in used if isinstance(event.get("hint"), int)), default=0)


def _break(descriptor: int) -> str:
    """A newline when the file does not end with one."""
    size = os.fstat(descriptor).st_size
    return "\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else ""


def _entries(place: Path) -> list[Path]:
    try:
        return list(place.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode(errors="surrogateescape")
    except OSError:
        return None
