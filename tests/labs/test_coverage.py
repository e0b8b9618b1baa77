"""Which rows land in which lab, and the command that compares that with what the labs mark."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.commands.coverage import coverage as command
from course.errors import UserError
from course.lab import coverage

ROOT = Path(__file__).resolve().parents[2]
MATRIX = """
| ID | Says | Status | Lands in |
| --- | --- | --- | --- |
| S1-001 | a thing | VALID | L07 |
| S1-002 | another (see S1-001, L09) | VALID | L08, R1 |
| N-003 | new | NEW | R10, L07 |
| S1 | no row | VALID | L07 |
- **S1-004 a remark** about L07
"""


@pytest.fixture
def checkout(sample: str, tmp_path: Path) -> Path:
    """A checkout with the tiny lab, which teaches one of its two rows."""
    place = tmp_path / "solutions" / "07_tiny"
    place.mkdir(parents=True)
    text = sample.replace("minutes: 5", "minutes: 5\nrows: [S1-001]").replace(
        "## Greet", "<!-- rows: S1-001 -->\n## Greet"
    )
    (place / "lab.md").write_text(text, encoding="utf-8")
    script = runpy.run_path(str(ROOT / "scripts" / "derive_rows.py"))
    (tmp_path / "solutions" / "rows.json").write_text(
        script["written"](script["rows"](MATRIX)), encoding="utf-8"
    )
    return tmp_path


def test_rows_land_where_the_last_cell_says(checkout: Path) -> None:
    assert coverage.wanted(checkout / "solutions") == {
        "07": ["S1-001", "N-003"],
        "08": ["S1-002"],
        "R1": ["S1-002"],
        "R10": ["N-003"],
    }


def test_what_a_lab_does_not_mark_is_named(checkout: Path) -> None:
    done = CliRunner().invoke(command, ["--root", str(checkout)], standalone_mode=False)
    assert done.return_value == 1
    assert done.output == "07_tiny: 1 rows marked, 1 missing\n  missing: N-003\n"


def test_a_lab_that_marks_all_is_shown_with_its_lines(checkout: Path) -> None:
    path = checkout / "solutions" / "07_tiny" / "lab.md"
    path.write_text(path.read_text().replace("S1-001 -->", "S1-001 N-003 -->"))
    done = CliRunner().invoke(command, ["7", "--root", str(checkout)], standalone_mode=False)
    line = path.read_text().splitlines().index("<!-- rows: S1-001 N-003 -->") + 1
    assert done.return_value == 0
    assert f"  N-003  solutions/07_tiny/lab.md:{line}\n" in done.output
    assert "marked, but not in the head: N-003" in done.output


def test_a_list_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"rows\.json cannot be read"):
        coverage.wanted(tmp_path)


def test_the_committed_list_names_each_row_of_a_place_once() -> None:
    for place, rows in coverage.wanted(ROOT / "solutions").items():
        assert len(set(rows)) == len(rows), place
        assert coverage.rows_in(" ".join(rows)) == rows
