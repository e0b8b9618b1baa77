"""Reading a lab from Markdown: what is meant is found, what cannot be meant is refused with its line."""

from __future__ import annotations

import jupytext
import pytest

from course.lab import source
from course.lab.document import Lab
from course.lab.fences import LabError, cells, front_matter
from course.lab.regions import hidden_lines, reference, stub


def test_an_exercise_has_its_title_files_checks_hints_and_wrong_answers(tiny: Lab) -> None:
    add = tiny.exercises[0]
    assert (add.name, add.title, [file.name for file in add.files]) == (
        "add",
        "Add two numbers",
        ["adder.py"],
    )
    assert [check.name for check in add.checks] == ["it_adds", "it_adds_text", "it_adds_below_zero"]
    assert [check.hidden for check in add.checks] == [False, False, True]
    assert add.checks[1].needs == "it_adds"
    assert (add.checks[0].sentence, add.points) == ("The sum of two numbers is returned.", 4)
    assert len(add.hints) == 3
    assert add.wrong_answers[0].fails == ("it_adds", "it_adds_below_zero")


def test_front_matter_and_slug_become_the_labs_facts(tiny: Lab) -> None:
    assert (tiny.number, tiny.title, tiny.minutes, tiny.goals) == ("07", "Tiny", 5, ("add", "greet"))
    assert tiny.rules == ("client-init-in-handler",)


def test_a_region_becomes_a_stub_at_its_indentation_and_a_comment_at_the_margin(tiny: Lab) -> None:
    stubs = tiny.stubs
    assert stubs["adder.py"] == "def add(left, right):\n    ...  # your code\n"
    assert stubs["greeter.py"] == "def handler(event, context):\n    ...\n# your code\n"
    assert "total = left + right" in tiny.solution["adder.py"]
    assert "SOLUTION" not in "".join(tiny.solution.values())


def test_text_without_regions_is_its_own_stub_and_reference() -> None:
    assert stub("a = 1\n\nb = 2") == reference("a = 1\n\nb = 2") == "a = 1\n\nb = 2"
    assert hidden_lines("a = 1") == []


def test_code_cells_are_those_jupytext_finds(sample: str) -> None:
    ours = list(cells(sample, "lab.md", front_matter(sample, "lab.md")[1]))
    theirs = jupytext.reads(sample, fmt="md").cells
    assert [cell.source for cell in ours if cell.language == "python"] == [
        cell.source
        for cell in theirs
        if cell.cell_type == "code" and not cell.source.startswith("%%markdown")
    ]


def test_a_line_number_is_that_of_the_document(sample: str) -> None:
    lines = sample.splitlines()
    for cell in cells(sample, "lab.md", front_matter(sample, "lab.md")[1]):
        assert lines[cell.line - 1].rstrip() == cell.source.splitlines()[0]


def test_a_fence_of_four_keeps_fences_of_three_as_prose() -> None:
    text = "Look:\n\n````markdown\n```python\n1 / 0\n```\n````\n\nEnd."
    assert [cell.language for cell in cells(text, "lab.md")] == [""]


MISTAKES = [
    ('exercise="add"', 'exercise="add" colour="red"', "unknown attribute `colour`"),
    (
        "    ### BEGIN SOLUTION\n    total",
        "    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    total",
        "inside the one",
    ),
    ("    return total\n    ### END SOLUTION\n", "    return total\n", "not closed"),
    ("    ### BEGIN SOLUTION\n    total", "    total", "without `### BEGIN SOLUTION`"),
    ("    ### BEGIN SOLUTION\n    total", "    # ### BEGIN SOLUTION\n    total", "a marker is exactly"),
    ('```markdown hint="greet"\nIn the event.\n```\n', "", "needs 3 hints, it has 2"),
    ('check="greet" points=3', 'check="greet" points=3 hidden="yes"', "no visible check"),
    ('check="greet" points=3', 'check="grete" points=3', 'exercise="grete"'),
    ('check="greet" points=3', 'check="greet"', "needs the attribute `points`"),
    ('check="greet" points=3', 'check="greet" points=-1', "a number above 0"),
    ('check="greet" points=3', 'check="greet" points=3 points=4', "given twice"),
    ('check="greet" points=3', 'check="greet" points', "expected name="),
    ("def it_greets(", "def it_adds(", "the check `it_adds` was already given"),
    ("def it_greets(cloud, answer)", "def it_greets(cloud)", "takes exactly (cloud, answer)"),
    ('    """The function greets by name."""\n', "", "needs a docstring"),
    ("def it_greets(cloud, answer):", "def it_greets(cloud, answer:", "is not Python"),
    ('needs="it_adds"', 'needs="it_adds_never"', "names no earlier check"),
    (
        'points=1 needs="it_adds"',
        'points=1 hidden="maybe" needs="it_adds_below_zero"',
        "names no earlier check",
    ),
    (
        "%%writefile greeter.py\ndef handler(event, context):\n    ...",
        "def handler(event, context):\n    ...",
        "begins with",
    ),
    (
        "%%writefile greeter.py\ndef handler(event, context):\n    ...",
        "%%writefile adder.py\n...",
        "answer file `adder.py`",
    ),
    ('fails="it_adds_text"', 'fails="it_greets"', "must name checks of `add`"),
    ('name="subtracts" ', "", "needs the attribute `name`"),
    ("answer: a", "answer: c", "none of the choices"),
    ("why: Integers", "because: Integers", "question, choices, answer and why"),
    ("title: Tiny", "title: ''", "needs a `title`"),
    ("minutes: 5", "minutes: 5\ncolour: red", "unknown key `colour`"),
    ("goals: [add", "goals: [[add", "not YAML"),
    ('`event["name"]`\n```\n', '`event["name"]`\n', "fence is not closed"),
]


@pytest.mark.parametrize(("right", "wrong", "complaint"), MISTAKES, ids=[item[2] for item in MISTAKES])
def test_a_mistake_is_refused_with_its_line(sample: str, right: str, wrong: str, complaint: str) -> None:
    assert right in sample
    with pytest.raises(LabError) as caught:
        source.parse(sample.replace(right, wrong, 1), slug="07_tiny", path="lab.md")
    text = str(caught.value)
    assert complaint in text
    assert text.startswith("lab.md:")
    assert "\n" not in text
    assert 0 < int(text.split(":")[1]) <= len(sample.splitlines()) + 2


def test_a_document_without_front_matter_is_refused() -> None:
    with pytest.raises(LabError, match=r"lab\.md:1: a lab begins with front matter"):
        source.parse("# Hello\n", slug="07_tiny")


def test_a_prediction_knows_its_answer_and_shows_nobody(tiny: Lab) -> None:
    prediction = tiny.predictions[0]
    assert prediction.is_right("a")
    assert prediction.is_right(" A ")
    assert not prediction.is_right("b")
    assert prediction.answer == "a"
    assert prediction.why == "Integers add; texts would join."
    assert "Integers" not in repr(prediction)
