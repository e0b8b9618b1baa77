"""Notes of earlier runs that are broken, or say something else than they should, mean a slower run and nothing more."""

from __future__ import annotations

import json

import pytest

from lint_rules.engine.cache import FOLDER

CODE = """import boto3


def handler(event, context):
    return boto3.client("s3").list_buckets()["Owner"]
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with more files than are linted without notes."""
    for number in range(12):
        (tmp_path / f"f{number}").mkdir()
        (tmp_path / f"f{number}/app.py").write_text(CODE if number % 2 else "import os\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def output(run, *args):
    """What a check writes to standard output."""
    return run("check", *args)[1]


def notes(folder):
    return list((folder / FOLDER).glob("notes-*.json"))


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"form": 1}', b"\xff\xfe\x00", b"[" * 100_000])
def test_a_broken_cache_is_a_slow_run_and_no_more(run, tree, damage):
    first = output(run, ".")
    (kept,) = notes(tree)
    kept.write_bytes(damage)
    assert output(run, ".") == first
    assert json.loads(kept.read_text().splitlines()[1])["islands"]


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"links": 1, "islands": 2}', '{"links": {}, "islands": {}}']
)
def test_notes_that_break_off_are_a_slow_run_and_no_more(run, tree, damage):
    output(run, ".")
    (kept,) = notes(tree)
    kept.write_text(kept.read_text().splitlines()[0] + "\n" + damage)
    (tree / "app.py").write_text("def handler(event, context):\n    return open('x', 'w')\n")
    changed = output(run, ".")
    assert changed == output(run, ".", "--no-cache")
    assert "LAM116" in changed


def test_a_cache_of_wrong_kinds_is_not_believed(run, tree):
    first = output(run, ".")
    (kept,) = notes(tree)
    ours, rest = map(json.loads, kept.read_text().splitlines())
    for wrong in (
        None,
        1,
        [],
        {},
        [0, [1]],
        [0, [["x"] * 6]],
        ["a", []],
        [0, [], [[700]]],
        [0] * 6,
        [0, 0, "", "", 0, 0],
    ):
        files = dict.fromkeys(ours["files"], wrong)
        for broken in (
            {**ours, "runs": dict.fromkeys(ours["runs"], wrong)},
            {**ours, "files": files, "runs": {}},
        ):
            other = {part: dict.fromkeys(known, wrong) for part, known in rest.items()}
            kept.write_text(json.dumps(broken) + "\n" + json.dumps(other) + "\n")
            assert output(run, ".") == first
