"""docs/cloud.md: what it shows runs, and the words it lists are those that the code writes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course.cloud import admin
from course.cloud.observe.ledger import CALLS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cloud.md").read_text(encoding="utf-8")
WORD = re.compile(r"[a-z]+\.[a-z-]+|InternalFailure")
NOUNS = {
    "async_queue.py": "event",
    "endings.py": "event",
    "delivery.py": "delivery",
    "pool.py": "environment",
    "stream_delivery.py": "record",
}
"""Files with a function that writes entries of one noun and is given their fate."""
WRITERS = {"note", "_note", "told", "_delete", "_fate", "call"}


def calls_of(path: Path):
    """The calls in a file that write entries: the texts of their first arguments and the names of their details."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in WRITERS:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                details = {one.arg for one in node.keywords if one.arg not in (None, "because", "id")}
                yield [text for text in texts if isinstance(text, str)], details


def written() -> dict[str, set[str]]:
    """The words in the code that writes entries, and the details that are named there."""
    found: dict[str, set[str]] = {"call.answered": set()}
    for path in (ROOT / "course" / "cloud").rglob("*.py"):
        for texts, details in calls_of(path):
            words = [text for text in texts if WORD.fullmatch(text)]
            if not words and texts and path.name in NOUNS and re.fullmatch("[a-z-]+", texts[0]):
                words = [f"{NOUNS[path.name]}.{texts[0]}"]
            for word in words:
                found.setdefault(word, set()).update(details)
    return found


def table() -> dict[str, str]:
    """The words on the page, each with the details of its row."""
    section = PAGE.partition("## The ledger")[2].partition("## Admin routes")[0]
    found = {}
    for row in re.findall(r"^\| (`.*?) \|.*?\|(.*?) ?\|$", section, re.M):
        for word in re.findall(r"`([^`]+)`", row[0]):
            found[word] = row[1]
    return found


def test_every_word_of_the_code_is_on_the_page_with_its_details():
    shown = table()
    for word, details in written().items():
        assert word in shown, word
        missing = {name for name in details if f"`{name}`" not in shown[word]}
        assert not missing, (word, missing)


def test_every_word_on_the_page_is_in_the_code():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "course" / "cloud").rglob("*.py"))
    known = written()
    for word in table():
        noun, _, fate = word.partition(".")
        by_parts = f'f"{noun}.{{' in code and f'"{fate}"' in code
        assert word in known or by_parts, word
    assert len(table()) > 40


def test_the_page_names_every_admin_route_and_every_filter():
    source = Path(admin.__file__).read_text(encoding="utf-8")
    routes = re.findall(r'\("(GET|POST)", "([a-z/]+)"\)', source)
    assert len(routes) >= 6
    for method, route in routes:
        assert f"`{method} /_cloud/{route}`" in PAGE
    filters = re.search(r"^_FILTERS = \((.*)\)", source, re.M)
    assert filters
    for name in re.findall(r'"(\w+)"', filters[1]):
        assert f"{name}=" in PAGE
    assert f"the last {CALLS:,}" in PAGE


@pytest.mark.skipif(sys.platform != "linux", reason="the cloud runs on Linux only")
def test_the_example_runs(tmp_path):
    (code,) = re.findall(r"^```python run\n(.*?)^```$", PAGE, re.M | re.S)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.startswith("['event.accepted', 'event.attempt', ")
