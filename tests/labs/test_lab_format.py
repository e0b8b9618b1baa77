"""What a lab's source says beyond plain answers: cells with `%%lambda`, broken code to mend, retrieval questions,
planted mistakes and marks of rows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from course import lab as names
from course.lab import coverage, edition, file_cell, source
from course.lab.document import Lab
from course.lab.fences import LabError
from course.lab.lambda_options import parse
from course.lab.regions import hidden_lines, reference, stub

ROOT = Path(__file__).resolve().parents[2]

MENDED = """\
%%lambda greeter.py --function greeter --timeout 2
COUNT = 0
### BEGIN BROKEN
NAMES = []
### END BROKEN
### BEGIN SOLUTION
NAMES = ()
### END SOLUTION


def handler(event, context):
    ### BEGIN SOLUTION
    return {"greeting": "Hello, " + str(event.get("name"))}
    ### END SOLUTION
"""
RECALL = """
```yaml recall="what-lasts"
question: How long does an environment last?
choices: {a: for ever, b: as long as Lambda likes}
answer: b
why: Nobody promises anything.
```
"""


@pytest.fixture
def written(sample: str) -> str:
    """The tiny lab with everything on this page in it."""
    start = sample.index("%%writefile greeter.py\ndef handler(event, context):\n    ...\n")
    end = sample.index("```\n", start)
    text = sample[:start] + MENDED + sample[end:]
    text = text.replace('exercise="greet"', 'exercise="greet" lint="LAM104"')
    text = text.replace('name="greets-nobody"', 'name="greets-nobody" lint="LAM104, module-state-mutated"')
    text = text.replace('tags=["raises-exception"]\n', 'lint="LAM101"\n%%writefile broken.py\n')
    return (
        text.replace("## Greet\n", "<!-- rows: S1:084 N-002 -->\n## Greet\n\n<!-- rows: S0-1 -->\n") + RECALL
    )


@pytest.fixture
def lab(written: str) -> Lab:
    return source.parse(written, slug="07_tiny")


def sources(lab: Lab, which: edition.Edition) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(edition.notebook(lab, which))["cells"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%%writefile a.py\nx = 1\n\n", ("%%writefile a.py", "a.py", "x = 1\n")),
        ("\n%%writefile a.py  ", ("%%writefile a.py", "a.py", "")),
        ("%%lambda a.py\nx = 1", ("%%lambda a.py", "a.py", "x = 1\n")),
        ("%%lambda a.py --function a --env X=1\n", ("%%lambda a.py --function a --env X=1", "a.py", "")),
        ("%%lambda a.py\r\nx = 1", ("%%lambda a.py", "a.py", "x = 1\n")),
    ],
)
def test_a_cell_gives_its_file(text: str, found: tuple[str, str, str]) -> None:
    assert file_cell.read(text) == file_cell.FileCell(*found)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "",
        "%%writefile",
        "%%writefile -a a.py\nx",
        "%%writefile ../a.py\nx",
        "%%writefile a.py --function a",
        "%%lambda",
        "%%lambda --function a",
        "%%lambda ../a.py",
        "%%lambdas a.py",
        "# %%lambda a.py",
        "%lambda a.py",
    ],
)
def test_another_cell_gives_none(text: str) -> None:
    assert file_cell.read(text) is None


def test_an_answer_keeps_its_magic_and_the_options_of_it(lab: Lab) -> None:
    head = "%%lambda greeter.py --function greeter --timeout 2\n"
    assert [text for text in sources(lab, "learner") if text.startswith(head)] == [
        head + lab.stubs["greeter.py"].rstrip()
    ]
    assert [text for text in sources(lab, "solution") if text.startswith(head)] == [
        head + lab.solution["greeter.py"].rstrip()
    ]
    back = edition.read(edition.notebook(lab, "learner"), "lab.ipynb")
    assert back.stubs == lab.stubs


def test_broken_lines_are_the_learners_and_what_mends_them_is_not(lab: Lab) -> None:
    assert (
        lab.stubs["greeter.py"]
        == "COUNT = 0\nNAMES = []\n\n\ndef handler(event, context):\n    ...  # your code\n"
    )
    assert lab.solution["greeter.py"].startswith("COUNT = 0\nNAMES = ()\n\n\ndef handler")
    assert "NAMES = []" not in lab.solution["greeter.py"]
    assert lab.exercises[1].is_untouched(lab.stubs)
    assert hidden_lines(MENDED) == [
        "NAMES = ()",
        '    return {"greeting": "Hello, " + str(event.get("name"))}',
    ]


def test_a_line_that_the_broken_code_has_too_is_no_secret() -> None:
    text = (
        "### BEGIN BROKEN\na = 1\nb = 2\n### END BROKEN\n### BEGIN SOLUTION\n  a = 1\nb = 3\n### END SOLUTION"
    )
    assert hidden_lines(text) == ["b = 3"]


def test_a_solution_some_lines_after_broken_ones_is_still_to_be_found() -> None:
    text = "### BEGIN BROKEN\na = 1\n### END BROKEN\nb = 2\n### BEGIN SOLUTION\nc = 3\n### END SOLUTION"
    assert stub(text) == "a = 1\nb = 2\n# your code"
    assert reference(text) == "b = 2\nc = 3"


def test_broken_lines_may_need_no_others_in_their_place() -> None:
    text = "a = 1\n### BEGIN BROKEN\na = 2\n### END BROKEN\nb = 2"
    assert (stub(text), reference(text)) == ("a = 1\na = 2\nb = 2", "a = 1\nb = 2")


def test_a_retrieval_question_is_asked_and_explained_by_its_cell(lab: Lab) -> None:
    (question,) = lab.recalls
    assert (question.name, question.answer, question.why) == ("what-lasts", "b", "Nobody promises anything.")
    found = sources(lab, "learner")
    place = found.index('lab.recall("what-lasts", "")')
    assert found[place - 1].startswith("**Do you remember?** How long does an environment last?")
    assert 'lab.recall("what-lasts", "b")' in sources(lab, "solution")
    text = edition.notebook(lab, "learner")
    assert "promises" not in text
    assert edition.read(text, "lab.ipynb").recalls == lab.recalls


def test_planted_mistakes_are_those_of_plain_cells_stubs_and_wrong_answers(lab: Lab) -> None:
    assert [(one.files, one.rules) for one in lab.planted] == [
        ({"broken.py": "1 / 0\n"}, ("LAM101",)),
        ({"greeter.py": lab.stubs["greeter.py"]}, ("LAM104",)),
        (lab.exercises[1].wrong_answers[0].files, ("LAM104", "module-state-mutated")),
    ]


def test_marks_of_rows_are_found_with_their_lines_and_no_learner_sees_them(lab: Lab, written: str) -> None:
    found = coverage.marks(lab.cells)
    assert list(found) == ["S1-084", "N-002", "S0-001"]
    lines = written.splitlines()
    assert lines[found["S1-084"] - 1] == "<!-- rows: S1:084 N-002 -->"
    assert lines[found["S0-001"] - 1] == "<!-- rows: S0-1 -->"
    assert "rows:" not in edition.notebook(lab, "learner")
    assert "" not in sources(lab, "solution")


def test_coverage_tells_what_is_missing_and_what_head_and_marks_disagree_about(written: str) -> None:
    text = written.replace("minutes: 5", "minutes: 5\nrows: [S1-084, S2-007]")
    found = coverage.covered(
        source.parse(text, slug="07_tiny"), {"07": ["N-002", "S4-290"], "08": ["S1-001"]}
    )
    assert found.missing == ("S4-290",)
    assert found.unlisted == ("N-002", "S0-001")
    assert found.unmarked == ("S2-007",)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("### END BROKEN\n", "", "a region inside the one opened in line"),
        ("### END BROKEN", "### END SOLUTION", "without `### BEGIN SOLUTION`"),
        ("NAMES = []\n", "", "the region is empty"),
        ("### BEGIN BROKEN", "## BEGIN BROKEN", "a marker is exactly like"),
        ('recall="what-lasts"', 'recall="what-comes"', "the question `what-comes` was already given"),
        ('recall="what-lasts"', 'recall="what-lasts" lint="LAM101"', "unknown attribute `lint`"),
        ("%%writefile broken.py\n", "", "this begins with the line"),
        ("%%lambda greeter.py", "%%lambda", "this begins with the line"),
    ],
)
def test_a_slip_is_refused_with_its_line(written: str, right: str, wrong: str, complaint: str) -> None:
    assert right in written
    with pytest.raises(LabError, match=r"^lab\.md:\d+: ") as caught:
        source.parse(written.replace(right, wrong, 1), slug="07_tiny")
    assert complaint in str(caught.value)


def test_the_page_about_labs_names_everything_there_is_and_nothing_else() -> None:
    page = (ROOT / "docs" / "labs.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\blab\.([a-z_]+)\(", page)) == set(names.__all__)
    told = set(re.findall(r"```` ```(?:python|markdown|yaml) (\w+)=", page))
    assert told == {kind for kind in source.ALLOWED if kind} | {"lint"}
    options = set(re.findall(r"--([a-z]+)", page))
    assert options == {"function", "handler", "with", "role", "timeout", "memory", "env", "runtime"}
    line = "a.py " + " ".join(
        f"--{name} {'1' if name in ('timeout', 'memory') else 'A=1'}" for name in options
    )
    assert parse(line).function == "A=1"
