"""Reference pages: derived from what the cloud checks and is tested against, complete, and there for learners, as are
all labs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from course.cloud import quotas
from course.errors import UserError
from course.lab import coverage, fences, reference, shelf
from course.studio import workspace

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "solutions" / "reference"
PAGES = {path.name.partition("_")[0]: text for path, text in reference.pages(ROOT).items()}


def test_every_quota_is_on_the_page() -> None:
    names = {name for name, value in vars(quotas).items() if name.isupper() and isinstance(value, int)}
    template = (TEMPLATES / "R1_quotas.md").read_text(encoding="utf-8")
    assert names - set(re.findall(r":([A-Z_]+)\}", template)) == set()
    for said in ("128 MB to 10,240 MB", "1 s to 900 s", "250 MB (262,144,000 bytes)", "300 GB", quotas.AS_OF):
        assert said in PAGES["R1"]


def test_every_sender_that_is_recorded_has_a_shape_on_the_page() -> None:
    template = (TEMPLATES / "R8_events.md").read_text(encoding="utf-8")
    shown = {name.partition(".")[0] for name in re.findall(r"\{event:([^}]+)\}", template)}
    assert shown == {path.stem for path in (ROOT / reference.SAMPLES).glob("*.json")}


def test_samples_are_json_without_the_patterns_of_tests() -> None:
    samples = re.findall(r"```json\n(.*?)```", PAGES["R8"], re.DOTALL)
    assert len(samples) > 10
    for sample in samples:
        json.loads(sample)
        assert "\\d" not in sample
        assert "[0-9" not in sample


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_teaches_the_rows_that_land_on_it_and_shows_no_marks(page: str) -> None:
    (path,) = TEMPLATES.glob(f"{page}_*.md")
    cells = tuple(fences.cells(path.read_text(encoding="utf-8"), path.name))
    assert set(coverage.marks(cells)) == set(coverage.wanted(ROOT / "solutions")[page])
    assert "<!--" not in PAGES[page]
    assert "{" not in re.sub(r"```json.*?```|`[^`]*`", "", PAGES[page], flags=re.DOTALL)


@pytest.mark.parametrize(
    "text", ["{mb:NOBODY}", "{event:s3.nothing}", "{event:nobody.x}", "{size:PYTHON_RUNTIMES}"]
)
def test_a_place_that_nothing_fills_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "R9_x.md").write_text(text)
    with pytest.raises(UserError, match="nothing fills"):
        reference.filled(tmp_path / "R9_x.md", ROOT)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with a lab and a page."""
    labs = tmp_path / "labs"
    (labs / "07_tiny").mkdir(parents=True)
    (labs / "07_tiny" / "lab.ipynb").write_text("{}")
    (labs / "reference").mkdir()
    (labs / "reference" / "R1_quotas.md").write_text("one\n")
    monkeypatch.setattr(shelf, "folder", lambda: labs)
    return labs


def test_a_learner_gets_the_pages_and_their_newer_editions(installed: Path, tmp_path: Path) -> None:
    page = tmp_path / "mine" / "reference" / "R1_quotas.md"
    workspace.prepare(tmp_path / "mine", "07")
    assert page.read_text() == "one\n"
    (installed / "reference" / "R1_quotas.md").write_text("two\n")
    workspace.prepare(tmp_path / "mine", "07")
    assert page.read_text() == "two\n"


def test_a_page_with_a_learners_notes_stays(installed: Path, tmp_path: Path) -> None:
    page = tmp_path / "mine" / "reference" / "R1_quotas.md"
    workspace.prepare(tmp_path / "mine", "07")
    page.write_text("one\nmy notes\n")
    (installed / "reference" / "R1_quotas.md").write_text("two\n")
    workspace.prepare(tmp_path / "mine", "07")
    assert page.read_text() == "one\nmy notes\n"


def test_the_other_labs_lie_beside_the_one_that_was_asked_for_and_stay_as_the_learner_has_them(
    installed: Path, tmp_path: Path
) -> None:
    for slug in ("08_more", "09_most"):
        (installed / slug).mkdir()
        (installed / slug / "lab.ipynb").write_text(f'{{"lab": "{slug}"}}')
    (tmp_path / "mine" / "09_most").mkdir(parents=True)
    workspace.prepare(tmp_path / "mine", "07")
    assert (tmp_path / "mine" / "08_more" / "lab.ipynb").read_text() == '{"lab": "08_more"}'
    assert list((tmp_path / "mine" / "09_most").iterdir()) == []
    (tmp_path / "mine" / "08_more" / "lab.ipynb").write_text("mine")
    workspace.prepare(tmp_path / "mine", "07")
    found = workspace.prepare(tmp_path / "mine", "08")
    assert (found.note, found.notebook.read_text()) == ("", "mine")
    (installed / "08_more" / "lab.ipynb").write_text("{}")
    assert "a newer edition of this lab" in workspace.prepare(tmp_path / "mine", "08").note
