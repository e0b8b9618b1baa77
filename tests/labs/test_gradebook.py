"""Tables and pages made of verdicts: right, readable, and nothing in them is more than text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course.errors import UserError
from course.grading import feedback, gradebook, pages, tables
from course.grading.items import items
from course.grading.verdict import Book, CheckVerdict, Verdict

CHECK = CheckVerdict("add", "it_adds", "It adds.", "passed", 3, 3, "", "", 0.5, False, "d")
HIDDEN = replace(CHECK, check="it_hides", sentence="It adds more.", points=1, of=1, hidden=True)


def verdict(learner: str, *checks: CheckVerdict) -> Verdict:
    return Verdict(learner, "07_tiny", "in", "w", "b", 1, 1_700_000_000.0, "full", "", (), checks)


def failed(check: CheckVerdict, reason: str = "add(1, 2) returned 4", help: str = "") -> CheckVerdict:
    return replace(check, verdict="failed", points=0, reason=reason, help=help)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


CLASS = [verdict("Ann Lee_4711", CHECK, HIDDEN), verdict("ben", failed(CHECK), HIDDEN)]
KNOWN = {"ben": {"learner": "ben", "id": "77", "name": "Ben Ray", "email": "ben@example.org"}}


def test_canvas_has_one_column_a_lab_and_the_points_possible() -> None:
    head, possible, ann, ben = rows(tables.canvas(CLASS, KNOWN))
    assert (head[0], head[-1], possible[-1]) == ("Student", "07_tiny", "4")
    assert (ann[0], ann[-1]) == ("Ann Lee_4711", "4")
    assert ben == ["Ben Ray", "77", "", "ben@example.org", "", "1"]


def test_moodle_has_the_participants_number() -> None:
    _, ann, ben = rows(tables.moodle(CLASS, KNOWN))
    assert ann == ["Participant 4711", "Ann Lee", "", "07_tiny", "4", "4"]
    assert ben == ["Participant 77", "Ben Ray", "ben@example.org", "07_tiny", "1", "4"]


def test_nbgrader_has_the_columns_of_its_export() -> None:
    head, ann, ben = rows(tables.nbgrader(CLASS, KNOWN))
    assert head[:4] == ["assignment", "duedate", "timestamp", "student_id"]
    assert dict(zip(head, ann, strict=True))["score"] == "4"
    assert dict(zip(head, ben, strict=True)) | {
        "last_name": "Ray",
        "first_name": "Ben",
        "raw_score": "1",
    } == dict(zip(head, ben, strict=True))


def test_points_of_a_broken_check_are_shared_out_over_the_others() -> None:
    broken = replace(HIDDEN, verdict="broken", points=0)
    assert rows(tables.canvas([verdict("ann", CHECK, broken)], {}))[2][-1] == "4"
    assert rows(tables.canvas([verdict("ann", failed(CHECK), broken)], {}))[2][-1] == "0"


def test_a_name_is_no_formula() -> None:
    for name in ("=HYPERLINK(1)", "+1+1", "@SUM(A1)", "-2+3"):
        assert rows(tables.canvas([verdict(name, CHECK)], {}))[2][0] == f"'{name}"


def test_a_roster_without_its_column_is_said(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("student,id\nben,77\n")
    with pytest.raises(UserError, match="has no column `learner`; it has student, id"):
        tables.roster(tmp_path / "r.csv")
    (tmp_path / "r.csv").write_text("\ufefflearner,id,name,email\nben,77,Ben Ray,ben@example.org\n")
    assert tables.roster(tmp_path / "r.csv") == KNOWN


def test_items_say_who_passed_and_what_tells_learners_apart() -> None:
    cat = verdict("cat", failed(CHECK, "add(5, 6) returned 7"), failed(HIDDEN))
    adds, hides = items([*CLASS, cat])
    assert (adds.passed, adds.attempted, adds.seconds) == (1, 3, 0.5)
    assert adds.reasons == (("add(…, …) returned …", 2),)
    assert adds.discrimination == pytest.approx(0.5)
    assert hides.share == pytest.approx(2 / 3)
    absent = replace(CHECK, verdict="not attempted", points=0)
    assert items([verdict("ann", absent)])[0].attempted == 0


def test_remarks_have_four_kinds_and_give_no_hidden_input_away() -> None:
    def kinds(check: CheckVerdict) -> list[str]:
        return [remark.kind for remark in feedback.remarks(check)]

    assert kinds(CHECK) == ["celebratory"]
    assert kinds(failed(CHECK, help="Look.")) == ["essential", "actionable"]
    assert kinds(replace(CHECK, verdict="not attempted")) == ["informative"]
    told = feedback.remarks(failed(HIDDEN, "add(-2, 1) returned 3", "What is below zero?"))
    assert "-2" not in " ".join(remark.text for remark in told)
    assert told[1].text == "What is below zero?"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_what_a_learner_wrote_is_text_on_every_page() -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    one = replace(
        verdict(attack, failed(CHECK, attack, attack)), problem=attack, notes=(attack,), source=attack
    )
    for page in (pages.class_page([one], "Class"), pages.learner_page(one, "Lab", show_hidden=True)):
        tags = Tags()
        tags.feed(page)
        assert not {"script", "img", "iframe"} & set(tags.seen)
        assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_pages_of_two_learners_are_two_files_that_stay_in_their_folder() -> None:
    names = [pages.page(name) for name in ("a/b", "a.b", "../../etc", "", "é", "x" * 300)]
    assert len(set(names)) == len(names)
    assert all("/" not in name and len(name) < 60 for name in names)


def test_a_grade_book_is_written_from_the_last_verdicts(tmp_path: Path) -> None:
    with Book(tmp_path).appending() as appender:
        for one in [verdict("ben", failed(CHECK)), *CLASS]:
            appender.add(one)
    shown = gradebook.write(tmp_path, KNOWN, ["canvas"], "Spring")
    assert [path.name for path in shown] == ["canvas.csv", "class.html"]
    text = (tmp_path / "07_tiny" / "class.html").read_text()
    assert "Spring, lab 07_tiny" in text
    assert "2 learners, mean 62 %" in text
    ben = (tmp_path / "07_tiny" / "learners" / pages.page("ben")).read_text()
    assert "1 of 4 points" in ben
    with pytest.raises(UserError, match="has no verdicts; run `lambdalab grade` first"):
        gradebook.write(tmp_path / "empty", {}, [], "")


def test_what_stands_between_backticks_is_shown_as_code_and_stays_text() -> None:
    check = replace(failed(CHECK, "got `<b>`, not `3`"), sentence="It gives `a & b`.")
    page = pages.learner_page(verdict("ann", check), "Lab")
    assert "It gives <code>a &amp; b</code>." in page
    assert "got <code>&lt;b&gt;</code>, not <code>3</code>" in page
