"""`lambdalint` as a process of its own: how it starts, is stopped, and leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def command(*args: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lint_rules", *args], capture_output=True, text=True, check=False, **options
    )


def test_python_dash_m_is_the_command():
    Path("app.py").write_text("def (\n")
    done = command("check", "app.py", "--output-format", "concise", "-q")
    assert (done.returncode, done.stderr) == (1, "")
    assert "LAM990" in done.stdout


def test_a_reader_that_leaves_is_no_error():
    Path("app.py").write_text("def (\n")
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m lint_rules rules --output-format markdown | head -n 1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("# Rules\n", "")


def test_an_interrupt_is_quiet():
    process = subprocess.Popen(
        [sys.executable, "-m", "lint_rules", "check", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background is deaf to interrupts, and so is all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        # It waits for standard input once it no longer starts: a full pipe has been read then.
        process.stdin.write("x = 1\n" * 100_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, err.strip()) == (130, "", "")


def test_a_clean_file_does_not_pay_for_libcst_or_yaml():
    Path("app.py").write_text("def handler(event, context):\n    return {}\n")
    code = (
        "import sys; from lint_rules.cli import _run; code = _run(['check', 'app.py', '-q']);"
        "print(code, sorted({'libcst', 'yaml', 'tomllib', 'difflib', 'tokenize', 'dataclasses'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("0 ")
    assert "libcst" not in done.stdout
    assert "yaml" not in done.stdout
    assert "tomllib" not in done.stdout


def test_completion_knows_the_rules():
    environment = {
        **os.environ,
        "_LAMBDALINT_COMPLETE": "bash_complete",
        "COMP_WORDS": "lambdalint explain action",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [Path(sys.executable).parent / "lambdalint"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "action-star" in done.stdout
