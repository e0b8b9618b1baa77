"""Every lab proves itself: fresh editions, a solution with full marks, an empty start, mistakes caught, rows taught."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from course.errors import UserError
from course.lab import build, coverage, edition, reference, shelf, source
from course.lab import grade as grading
from course.lab.checks import Examiner, Verdict
from course.lab.document import Exercise, Lab
from course.lab.regions import hidden_lines
from course.lab.source import kind_of

ROOT = Path(__file__).resolve().parents[2]
SLUGS = shelf.slugs(ROOT / "solutions")
LABS = []
for slug in SLUGS:
    with contextlib.suppress(UserError):  # a lab that cannot be read fails a test of its own
        LABS.append(source.read(ROOT / "solutions" / slug / build.SOURCE))
ROWS = coverage.wanted(ROOT / "solutions")
TRIVIAL = re.compile(r".{0,11}|(import|from) .*|def \w*handler\(event, context\):")
"""Lines that give nothing away: short ones, imports, the head of a handler."""

ELSEWHERE = re.compile(r"\b[Ll]abs?\s+\d\d\b(?:(?:,|,?\s+(?:and|or|to))\s+\d\d\b)*")
"""What sends a reader to other labs: "lab 05", "labs 01, 05 and 06"."""

each_lab = pytest.mark.parametrize("lab", LABS, ids=[lab.slug for lab in LABS])
each_exercise = pytest.mark.parametrize(
    ("lab", "exercise"),
    [pytest.param(lab, item, id=f"{lab.number}-{item.name}") for lab in LABS for item in lab.exercises],
)


def failed(grade: grading.Grade) -> dict[str, str]:
    """What did not pass, and what was observed; checks blocked by others are left out."""
    quiet = (Verdict.PASSED, Verdict.BLOCKED)
    return {
        one.check.name: f"{one.verdict.value}: {one.rationale}\n{one.log}"
        for one in grade.results
        if one.verdict not in quiet
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lab_can_be_read(slug: str) -> None:
    source.read(ROOT / "solutions" / slug / build.SOURCE)


def test_there_are_labs_and_their_derived_editions_are_fresh() -> None:
    assert SLUGS
    assert build.build_all(ROOT, check=True) == []


def test_no_unexpected_file_lies_on_the_shelves() -> None:
    expected = {ROOT / "labs" / slug / shelf.NOTEBOOK for slug in SLUGS}
    expected |= {
        ROOT / "solutions" / slug / name for slug in SLUGS for name in (build.SOURCE, "solution.ipynb")
    }
    expected |= {ROOT / "solutions" / coverage.ROWS, *reference.pages(ROOT)}
    expected |= {*(ROOT / "solutions" / reference.FOLDER).glob("R*_*.md")}
    found = {path for shelf in ("labs", "solutions") for path in (ROOT / shelf).rglob("*") if path.is_file()}
    # What JupyterLab and a learner's own checks put there is ignored by Git and no part of a lab.
    ours = {
        path for path in found if not any(part.startswith((".", "__pycache__")) for part in path.parts[-3:])
    }
    assert ours == expected


@each_lab
def test_the_untouched_learner_edition_is_not_attempted_and_earns_nothing(lab: Lab) -> None:
    learners = edition.read(edition.notebook(lab, "learner"), lab.slug)
    for graded in (lab, learners):
        grade = grading.grade(graded, learners.stubs)
        assert grade.points == 0
        assert grade.total > 0
        assert {one.verdict for one in grade.results} == {Verdict.NOT_ATTEMPTED}


@each_lab
def test_a_lab_speaks_of_labs_that_there_are(lab: Lab) -> None:
    """A learner who is sent to another one must find it."""
    numbers = {slug[:2] for slug in SLUGS}
    text = (ROOT / "solutions" / lab.slug / build.SOURCE).read_text(encoding="utf-8")
    told = [found[0] for found in ELSEWHERE.finditer(text)]
    assert told
    assert [words for words in told if not {*re.findall(r"\d\d", words)} <= numbers] == []


@each_lab
def test_no_line_of_a_solution_is_in_the_learner_edition(lab: Lab) -> None:
    cells = json.loads(edition.notebook(lab, "learner"))["cells"]
    shown = {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()}
    hidden = {
        line.strip()
        for cell in lab.cells
        if kind_of(cell) == "exercise"
        for line in hidden_lines(cell.source)
        if not TRIVIAL.fullmatch(line.strip())
    }
    assert hidden
    assert hidden & shown == set()


@each_lab
def test_lambdalint_finds_nothing_on_the_reference_answers(lab: Lab) -> None:
    from lint_rules import Project, lint  # here, so that labs can be tried where the linter cannot

    found = [one for item in lab.exercises for one in lint(Project.of(reference_answer(item)))]
    assert [(one.rule, one.span.path, one.message) for one in found] == []


def reference_answer(exercise: Exercise) -> dict[str, str]:
    return {file.name: file.reference or "" for file in exercise.files}


@each_lab
def test_lambdalint_finds_the_planted_mistakes(lab: Lab) -> None:
    from lint_rules import RULES, Project, lint

    missed = []
    for planted in lab.planted:
        found = {one.rule for one in lint(Project.of(planted.files))}
        names = found | {RULES[rule].code for rule in found}
        missed += [(planted.line, rule) for rule in planted.rules if rule not in names]
    assert missed == []


@each_lab
def test_the_rules_a_lab_owns_are_rules(lab: Lab) -> None:
    from lint_rules.engine.rule import load_rules

    known = load_rules()
    assert [rule for rule in lab.rules if rule not in known] == []


@each_lab
def test_each_row_is_taught_in_a_passage_that_says_so(lab: Lab) -> None:
    found = coverage.covered(lab, ROWS)
    assert (found.missing, found.unlisted, found.unmarked) == ((), (), ())


@each_lab
def test_a_lab_has_eighty_points_and_asks_three_questions_again(lab: Lab) -> None:
    assert sum(exercise.points for exercise in lab.exercises) == pytest.approx(80)
    assert len(lab.recalls) >= 3
    assert lab.predictions


@each_exercise
def test_an_exercise_has_hints_checks_points_and_three_wrong_answers(lab: Lab, exercise: Exercise) -> None:
    assert len(exercise.hints) == 3
    assert exercise.checks
    assert exercise.points > 0
    assert len(exercise.wrong_answers) >= 3


@each_exercise
def test_the_solution_earns_every_point(lab: Lab, exercise: Exercise, examiner: Examiner) -> None:
    grade = grading.grade(lab, lab.solution, exercise.name, examiner=examiner, seed=1)
    assert failed(grade) == {}
    assert grade.points == exercise.points


def only(lab: Lab, exercise: Exercise, names: set[str]) -> Lab:
    """The lab with those checks of an exercise and the ones they wait for."""
    wanted = set(names)
    for check in reversed(exercise.checks):
        if check.name in wanted and check.needs:
            wanted.add(check.needs)
    checks = tuple(check for check in exercise.checks if check.name in wanted)
    return replace(lab, exercises=(replace(exercise, checks=checks),))


@each_exercise
def test_each_wrong_answer_fails_what_it_names(lab: Lab, exercise: Exercise, examiner: Examiner) -> None:
    for number, wrong in enumerate(exercise.wrong_answers):
        # Three in full; of the others only that they fail where they should, which takes half the time.
        tried = lab if number < 3 else only(lab, exercise, set(wrong.fails))
        found = failed(
            grading.grade(tried, {**lab.solution, **wrong.files}, exercise.name, examiner=examiner)
        )
        assert set(found) == set(wrong.fails), f"{wrong.name}: {found}"
        assert all(text.startswith("failed") for text in found.values()), f"{wrong.name}: {found}"
