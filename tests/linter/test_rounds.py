"""`fix`, `clean`, `--watch`, and what is said about what was left out."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from lint_rules.commands.options import Request
from lint_rules.commands.settings import Settings
from lint_rules.commands.watch import watch
from lint_rules.engine.cache import FOLDER

HANDLER = "def handler(event, context):\n"
REST = "    return len(s3.list_buckets()['Buckets'])\n"
BAD = f"import boto3\n\n\n{HANDLER}    s3 = boto3.client('s3')\n{REST}"
GOOD = f"import boto3\n\ns3 = boto3.client('s3')\n\n\n{HANDLER}{REST}"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(path, text=""):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def test_fix_is_check_with_fixes(run):
    write("app.py", BAD)
    write("sub/app.py", BAD)
    code, out, _ = run("fix", ".")
    assert code == 1
    assert Path("app.py").read_text() == BAD
    assert "2 fixable with --fix --unsafe-fixes" in out
    code, out, err = run("fix", ".", "--unsafe-fixes", "--diff")
    assert (code, err) == (1, "Would fix 2 findings.\n")
    assert out.count("+s3 = boto3.client('s3')") == 2
    assert Path("app.py").read_text() == BAD
    assert run("fix", ".", "--unsafe-fixes") == (0, "Fixed 2 findings. Nothing else found.\n", "")
    assert Path("sub/app.py").read_text() == GOOD


def test_many_files_are_fixed_from_what_was_kept(run):
    for number in range(12):
        write(f"p{number}/app.py", BAD if number % 2 else GOOD)
    assert run("check", ".")[0] == 1
    assert run("fix", ".", "--unsafe-fixes")[1] == "Fixed 6 findings. Nothing else found.\n"
    assert {Path(f"p{number}/app.py").read_text() for number in range(12)} == {GOOD}
    assert run("check", ".")[0] == 0


def test_when_one_file_cannot_be_written_none_is(run, monkeypatch):
    for number in range(3):
        write(f"p{number}/app.py", BAD)
    real = os.replace
    monkeypatch.setattr("os.access", lambda path, mode: "p2" not in str(path))
    code, _, err = run("fix", ".", "--unsafe-fixes")
    assert code == 2
    assert "p2/app.py: cannot be written" in err
    assert {Path(f"p{number}/app.py").read_text() for number in range(3)} == {BAD}
    assert sorted(path.name for path in Path().rglob("*") if path.is_file()) == ["app.py"] * 3
    assert os.replace is real


def test_what_is_left_after_fixing_is_reported_where_it_is_now(run):
    write("app.py", BAD + "\nCACHE = []\n\n\ndef main_handler(event, context):\n    CACHE.append(event)\n")
    code, out, _ = run("fix", ".", "--unsafe-fixes", "--output-format", "concise")
    text = Path("app.py").read_text()
    row = text[: text.index("CACHE.append")].count("\n") + 1
    assert code == 1
    assert f"app.py:{row}:" in out


def test_standard_input_is_fixed_to_standard_output_even_when_clean(run, monkeypatch):
    for text in (BAD, GOOD):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        code, out, err = run("fix", "-", "--unsafe-fixes", "--stdin-filename", "app.py")
        assert (code, out) == (0, GOOD)
        assert "Nothing else found" in err or "All checks passed" in err


def test_clean_removes_caches_and_nothing_else(run):
    for number in range(10):
        write(f"deep/a{number}.py", "x = 1\n")
    run("check", "deep")
    run("check", ".", "--cache-dir", "elsewhere")
    assert Path("deep", FOLDER).is_dir()
    code, out, _ = run("clean")
    assert (code, out) == (0, f"removed ./deep/{FOLDER}\n")
    assert not Path("deep", FOLDER).exists()
    assert Path("elsewhere").is_dir()
    write("lambdalint.toml", 'cache-dir = "elsewhere"\n')
    assert "elsewhere" in run("clean")[1]
    assert not Path("elsewhere").exists()
    write("lambdalint.toml", 'cache-dir = "deep"\n')
    assert run("clean") == (0, "", "")
    assert Path("deep/a1.py").exists()


def test_watching_looks_again_when_a_file_changes(capsys):
    write("app.py", "x = 1\n")
    request = Request(paths=(".",), output_format="concise")
    change = threading.Timer(0.5, lambda: write("app.py", "import boto3\ndef (\n"))
    change.start()
    try:
        assert watch(request, Settings(request), rounds=2) == 1
    finally:
        change.cancel()
        change.join()
    captured = capsys.readouterr()
    assert captured.out.startswith("All checks passed.\n")
    assert "LAM990" in captured.out
    assert captured.err == "Watching for changes; Ctrl-C ends it.\n"


def test_watching_survives_a_slip_in_the_configuration(capsys):
    write("app.py", "x = 1\n")
    request = Request(paths=(".",), quiet=True)
    change = threading.Timer(0.5, lambda: write("deep/lambdalint.toml", "slect = 1\n") or write("deep/b.py"))
    change.start()
    try:
        assert watch(request, Settings(request), rounds=2) == 2
    finally:
        change.cancel()
        change.join()
    assert 'has no key "slect"' in capsys.readouterr().err


def test_what_was_left_out_is_said_in_one_line(run):
    write("app.py", "import boto3\n")
    write("tests/test_app.py", "x = 1\n")
    write("tests/conftest.py", "x = 1\n")
    write("gen/a.py", "x = 1\n")
    _, _, err = run("check", ".", "--exclude", "gen")
    assert err == "left out: 1 excluded, 2 tests (--verbose names them)\n"
    assert run("check", ".", "-q") == (0, "", "")
    _, _, err = run("check", ".", "--exclude", "gen", "--verbose")
    assert "left out, excluded: gen\n" in err
    assert "left out, test: tests/conftest.py\n" in err
    assert "looked at: app.py\n" in err
