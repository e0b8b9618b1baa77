"""Both editions of every lab run from top to bottom in a real kernel beside a live cloud."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from course.cloud import Cloud
from course.lab import shelf

ROOT = Path(__file__).resolve().parents[2]
SLUGS = shelf.slugs(ROOT / "solutions")
EXPECTED = "raises-exception"


def run(path: Path, slug: str, folder: Path) -> list[nbformat.NotebookNode]:
    """The cells of the notebook after it ran in a learner's folder."""
    place = folder / "my-labs" / slug
    place.mkdir(parents=True)
    document = nbformat.read(path, as_version=4)
    with Cloud(launcher="zygote") as cloud:  # a start by exec is tried with the cloud
        client = NotebookClient(
            document, timeout=110, kernel_name="python3", resources={"metadata": {"path": str(place)}}
        )
        client.execute(env=cloud.environment())
    return list(document.cells)


def shown(cell: nbformat.NotebookNode) -> str:
    """What a cell displayed, as text."""
    outputs = [output for output in cell.get("outputs", []) if "data" in output]
    return "\n".join(output.data.get("text/plain", "") for output in outputs)


def is_check(cell: nbformat.NotebookNode) -> bool:
    return bool(cell.cell_type == "code" and "lab.check(" in cell.source)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_solution_runs_and_all_its_checks_pass(slug: str, tmp_path: Path) -> None:
    cells = run(ROOT / "solutions" / slug / "solution.ipynb", slug, tmp_path)
    checks = [shown(cell) for cell in cells if is_check(cell)]
    assert checks
    for text in checks:
        assert "✔ PASSED" in text
        for word in ("FAILED", "NOT ATTEMPTED", "BLOCKED", "BROKEN"):
            assert word not in text


@pytest.mark.parametrize("slug", SLUGS)
def test_the_untouched_learner_edition_runs_and_frightens_nobody(slug: str, tmp_path: Path) -> None:
    cells = run(ROOT / "labs" / slug / shelf.NOTEBOOK, slug, tmp_path)
    for cell in cells:
        if is_check(cell):
            assert "NOT ATTEMPTED" in shown(cell)
            assert "FAILED" not in shown(cell)
        if EXPECTED not in cell.metadata.get("tags", []):
            assert not [output for output in cell.get("outputs", []) if output.output_type == "error"]


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="AWS's SDK for durable functions is there")
def test_where_durable_functions_cannot_run_each_cell_says_so_in_a_line(tmp_path: Path) -> None:
    slug = next(one for one in SLUGS if one.startswith("17_"))
    cells = run(ROOT / "solutions" / slug / "solution.ipynb", slug, tmp_path)
    tried = [
        shown(cell) for cell in cells if cell.source.startswith(("run_durable(", 'lab.check("durable")'))
    ]
    assert len(tried) == 3
    assert all("need Python 3.11" in text for text in tried)
    for cell in cells:
        if EXPECTED not in cell.metadata.get("tags", []):
            assert not [output for output in cell.get("outputs", []) if output.output_type == "error"]
