"""A lab as a notebook: writing the learner's and the solution edition, and reading a lab back from one.

The learner edition carries all that checking, hints and predictions need in `lambdalab` metadata, so the
author's document can stay at home. Plain JSON, no nbformat: the bytes depend on the lab alone, and reading
takes milliseconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Literal

from course.errors import UserError
from course.lab import file_cell
from course.lab.coverage import without_marks
from course.lab.document import AnswerFile, Check, Exercise, Lab, Question
from course.lab.fences import Fence
from course.lab.source import kind_of

Edition = Literal["learner", "solution"]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
HIDDEN = {"jupyter": {"source_hidden": True}}
HEAD = ("slug", "title", "goals", "out_of_scope", "prerequisites", "minutes", "rules", "rows")


def notebook(lab: Lab, edition: Edition) -> str:
    """The text of the notebook file of that edition."""
    made: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for cell in lab.cells:
        for kind, source, metadata in _cells(lab, cell, edition):
            digest = hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()[:12]
            seen[digest] = seen.get(digest, 0) + 1
            made.append(_cell(kind, source, metadata, f"{digest}-{seen[digest]}"))
    head: dict[str, Any] = {key: getattr(lab, key) for key in HEAD}
    head["edition"] = edition
    head["exercises"] = [
        {"name": exercise.name, "title": exercise.title, "hints": exercise.hints}
        for exercise in lab.exercises
    ]
    head["predictions"] = [asdict(question) for question in lab.predictions]
    head["recalls"] = [asdict(question) for question in lab.recalls]
    document = {
        "cells": made,
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}, "lambdalab": head},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read(text: str, path: str) -> Lab:
    """The lab a notebook made by `notebook` carries. Raises UserError when it carries none."""
    try:
        document = json.loads(text)
        head = document["metadata"]["lambdalab"]
        cells = document["cells"]
        facts: dict[str, Any] = {key: head[key] for key in HEAD}
        facts = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
        return Lab(
            exercises=tuple(_exercise(exercise, cells) for exercise in head["exercises"]),
            predictions=tuple(Question(**question) for question in head["predictions"]),
            recalls=tuple(Question(**question) for question in head["recalls"]),
            **facts,
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UserError(
            f"{path}: not a notebook that `lambdalab build` made; run `lambdalab build`"
        ) from None


def _cells(lab: Lab, cell: Fence, edition: Edition) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Type, source and metadata of what one cell of the document becomes: nothing, one cell, or two."""
    kind = kind_of(cell)
    name = str(cell.attributes.get(kind, ""))
    if cell.is_prose:
        if text := without_marks(cell.source):
            yield "markdown", text, {}
    elif kind == "":
        tags = cell.attributes.get("tags")
        yield "code", cell.source, {"tags": tags if isinstance(tags, list) else [str(tags)]} if tags else {}
    elif kind == "exercise":
        found = file_cell.read(cell.source)
        assert found is not None  # the reader refused anything else
        file = next(file for file in lab.files if file.name == found.name)
        content = file.stub if edition == "learner" else file.reference or ""
        source = f"{found.head}\n{content}".rstrip("\n")
        about = {"exercise": name, "file": file.name, **({"given": True} if file.given else {})}
        yield "code", source, {"lambdalab": about, **_collected(file.name, edition)}
    elif kind == "check":
        check = next(check for check in lab.checks if check.source.strip().endswith(cell.source.strip()))
        if not check.hidden:
            facts = {
                "exercise": name,
                "check": check.name,
                "sentence": check.sentence,
                "points": check.points,
            }
            facts |= {"needs": check.needs, "seconds": check.seconds}
            yield "code", check.source.rstrip("\n"), {**HIDDEN, "lambdalab": facts}
    elif kind in ("predict", "recall"):
        question = next(item for item in lab.questions if item.name == name)
        choices = "\n".join(f"- **{letter}**: {text}" for letter, text in question.choices.items())
        label = "Predict." if kind == "predict" else "Do you remember?"
        yield "markdown", f"**{label}** {question.question}\n\n{choices}", {}
        answer = question.answer if edition == "solution" else ""
        yield "code", f'lab.{kind}("{name}", "{answer}")', {"lambdalab": {kind: name}}


def _collected(name: str, edition: Edition) -> dict[str, Any]:
    """What nbgrader wants to find in a cell that learners fill in, so that it releases and collects the notebook.

    https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html
    """
    if edition != "learner":
        return {}
    facts = {
        "grade": False,
        "grade_id": name,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    return {"nbgrader": facts}


def _cell(kind: str, source: str, metadata: dict[str, Any], identity: str) -> dict[str, Any]:
    cell = {
        "cell_type": kind,
        "id": identity,
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _exercise(facts: dict[str, Any], cells: list[dict[str, Any]]) -> Exercise:
    files, checks = [], []
    for cell in cells:
        about = cell["metadata"].get("lambdalab", {})
        if about.get("exercise") != facts["name"]:
            continue
        source = "".join(cell["source"])
        if "check" in about:
            checks.append(
                Check(
                    name=about["check"],
                    sentence=about["sentence"],
                    points=about["points"],
                    source=source + "\n",
                    needs=about["needs"],
                    seconds=about["seconds"],
                )
            )
        else:
            found = file_cell.read(source)
            assert found is not None  # made by `notebook`
            files.append(AnswerFile(found.name, found.text, given=about.get("given", False)))
    return Exercise(facts["name"], facts["title"], tuple(files), tuple(checks), tuple(facts["hints"]))
