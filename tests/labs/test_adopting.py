"""Notebooks of nbgrader and otter-assign become labs whose reference answers earn all points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course.errors import UserError
from course.grading import adopting
from course.lab import grade as grading
from course.lab import source
from course.lab.document import Lab

TRIPLE = "def triple(n):\n    ### BEGIN SOLUTION\n    return 3 * n\n    ### END SOLUTION"
TESTS = (
    "assert triple(2) == base + 4\n### BEGIN HIDDEN TESTS\nassert list(map(triple, [1, 2])) == [3, 6]\n"
    "### END HIDDEN TESTS"
)


def cell(kind: str, text: str, **nbgrader: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": text, "metadata": {"nbgrader": nbgrader} if nbgrader else {}}


def notebook(path: Path, *cells: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    return path


def nbgrader(path: Path) -> Path:
    return notebook(
        path,
        cell("markdown", "Numbers."),
        cell("code", "import math\nbase = 2"),
        cell("code", "%matplotlib inline"),
        cell("code", TRIPLE, grade_id="triple", solution=True, grade=False),
        cell("code", TESTS, grade_id="test-triple", solution=False, grade=True, points=3),
        cell("code", "def nine():\n    return triple(triple(1))\nlimit = 5", grade_id="nine", solution=True),
        cell("code", "assert nine() == 9", grade_id="test-nine", grade=True, points=1),
        cell("code", "assert limit == 5", grade_id="test-limit", grade=True, points=1),
    )


def otter(path: Path) -> Path:
    raw = [
        "# BEGIN QUESTION\nname: q1\npoints: 4",
        "# BEGIN SOLUTION",
        "# END SOLUTION",
        "# BEGIN TESTS",
        "# END TESTS",
        "# END QUESTION",
    ]
    begin, solution, solved, tests, tested, end = (cell("raw", text) for text in raw)
    config = '""" # BEGIN TEST CONFIG\nhidden: true\npoints: 3\n""" # END TEST CONFIG\nassert add(2, 2) == 4'
    return notebook(
        path,
        cell("raw", "# ASSIGNMENT CONFIG\ninit_cell: false"),
        cell("markdown", "Sums."),
        begin,
        solution,
        cell("code", "def add(a, b):\n    return a + b  # SOLUTION"),
        solved,
        tests,
        cell("code", "assert add(1, 1) == 2"),
        cell("code", config),
        cell("code", "# HIDDEN\nassert add(-1, 1) == 0"),
        tested,
        end,
    )


def adopted(tmp_path: Path, path: Path) -> tuple[Lab, list[str]]:
    target = tmp_path / "solutions" / "12_numbers" / "lab.md"
    lost = adopting.adopt(path, target)
    return source.read(target), lost


def test_an_nbgrader_source_becomes_a_lab_whose_answers_earn_all_points(tmp_path: Path) -> None:
    lab, lost = adopted(tmp_path, nbgrader(tmp_path / "numbers.ipynb"))
    checks = list(lab.checks)
    assert [(check.points, check.hidden) for check in checks] == [(1.5, False), (1.5, True), (1, False)]
    assert "answer.call('triple.py', 'triple', 2)" in checks[0].source
    assert "return 3 * n" not in lab.stubs["triple.py"]
    assert any("magic" in line for line in lost)
    assert any("looks at limit" in line for line in lost)
    assert any("halved" in line for line in lost)
    grade = grading.grade(lab, lab.solution)
    assert grade.passed, [result.rationale for result in grade.results]
    wrong = {**lab.solution, "triple.py": "base = 2\ndef triple(n):\n    return 6"}
    assert [result.verdict.value for result in grading.grade(lab, wrong).results][:2] == ["passed", "failed"]


def test_an_otter_notebook_becomes_a_lab_whose_answers_earn_all_points(tmp_path: Path) -> None:
    lab, _ = adopted(tmp_path, otter(tmp_path / "sums.ipynb"))
    checks = list(lab.checks)
    assert [check.hidden for check in checks] == [False, True, True]
    assert checks[1].points == 3
    assert "return a + b" not in lab.stubs["q1.py"]
    grade = grading.grade(lab, lab.solution)
    assert grade.passed, [result.rationale for result in grade.results]


def test_what_cannot_be_adopted_is_said(tmp_path: Path) -> None:
    plain = notebook(tmp_path / "plain.ipynb", cell("code", "1 + 1"))
    with pytest.raises(UserError, match="neither an nbgrader source"):
        adopting.adopt(plain, tmp_path / "lab.md")
    (tmp_path / "lab.md").write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        adopting.adopt(nbgrader(tmp_path / "n.ipynb"), tmp_path / "lab.md")
    assert (tmp_path / "lab.md").read_text() == "mine"
    (tmp_path / "text.ipynb").write_text("{")
    with pytest.raises(UserError, match="not a notebook"):
        adopting.adopt(tmp_path / "text.ipynb", tmp_path / "other.md")
