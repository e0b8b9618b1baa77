"""The first exercise as a learner does it: in JupyterLab, with a browser, from the answer typed to "passed"."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from course.lab import source

ROOT = Path(__file__).resolve().parents[2]
PANEL = ".jp-Notebook .jp-WindowedPanel-outer"
# What JupyterLab says in the console although nothing is wrong; jupyterlab-lsp when lines go that it still has
# findings for, until the next ones come.
HARMLESS = ("lsp-extension", "RangeError: Invalid line number")
# A wrong answer with a defect that the linter knows.
SLIP = """\
import boto3


def handler(event, context):
    return boto3.client("s3").list_buckets()
"""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the cloud runs handlers on Linux only"),
    pytest.mark.timeout(240),
]


def code_cell(page: Page, text: str) -> Locator:
    """The first code cell that holds a text. Cells are made when they come into view, hence the scrolling."""
    cell = page.locator(".jp-Notebook .jp-CodeCell", has_text=text).first
    page.locator(PANEL).evaluate("panel => panel.scrollTo(0, 0)")
    for _ in range(200):
        if cell.count():
            cell.scroll_into_view_if_needed()
            return cell
        page.locator(PANEL).evaluate("panel => panel.scrollBy(0, 600)")
        page.wait_for_timeout(30)
    raise AssertionError(f"no cell with {text!r}")


def write(page: Page, cell: Locator, text: str) -> None:
    """Replace what a cell holds, through its editor."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def run(page: Page, cell: Locator) -> Locator:
    """Run a cell and give its output when it is there."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-OutputArea-output")


def test_an_answer_that_is_typed_and_run_is_passed(start_studio, browser, tmp_path):
    lab = source.read(ROOT / "solutions" / "01_hello_event" / "lab.md")
    exercise = next(one for one in lab.exercises if one.name == "hello")
    visible = [check for check in exercise.checks if not check.hidden]
    studio = start_studio()
    problems: list[str] = []
    hosts: set[str] = set()
    page = browser.pages[0]
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(studio.url)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0, "something lies in the learner's way"
    page.screenshot(path=tmp_path / "opened.png")

    run(page, code_cell(page, "from course import lab"))
    asking = 'lab.check("hello")'
    expect(run(page, code_cell(page, asking))).to_contain_text("NOT ATTEMPTED", timeout=60_000)
    first = exercise.files[0]
    cell = code_cell(page, f"%%writefile {first.name}")
    write(page, cell, f"%%writefile {first.name}\n{SLIP}")
    if find_spec("jupyterlab_lsp") and find_spec("pygls"):  # the extra lambdalint[jupyter]
        expect(cell.locator(".cm-lintRange-warning").first).to_contain_text(
            'boto3.client("s3")', timeout=30_000
        )
    expect(run(page, cell)).to_contain_text(f"riting {first.name}")
    verdicts = run(page, code_cell(page, asking))
    expect(verdicts).to_contain_text("FAILED", timeout=60_000)
    expect(verdicts).to_contain_text("lambdalint explain LAM101")
    for file in exercise.files:
        cell = code_cell(page, f"%%writefile {file.name}")
        write(page, cell, f"%%writefile {file.name}\n{file.reference}")
        expect(run(page, cell)).to_contain_text(f"riting {file.name}")
    verdicts = run(page, code_cell(page, asking))
    expect(verdicts).to_contain_text("PASSED", timeout=60_000)
    expect(verdicts).not_to_contain_text("FAILED")
    expect(verdicts).to_contain_text(f"{len(visible)} of {len(visible)} checks passed")
    verdicts.screenshot(path=tmp_path / "passed.png")
    page.screenshot(path=tmp_path / "page.png")

    page.close()
    assert hosts == {urlsplit(studio.url).netloc}
    assert [text for text in problems if not any(word in text for word in HARMLESS)] == []
    assert studio.stop(signal.SIGINT) == 0
    assert studio.left() == []
