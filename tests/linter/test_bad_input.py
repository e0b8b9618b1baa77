"""Whatever is in a file: one clear finding or line, the others still linted, and never a traceback.

Real examples are broken in the ways that files break: cut, doubled, filled with odd characters, nested without end.
`benchmarks/fuzz.py` does the same ten thousand times.
"""

from __future__ import annotations

import json
import os
import random
import runpy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lint_rules import Config, Project, Safety, fix, lint
from lint_rules.commands.reports import Look, report
from lint_rules.engine.config import FORMATS
from lint_rules.engine.finding import Edit
from lint_rules.engine.reports.diff import render_diff
from lint_rules.engine.scan import Help, Scan

FUZZ = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "fuzz.py"))
SEEDS, mutated = FUZZ["SEEDS"], FUZZ["mutated"]
LAUGHS = (
    "a: &a [x, x]\n"
    + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefghijklmnopq", "bcdefghijklmnopqr", strict=True)
    )
    + "Resources: *r\n"
)
ALL = Config(select=("ALL",))


def whole(data: dict[str, bytes]) -> None:
    """Everything the command does with files, in memory."""
    scan = Scan([], data, ALL, Help())
    assert scan.crashes == [], [crash.error for crash in scan.crashes]
    project = scan.project(data)
    for finding in scan.findings:
        document = project.documents[finding.span.path]
        assert 0 <= finding.span.start <= finding.span.end <= len(document.text)
        edits: tuple[Edit, ...] = finding.fix.edits if finding.fix else ()
        assert all(0 <= e.span.start <= e.span.end <= len(project.documents[e.span.path].text) for e in edits)
    for form in FORMATS:
        text = report(project, scan.findings, Look(form, Safety.SAFE, True, False, None))
        text.encode("utf-8", "surrogatepass")
    result = fix(project, ALL, Safety.UNSAFE)
    render_diff(project, result.project)
    assert all(error.span.path in data for error in result.project.problems)
    again = fix(result.project, ALL, Safety.UNSAFE)
    assert again.changes(result.project) == {}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(sorted(SEEDS)))
def test_broken_examples_are_no_reason_to_crash(seed, name):
    whole(mutated(random.Random(seed), name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep.py", "(" * 5000),
        ("deep.py", "x = " + "[" * 3000 + "]" * 3000),
        ("deep.py", "-" * 20_000 + "1"),
        ("deep.py", "".join(" " * n + "if x:\n" for n in range(200))),
        ("long.py", "x = 1\n" * 20_000),
        ("wide.py", "x = '" + "a" * 1_000_000 + "'\n"),
        ("odd.py", "\x00"),
        ("odd.py", "\x0c\r\n\u2028x = 1\r\n"),
        ("odd.py", "def handler(event, context):\r    return 1\r"),
        ("t.yaml", "Resources:\n" + "".join("  " * n + "a:\n" for n in range(1, 2000))),
        ("t.yaml", "Resources: " + "[" * 20_000),
        ("t.json", '{"Resources": ' * 20_000),
        ("t.yaml", LAUGHS),
        ("t.yaml", "Resources: &x\n  A: *x\n"),
        ("t.yaml", "Resources:\n\tA: 1\n"),
        ("t.yaml", "--- \n...\n---\nResources: {}\n--- {{ x }}\n"),
        ("n.ipynb", '{"cells": [{"cell_type": "code", "source": 3}]}'),
        ("n.ipynb", '{"cells": ' + "[" * 50_000),
        (
            "n.ipynb",
            '{"cells": [{"cell_type": "code", "source": ["%%writefile ../../../x.py\\n", "def f("]}]}',
        ),
        ("noqa.py", "x = 1 # noqa: " + "LAM101," * 5000),
        ("noqa.py", "# lambdalint: allow[" * 2000),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_extremes_are_read_or_told(name, text):
    whole({name: text.encode(), "good.py": b"def (\n"})


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00a",
        b"\x80abc",
        b"# coding: nope\nx = 1",
        b"\xef\xbb\xbf\xef\xbb\xbfx = 1",
        b"",
        b"\n" * 1000,
    ],
)
@pytest.mark.parametrize("name", ["a.py", "template.yaml", "t.json", "n.ipynb"])
def test_odd_bytes_are_read_or_told(name, data):
    whole({name: data})


def test_a_folder_full_of_trouble_is_one_finding_or_line_each(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to(".")
    Path("gone.py").symlink_to("nowhere.py")
    Path("a.py").mkdir()
    Path("a.py/inner.py").write_text("import boto3\ndef (")
    os.mkfifo("pipe.py")
    Path("good.py").write_text(
        "import boto3\n\n\ndef handler(event, context):\n    return boto3.client('s3').list_buckets()\n"
    )
    for name in ("new\nline.py", "tab\t.py", "\udcff.py", "emoji\U0001f600.py", "-dash.py"):
        Path(name).write_text("import boto3\ndef (")
    code, out, err = run("check", ".", "--output-format", "json")
    assert code == 1
    assert "Traceback" not in err
    found = [(os.path.basename(item["filename"]), item["code"]) for item in json.loads(out)]
    assert ("good.py", "LAM101") in found
    assert len([code for _, code in found if code == "LAM990"]) == 6
    for form in FORMATS:
        assert run("check", ".", "--output-format", form)[0] == 1
        assert run("check", ".", "--output-format", form, "--output-file", "report.txt")[0] == 1
    assert run("baseline", ".")[0] == 0
    assert run("check", ".", "--baseline", "lambdalint-baseline.json")[0] == 0


def test_one_project_of_everything_is_linted_to_its_end():
    chance = random.Random(3)
    files = {}
    for number, name in enumerate(sorted(SEEDS)):
        for path, data in mutated(chance, name).items():
            files[f"p{number}/{path}"] = data
    scan = Scan([], files, ALL, Help())
    assert scan.crashes == []
    assert len({finding.span.path for finding in scan.findings}) > 5
    project = Project.of({path: data.decode("utf-8", "replace") for path, data in files.items()})
    lint(project, ALL)
