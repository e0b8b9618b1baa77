"""A check bundle: what grading a lab needs and no learner may have. JSON, without the reference answers.

It names the stubs, the checks (the hidden ones, too), their points and sentences. Its digest is part of every verdict,
and each check has one of its own, so that a changed check can say whose grade it changes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.lab.document import AnswerFile, Check, Exercise, Lab

FORMAT = 1
SIZE = 16 * 1024**2
_MENDED = "make it anew with `lambdalab release`"


@dataclass(frozen=True)
class Bundle:
    """A lab to grade: it has exercises, stubs and all checks, but no answers, hints or cells."""

    lab: Lab

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything that may change a verdict."""
        return _digest(_described(self.lab))

    @cached_property
    def checks(self) -> dict[str, str]:
        """The digest of each check by its name: its code, its time, what it needs, and its exercise's stubs."""
        return {
            check.name: _digest([_check(check), [_file(file) for file in exercise.files]])
            for exercise in self.lab.exercises
            for check in exercise.checks
        }

    def text(self) -> str:
        """The bundle as its file has it; the same lab gives the same bytes."""
        return json.dumps(_described(self.lab), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read(path: Path) -> Bundle:
    """The bundle in a file. Raises UserError when there is none."""
    try:
        if path.stat().st_size > SIZE:
            raise UserError(f"{path} is larger than 16 MB, which no check bundle is; {_MENDED}")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({getattr(error, 'strerror', error)}); {_MENDED}") from None
    try:
        return parse(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UserError(f"{path} is not a check bundle; {_MENDED}") from None


def parse(text: str) -> Bundle:
    """The bundle that a text tells of. Raises ValueError, KeyError, TypeError, AttributeError or RecursionError."""
    return Bundle(_lab(json.loads(text)))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _described(lab: Lab) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "slug": lab.slug,
        "title": lab.title,
        "rules": list(lab.rules),
        "exercises": [
            {
                "name": exercise.name,
                "title": exercise.title,
                "files": [_file(file) for file in exercise.files],
                "checks": [_check(check) for check in exercise.checks],
            }
            for exercise in lab.exercises
        ],
    }


def _file(file: AnswerFile) -> dict[str, str]:
    return {"name": file.name, "stub": file.stub}


def _check(check: Check) -> dict[str, Any]:
    return dict(vars(check))


def _lab(found: dict[str, Any]) -> Lab:
    if found["format"] != FORMAT:
        raise ValueError(found["format"])
    return Lab(
        slug=str(found["slug"]),
        title=str(found["title"]),
        goals=(),
        out_of_scope=(),
        prerequisites=(),
        minutes=0,
        rules=tuple(found["rules"]),
        rows=(),
        exercises=tuple(
            Exercise(
                name=str(exercise["name"]),
                title=str(exercise["title"]),
                files=tuple(AnswerFile(str(file["name"]), str(file["stub"])) for file in exercise["files"]),
                checks=tuple(Check(**check) for check in exercise["checks"]),
                hints=(),
            )
            for exercise in found["exercises"]
        ),
    )
