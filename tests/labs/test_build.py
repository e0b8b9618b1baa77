"""Editions: what each holds, that builds are repeatable, and that a learner edition is enough to check
with."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from course.errors import UserError
from course.lab import build, edition
from course.lab.document import Lab


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def test_the_learner_edition_has_stubs_and_visible_checks_and_nothing_of_the_solution(tiny: Lab) -> None:
    text = edition.notebook(tiny, "learner")
    assert "%%writefile adder.py\ndef add(left, right):\n    ...  # your code" in sources(text)
    assert any("def it_adds(" in source for source in sources(text))
    for secret in ("total = left + right", "it_adds_below_zero", "subtracts", "left - right", "Integers add"):
        assert secret not in text
    assert not any("operator *joins*" in source for source in sources(text))


def test_the_solution_edition_has_the_answers_without_markers(tiny: Lab) -> None:
    text = edition.notebook(tiny, "solution")
    assert any("total = left + right" in source for source in sources(text))
    assert 'lab.predict("what-comes", "a")' in sources(text)
    for dropped in ("SOLUTION", "it_adds_below_zero", "left - right"):
        assert dropped not in text


@pytest.mark.parametrize("which", ["learner", "solution"])
def test_an_edition_is_a_valid_notebook_without_outputs(tiny: Lab, which: edition.Edition) -> None:
    document = nbformat.reads(edition.notebook(tiny, which), as_version=4)
    nbformat.validate(document)
    assert len({cell.id for cell in document.cells}) == len(document.cells)
    assert all(
        not cell.outputs and cell.execution_count is None for cell in document.cells if "outputs" in cell
    )
    assert all(cell.metadata.jupyter.source_hidden for cell in document.cells if "def it_" in cell.source)
    assert any(cell.metadata.get("tags") == ["raises-exception"] for cell in document.cells)


def test_a_prediction_is_a_question_and_a_cell_to_answer_in(tiny: Lab) -> None:
    found = sources(edition.notebook(tiny, "learner"))
    place = found.index('lab.predict("what-comes", "")')
    assert found[place - 1] == "**Predict.** What does `1 + 1` give?\n\n- **a**: two\n- **b**: eleven"


def test_a_lab_read_back_from_the_learner_edition_checks_alike(tiny: Lab) -> None:
    back = edition.read(edition.notebook(tiny, "learner"), "lab.ipynb")
    assert [item.name for item in back.exercises] == ["add", "greet"]
    for ours, theirs in zip(tiny.exercises, back.exercises, strict=True):
        assert theirs.checks == tuple(check for check in ours.checks if not check.hidden)
        assert (theirs.title, theirs.hints, theirs.wrong_answers) == (ours.title, ours.hints, ())
    assert back.stubs == tiny.stubs
    assert back.solution == {}
    assert back.predictions == tiny.predictions
    assert (back.slug, back.goals, back.minutes) == (tiny.slug, tiny.goals, tiny.minutes)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"metadata": {"lambdalab": 3}}', "not json", "[" * 100_000]
)
def test_another_notebook_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UserError, match=r"^lab\.ipynb: not a notebook that"):
        edition.read(text, "lab.ipynb")


def test_a_build_writes_what_is_stale_and_only_that(tmp_path: Path, sample: str) -> None:
    folder = tmp_path / "solutions" / "07_tiny"
    folder.mkdir(parents=True)
    (folder / "lab.md").write_text(sample, encoding="utf-8")
    made = [tmp_path / "labs" / "07_tiny" / "lab.ipynb", folder / "solution.ipynb"]
    assert build.build_all(tmp_path, check=True) == made
    assert not made[0].exists()
    assert build.build_all(tmp_path) == made
    before = [path.read_bytes() for path in made]
    assert build.build_all(tmp_path) == []
    made[0].write_text("{}")
    assert build.build_all(tmp_path, check=True) == [made[0]]
    assert build.build_all(tmp_path) == [made[0]]
    assert [path.read_bytes() for path in made] == before


def test_one_lab_is_built_although_another_cannot_be_read(tmp_path: Path, sample: str) -> None:
    for slug, text in (("07_tiny", sample), ("08_torn", "no head")):
        (tmp_path / "solutions" / slug).mkdir(parents=True)
        (tmp_path / "solutions" / slug / "lab.md").write_text(text, encoding="utf-8")
    made = build.build_all(tmp_path, labs=["7"])
    assert [path.name for path in made] == ["lab.ipynb", "solution.ipynb"]
    with pytest.raises(UserError, match="a lab begins with front matter"):
        build.build_all(tmp_path)
    with pytest.raises(UserError, match="there is no lab `9`"):
        build.build_all(tmp_path, labs=["9"])


def test_a_build_outside_a_checkout_says_where_to_run_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="run this in a checkout"):
        build.build_all(tmp_path)


def test_answer_cells_carry_what_nbgrader_collects_by(tiny: Lab) -> None:
    cells = json.loads(edition.notebook(tiny, "learner"))["cells"]
    found = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    assert [(one["grade_id"], one["solution"], one["grade"]) for one in found] == [
        ("adder.py", True, False),
        ("greeter.py", True, False),
    ]
    assert "nbgrader" not in edition.notebook(tiny, "solution")
