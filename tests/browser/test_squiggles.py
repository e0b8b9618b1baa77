"""lambdalint in JupyterLab, through jupyterlab-lsp: squiggles in the cells of a notebook, and nothing to configure."""

from __future__ import annotations

import json
import signal
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

pytest.importorskip("jupyterlab_lsp", reason="the extra lambdalint[jupyter] is not installed")
pytest.importorskip("pygls", reason="the extra lambdalint[jupyter] is not installed")

HANDLER = """\
def handler(event, context):
    client = boto3.client("s3")
    return client.list_buckets()
"""
TEMPLATE = """\
%%writefile template.yaml
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.run
      Runtime: python3.13
      CodeUri: .
      Policies:
        - Statement:
            - {Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::photos/*"}
"""
# Named so that only the template beside it tells that `run` is a handler.
WRITTEN = f"%%writefile app.py\nimport boto3\n\n\n{HANDLER.replace('handler(event, context)', 'run(a, b)')}"
CELLS = ["import boto3", "!date", HANDLER, WRITTEN, TEMPLATE, "client = boto3.client('sqs')"]
SQUIGGLE = ".cm-lintRange-warning, .cm-lintRange-error, .cm-lintRange-info"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the studio is tried on Linux only"),
    pytest.mark.timeout(240),
]


def notebook(cells: list[str]) -> str:
    """A Python notebook of code cells, as JSON."""
    form = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    listed = [{**form, "id": f"cell-{number}", "source": source} for number, source in enumerate(cells)]
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def open_beside(page: Page, studio, name: str) -> None:
    """Open another notebook of the studio's folder."""
    address = urlsplit(studio.url)
    page.goto(f"http://{address.netloc}/lab/tree/{name}?{address.query}")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)


def cell(page: Page, text: str) -> Locator:
    """The code cell that holds a text."""
    return page.locator(".jp-Notebook:visible .jp-CodeCell", has_text=text).first


def squiggle(where: Locator, text: str) -> Locator:
    """The squiggle under a text."""
    return where.locator(SQUIGGLE, has_text=text).first


def test_squiggles_stand_under_the_defect_in_its_cell_and_go_with_it(start_studio, browser, tmp_path):
    studio = start_studio()
    (studio.workspace / "mine.ipynb").write_text(notebook(CELLS), encoding="utf-8")
    page = browser.pages[0]
    open_beside(page, studio, "mine.ipynb")

    plain = cell(page, "def handler")
    expect(squiggle(plain, 'boto3.client("s3")')).to_be_visible(timeout=60_000)
    written = cell(page, "%%writefile app.py")
    expect(squiggle(written, 'boto3.client("s3")')).to_be_visible(timeout=60_000)
    expect(squiggle(cell(page, "%%writefile template.yaml"), "s3:*")).to_be_visible(timeout=60_000)
    for clean in ("!date", "sqs"):
        expect(cell(page, clean).locator(SQUIGGLE)).to_have_count(0)
    page.screenshot(path=tmp_path / "squiggles.png")

    squiggle(plain, 'boto3.client("s3")').hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("runs on every invocation", timeout=30_000)
    page.screenshot(path=tmp_path / "tooltip.png")

    plain.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("def handler(event, context):\n    return {}\n")
    expect(cell(page, "return {}").locator(SQUIGGLE)).to_have_count(0, timeout=30_000)
    expect(squiggle(written, 'boto3.client("s3")')).to_be_visible()

    page.close()
    assert studio.stop(signal.SIGINT) == 0
    assert studio.left() == []
