"""Helpers that the checks of an exercise share: written once, and taken along by each check that uses them."""

from __future__ import annotations

import json

import pytest

from course.lab import edition, source
from course.lab.checks import Examiner, Verdict
from course.lab.document import Lab
from course.lab.fences import LabError
from course.lab.source import kind_of

HELPERS = """```python helpers="add"
import statistics

_LIMIT = 3


# Twice, to be sure.
def _twice(answer, *numbers):
    return [answer.call("adder.py", "add", *numbers) for _ in range(_LIMIT - 1)]


def _mean(numbers):
    return statistics.mean(numbers)


_UNEVEN = [1,
           3]; _EVEN = [2]
```

"""
CHECK = '''```python check="add" points=1
def it_adds_twice(cloud, answer):
    """The sum is the same the second time."""
    assert _mean(_twice(answer, 1, 2)) == 3
```

```python check="add" points=1
_LIMIT = 5


def it_adds_four_times(cloud, answer):
    """The sum is the same each time."""
    assert _twice(answer, *_UNEVEN) == [4] * 4
```

'''
FIRST = '```python check="add" points=2'


@pytest.fixture
def shared(sample: str) -> Lab:
    return source.parse(sample.replace(FIRST, HELPERS + CHECK + FIRST, 1), slug="07_tiny")


def test_a_check_takes_along_what_it_uses_and_what_that_uses(shared: Lab) -> None:
    twice, four = (
        next(one for one in shared.checks if one.name == f"it_adds_{name}")
        for name in ("twice", "four_times")
    )
    assert twice.source.startswith("import statistics\n\n_LIMIT = 3\n\n\n# Twice, to be sure.\ndef _twice(")
    assert "_EVEN" not in twice.source
    assert twice.source.endswith("assert _mean(_twice(answer, 1, 2)) == 3\n")
    assert "statistics" not in four.source
    assert "_UNEVEN = [1,\n           3]; _EVEN = [2]" in four.source


def test_what_a_check_defines_itself_is_its_own(shared: Lab) -> None:
    four = next(one for one in shared.checks if one.name == "it_adds_four_times")
    assert four.source.count("_LIMIT = ") == 1


def test_a_check_that_uses_none_is_as_it_is_written(shared: Lab, tiny: Lab) -> None:
    before = {one.name: one for one in tiny.checks}
    assert [before[one.name] for one in shared.checks if one.name in before] == [*before.values()]


def test_checks_with_helpers_are_run_alike_from_a_notebook(shared: Lab, examiner: Examiner) -> None:
    back = edition.read(edition.notebook(shared, "learner"), "lab.ipynb")
    assert back.exercises[0].checks == tuple(one for one in shared.exercises[0].checks if not one.hidden)
    for check in back.exercises[0].checks[:2]:
        found = examiner.examine(check, shared.solution)
        assert (found.verdict, found.rationale, found.log) == (Verdict.PASSED, "", "")


def test_no_cell_of_a_notebook_holds_the_helpers_alone(shared: Lab) -> None:
    (cell,) = [one for one in shared.cells if kind_of(one) == "helpers"]
    for kind in ("learner", "solution"):
        for made in json.loads(edition.notebook(shared, kind))["cells"]:
            assert "".join(made["source"]).strip() != cell.source.strip()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("def helps(): pass", "helpers are called `_name`, not `helps`"),
        ("_A = 1\nprint(_A)", "defines helpers and does nothing else"),
        ("def _a(:", "is not Python"),
        ("_A = 1", "no check uses `_A`"),
    ],
)
def test_helpers_that_cannot_be_meant_are_refused_with_their_line(sample: str, cell: str, words: str) -> None:
    text = sample.replace(FIRST, f'```python helpers="add"\n{cell}\n```\n\n{FIRST}', 1)
    with pytest.raises(LabError, match=rf"^lab.md:\d+: .*{words}"):
        source.parse(text, slug="07_tiny")


def test_helpers_stand_before_the_checks_that_use_them(sample: str) -> None:
    late = sample.replace("```markdown hint", '```python helpers="add"\n_A = 1\n```\n\n```markdown hint', 1)
    with pytest.raises(LabError, match="the helpers of `add` stand before its first check"):
        source.parse(late, slug="07_tiny")
