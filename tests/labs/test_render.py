"""Results as people see them: the same words in HTML and text, and nothing of the learner's unescaped."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from course.lab import edition, render, source
from course.lab.checks import CheckResult, Verdict
from course.lab.document import Lab
from course.lab.grade import ExerciseResult, Grade
from course.lab.submission import Submission

EVIL = "<script>alert('x')</script> & \"<img onerror=1>"


def result(lab: Lab, *results: tuple[Verdict, str]) -> ExerciseResult:
    add = lab.exercises[0]
    return ExerciseResult(
        add,
        tuple(
            CheckResult(check, verdict, rationale)
            for check, (verdict, rationale) in zip(add.checks, results, strict=True)
        ),
    )


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_text_and_html_say_the_same(tiny: Lab) -> None:
    shown = render.exercise(
        result(tiny, (Verdict.PASSED, ""), (Verdict.FAILED, "it gave 3"), (Verdict.BLOCKED, "waits")), "07"
    )
    assert repr(shown) == (
        "Add two numbers (add): 1 of 3 checks passed, 2 of 4 points\n"
        "  ✔ PASSED        The sum of two numbers is returned.\n"
        "  ✘ FAILED        Texts are joined.\n"
        "                  observed: it gave 3\n"
        "  ‖ BLOCKED       Negative numbers add up too.\n"
        "                  waits\n"
        'Stuck? lab.hint("add") gives a hint; in a terminal: lambdalab hint 07 add'
    )
    assert words(shown._repr_html_()) == " ".join(repr(shown).split())


def test_every_verdict_has_a_word_and_a_sign_of_its_own() -> None:
    assert len({render.SIGN[verdict] for verdict in Verdict}) == len(Verdict) == len(set(render.SIGN))


def test_learner_text_is_escaped_everywhere(tiny: Lab) -> None:
    bad = CheckResult(tiny.exercises[0].checks[0], Verdict.FAILED, EVIL, EVIL, EVIL)
    grade = Grade(Submission("x", {}), tiny, (ExerciseResult(tiny.exercises[0], (bad,)),))
    remark = render.Remark("a.py", 1, EVIL, EVIL, EVIL)
    for html in (render.grade(grade, [remark]).html, render.note(EVIL).html):
        assert "<script" not in html
        assert "<img" not in html
        assert EVIL in unescape(html)


def test_backticks_are_code_and_our_prose_is_markdown() -> None:
    assert render.note("say `<b>` twice").html == "<div><p>say <code>&lt;b&gt;</code> twice</p></div>"
    hint = render.prose("**look**")
    assert (hint._repr_html_(), hint._repr_markdown_(), repr(hint)) == (None, "**look**", "**look**")


def test_an_untouched_exercise_says_which_cell_to_run(tiny: Lab) -> None:
    shown = render.exercise(result(tiny, *[(Verdict.NOT_ATTEMPTED, "")] * 3), "07")
    assert "NOT ATTEMPTED" in shown.text
    assert "write your code in the cell for adder.py, run that cell" in shown.text
    assert "Stuck" not in shown.text


def test_an_exercise_with_two_files_names_both_cells(tiny: Lab) -> None:
    first = tiny.exercises[0]
    both = replace(first, files=(*first.files, replace(first.files[0], name="other.py")))
    untouched = CheckResult(first.checks[0], Verdict.NOT_ATTEMPTED)
    shown = render.exercise(ExerciseResult(both, (untouched,)), "07")
    assert "write your code in the cells for adder.py and other.py, run them, then check" in shown.text


def test_a_file_that_the_lab_gives_whole_is_none_that_the_learner_has_to_write(sample: str) -> None:
    given = '```python exercise="add"\n%%writefile given.py\nPRICE = 3\n```\n\n'
    text = sample.replace('```python exercise="add"', f'{given}```python exercise="add"', 1)
    written = source.parse(text, slug="07_tiny")
    for lab in (written, edition.read(edition.notebook(written, "learner"), "lab.ipynb")):
        first = lab.exercises[0]
        assert [file.name for file in first.files] == ["given.py", "adder.py"]
        untouched = ExerciseResult(first, (CheckResult(first.checks[0], Verdict.NOT_ATTEMPTED),))
        assert (
            "write your code in the cell for adder.py, run that cell" in render.exercise(untouched, "07").text
        )
        failed = ExerciseResult(first, (CheckResult(first.checks[0], Verdict.FAILED, "0"),))
        told = render.exercise(failed, "07", lab.stubs).text
        assert "adder.py is still as it was given to you" in told
        assert "given.py" not in told
        assert "given.py is not written yet: run the cell" in render.exercise(failed, "07", {}).text


def test_a_failed_exercise_says_which_file_was_not_written_or_not_changed(tiny: Lab) -> None:
    first = tiny.exercises[0]
    both = replace(first, files=(*first.files, replace(first.files[0], name="other.py")))
    failed = ExerciseResult(both, (CheckResult(first.checks[0], Verdict.FAILED, "0"),))
    mine = "def add(left, right): return 0\n"
    told = {
        name: render.grade(Grade(Submission("x", files), tiny, (failed,))).text
        for name, files in {
            "missing": {"adder.py": mine},
            "stub": {"adder.py": mine, "other.py": first.files[0].stub},
            "written": {"adder.py": mine, "other.py": mine},
        }.items()
    }
    assert "other.py is not written yet: run the cell whose first line names it" in told["missing"]
    assert "other.py is still as it was given to you" in told["stub"]
    assert not any("adder.py" in text for text in told.values())
    assert "other.py" not in told["written"]


def test_a_remark_names_place_rule_and_where_to_read_on(tiny: Lab) -> None:
    shown = render.grade(
        Grade(Submission("x", {}), tiny, ()), [render.Remark("a.py", 4, "LAM101", "client-init", "a client")]
    )
    assert "  a.py:4  LAM101 client-init: a client\n" in shown.text
    assert "lambdalint explain LAM101" in shown.text
    assert words(shown.html) == " ".join(shown.text.split())
