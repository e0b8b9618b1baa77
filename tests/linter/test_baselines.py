"""Baselines: what is known is kept quiet about, what is new is told, what is gone is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

BAD = "import boto3\n\n\ndef handler(event, context):\n    s3 = boto3.client('s3')\n    return s3.meta.region_name\n"
NAME = "lambdalint-baseline.json"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(BAD)


def test_what_is_listed_is_not_shown_again(run):
    assert run("check", ".")[0] == 1
    code, out, err = run("baseline", ".")
    assert (code, err) == (0, "")
    assert out.startswith(f"{NAME}: 1 finding that will not be shown again. Say `baseline = ")
    code, out, err = run("check", ".", "--baseline", NAME)
    assert (code, out) == (0, "All checks passed.\n")
    assert err == f"1 known findings of {NAME} not shown\n"
    assert run("check", ".")[0] == 1


def test_the_configuration_may_name_it(run):
    Path("lambdalint.toml").write_text('baseline = "known/all.json"\n')
    Path("known").mkdir()
    assert "Say" not in run("baseline", ".")[1]
    assert Path("known/all.json").exists()
    assert run("check", ".")[0] == 0
    assert run("check", "app.py", "-q") == (0, "", "")


def test_a_known_finding_may_move_and_a_new_one_is_told(run):
    run("baseline", ".")
    Path("app.py").write_text(
        "# new\n" + BAD + "\n\ndef other(event, context):\n    return boto3.client('sqs').list_queues()\n"
    )
    code, out, _ = run("check", ".", "--baseline", NAME, "--output-format", "json")
    assert code == 1
    assert [item["location"]["row"] for item in json.loads(out)] == [11]


def test_of_equal_findings_as_many_are_quiet_as_are_listed(run):
    run("baseline", ".")
    Path("app.py").write_text(BAD + BAD.partition("\n\n\n")[2].replace("handler", "main_handler"))
    assert len(json.loads(run("check", ".", "--baseline", NAME, "--output-format", "json")[1])) == 1


def test_what_is_gone_is_counted_and_taken_out(run):
    run("baseline", ".")
    Path("app.py").write_text("x = 1\n")
    Path("other.py").write_text("x = 1\n")
    assert "1 are gone: shrink it" in run("check", ".", "--baseline", NAME)[2]
    assert "gone" not in run("check", "other.py", "--baseline", NAME)[2]
    run("baseline", ".")
    assert json.loads(Path(NAME).read_text())["findings"] == []


def test_it_holds_from_any_folder(run, tmp_path, monkeypatch):
    run("baseline", ".")
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert run("check", "..", "--baseline", f"../{NAME}")[0] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no such baseline; write it with `lambdalint baseline`"),
        ("{", "not a baseline"),
        ("[]", "not a baseline"),
        ('{"lambdalint-baseline": 1, "findings": [{}]}', "not a baseline"),
        ('{"lambdalint-baseline": 9, "findings": []}', "of another version"),
    ],
)
def test_what_is_no_baseline_is_one_line(run, text, words):
    if text is not None:
        Path(NAME).write_text(text)
    code, out, err = run("check", ".", "--baseline", NAME)
    assert (code, out) == (2, "")
    assert words in err


def test_what_is_fixed_is_no_longer_known(run):
    run("baseline", ".")
    code, _, err = run("fix", "--unsafe-fixes", ".", "--baseline", NAME)
    assert code == 0
    assert "1 are gone" in err
    assert Path("app.py").read_text() != BAD
