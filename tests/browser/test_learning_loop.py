"""The learning loop in JupyterLab with the keyboard alone, and at 200 % zoom: what is shown can be read, and named."""

from __future__ import annotations

import json
import signal
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the studio is tried on Linux only"),
    pytest.mark.timeout(240),
]
ORDERS = """\
%%lambda orders.py --function orders --timeout {timeout}
def handler(event, context):
    return event
"""
TITLE = "A cold start is slower."
PLOT = f'lab.plot_bars({{"cold": 210, "warm": 12}}, title="{TITLE}", y="milliseconds")'
CELLS = [
    "from course import lab",
    ORDERS.format(timeout=5),
    ORDERS.format(timeout=10),
    'lab.check("hello")',
    PLOT,
    "lab.progress()",
    "lab.review()",
    "lab.reset()",
]
# Elements of outputs that stick out of what is visible of them, and cannot be scrolled to.
CUT_OFF = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
    .filter(one => one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX === 'visible')
    .map(one => one.textContent.slice(0, 60))"""
NAMELESS = """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
    .filter(one => !(one.alt || '').trim()).length"""
HEADLESS = """() => [...document.querySelectorAll('.jp-OutputArea-output table')]
    .filter(one => !one.querySelector('th[scope=col]')).length"""


def notebook(cells: list[str]) -> str:
    """A Python notebook of code cells, as JSON."""
    form = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    listed = [{**form, "id": f"cell-{number}", "source": source} for number, source in enumerate(cells)]
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def output(page: Page, number: int) -> Locator:
    """What the cell of that number, from 0, shows."""
    return page.locator(".jp-Notebook:visible .jp-CodeCell").nth(number).locator(".jp-OutputArea")


def test_everything_is_reached_by_keyboard_named_and_readable_at_twice_the_size(
    start_studio, browser, tmp_path
):
    studio = start_studio()
    folder = studio.workspace / "01_hello_event"
    (folder / "mine.ipynb").write_text(notebook(CELLS), encoding="utf-8")
    address = urlsplit(studio.url)
    page = browser.pages[0]
    page.goto(f"http://{address.netloc}/lab/tree/01_hello_event/mine.ipynb?{address.query}")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)

    # No mouse from here on. The notebook has the focus when it opens; Escape leaves a cell's editor.
    page.keyboard.press("Escape")
    for _ in CELLS:
        page.keyboard.press("Shift+Enter")
    expect(output(page, 1)).to_contain_text("orders is deployed: a new function.", timeout=60_000)
    expect(output(page, 2)).to_contain_text("Timeout", timeout=60_000)
    expect(output(page, 3)).to_contain_text("NOT ATTEMPTED", timeout=60_000)
    picture = output(page, 4).get_by_role("img", name=TITLE)
    expect(picture).to_be_visible(timeout=60_000)
    expect(output(page, 5).get_by_role("table", name="Lab 01")).to_be_visible(timeout=60_000)
    expect(output(page, 6)).to_contain_text("No card waits for you", timeout=60_000)
    expect(output(page, 7)).to_contain_text("The cloud is empty", timeout=60_000)
    page.screenshot(path=tmp_path / "loop.png")
    assert page.evaluate(NAMELESS) == 0
    assert page.evaluate(HEADLESS) == 0

    # 200 %: half as many CSS pixels on the same screen.
    page.set_viewport_size({"width": 640, "height": 450})
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+1")  # the list of files goes
    expect(page.locator("#jp-left-stack")).to_be_hidden()
    for number in (2, 3, 4, 5):
        output(page, number).scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"zoomed-{number}.png")
    assert page.evaluate(CUT_OFF) == []

    page.goto(f"http://{address.netloc}/lab/tree/reference/R1_quotas.md?{address.query}")
    expect(page.locator(".jp-MarkdownViewer:visible")).to_contain_text("128 MB to 10,240 MB", timeout=60_000)

    page.close()
    assert studio.stop(signal.SIGINT) == 0
    assert studio.left() == []
