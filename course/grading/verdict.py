"""A verdict: what grading one learner's work on one lab came to, as one line of an append-only file.

The file is the only state: reports and tables are made from it, a run that was cut off goes on from it, and grading
again is running again. Lines that a crash cut off are left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from course.errors import UserError

FILE = "verdicts.jsonl"


@dataclass(frozen=True)
class CheckVerdict:
    """One check of one learner. `verdict` is the word of `lab.checks.Verdict`, `points` what it earned of `of`,
    `reason` what was observed (for the teacher: it may show a hidden input), `help` where to look, `seconds` how long
    it took, `digest` which check it was."""

    exercise: str
    check: str
    sentence: str
    verdict: str
    points: float
    of: float
    reason: str
    help: str
    seconds: float
    hidden: bool
    digest: str


@dataclass(frozen=True)
class Verdict:
    """One learner, one lab. `work` and `bundle` are digests of what was handed in and of the checks, `seed` made the
    inputs, `at` is when (seconds since 1970). `problem` says in a line why nothing could be graded, `notes` what was
    odd. `isolation` is "full", or "weak: " and why. `hints` are those shown by exercise, as the learner's own journal
    tells; they count for nothing."""

    learner: str
    lab: str
    source: str
    work: str
    bundle: str
    seed: int
    at: float
    isolation: str
    problem: str
    notes: tuple[str, ...]
    checks: tuple[CheckVerdict, ...]
    hints: dict[str, int] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(check.points for check in self.checks)

    @property
    def total(self) -> float:
        """Points that could be judged: a broken check, which is our fault, is not among them."""
        return sum(check.of for check in self.checks if check.verdict != "broken")

    @property
    def share(self) -> float:
        """Points earned of those that could be judged, from 0 to 1."""
        return self.points / self.total if self.total else 0.0

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What makes a run of it needless: the same learner, work, checks and inputs."""
        return (self.learner, self.lab, self.work, self.bundle, self.seed)

    def line(self) -> str:
        """As the file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


class Book:
    """The file of verdicts in a folder, which is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def read(self) -> list[Verdict]:
        """All verdicts, oldest first. Raises UserError when the file cannot be read."""
        try:
            with self.path.open(encoding="utf-8", errors="replace") as lines:
                return [verdict for line in lines if (verdict := parse(line)) is not None]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UserError(f"{self.path} cannot be read: {error.strerror}") from None

    @contextmanager
    def appending(self) -> Iterator[Appender]:
        """To add verdicts, each safe on disk before the next. Raises UserError when that is not possible."""
        try:
            # For the teacher alone: learners may have accounts on the same machine.
            self.path.parent.mkdir(0o700, parents=True, exist_ok=True)
            file = self.path.open("a+b")
        except OSError as error:
            raise UserError(
                f"{self.path} cannot be written ({error.strerror}); choose a folder with --to"
            ) from None
        with file:
            if file.tell() and _last_byte(file) != b"\n":
                file.write(b"\n")  # a crash cut the last line off
            yield Appender(file)


class Appender:
    """Adds verdicts to an open file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, verdict: Verdict) -> None:
        """One more line, on disk when this returns."""
        self._file.write(verdict.line().encode("utf-8", "replace") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def latest(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], Verdict]:
    """The last verdict of each learner and lab."""
    found: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        found.pop((verdict.learner, verdict.lab), None)
        found[verdict.learner, verdict.lab] = verdict
    return found


def changes(before: Iterable[Verdict], after: Iterable[Verdict]) -> list[str]:
    """A line for each learner whose points are others now, with the checks that say so."""
    old = latest(before)
    lines = []
    for key, new in latest(after).items():
        was = old.get(key)
        if was is None or was.points == new.points:
            continue
        earned = {check.check: check.points for check in was.checks}
        moved = [check.check for check in new.checks if earned.get(check.check, 0.0) != check.points]
        moved += [name for name in earned if name not in {check.check for check in new.checks}]
        lines.append(
            f"{new.learner}: {was.points:g} -> {new.points:g} points in {new.lab} ({', '.join(moved)})"
        )
    return lines


def _last_byte(file: IO[bytes]) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def parse(line: str) -> Verdict | None:
    """The verdict that a line tells of; None when it does not."""
    try:
        found: dict[str, Any] = json.loads(line)
        checks = tuple(CheckVerdict(**check) for check in found["checks"])
        return replace(Verdict(**{**found, "checks": ()}), checks=checks, notes=tuple(found["notes"]))
    except (ValueError, TypeError, KeyError):
        return None
