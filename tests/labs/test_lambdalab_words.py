"""What the command `lambdalab` says to words it does not know, and what it offers to complete."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from course import cli
from course.lab import shelf


def said(capsys, *arguments):
    """The exit code, output and errors of the command, run in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    return ended.value.code, out, err


def completed(*words):
    """What the shell offers for the last of these words."""
    done = subprocess.run(
        [sys.executable, "-c", "from course.cli import main; main()"],
        env={
            **os.environ,
            "_LAMBDALAB_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(("lambdalab", *words)),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_every_command_has_a_line_in_the_help(capsys):
    code, out, _ = said(capsys, "--help")
    assert code == 0
    for name in ("build", "check", "cloud", "hint", "progress", "start"):
        assert f"\n  {name} " in out
    assert "_LAMBDALAB_COMPLETE" in out
    assert "_folder" not in out


def test_the_version_is_that_of_the_distribution(capsys):
    code, out, _ = said(capsys, "--version")
    assert (code, out.split()[0]) == (0, "lambdalab")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["strat"], "did you mean `lambdalab start`?"),
        (["xyzzy"], "there are adopt, build, check"),
        (["start", "--prot", "1"], "--port"),
        (["start", "--port", "70000"], "65535"),
        (["check"], "LAB"),
        (["hint", "01", "helo"], "did you mean `hello`?"),
        (["check", "1"], "lambdalab start 01"),
        (["check", "99"], "01_hello_event"),
    ],
)
def test_a_slip_is_one_line_and_exit_code_2(capsys, tmp_path, monkeypatch, arguments, hint):
    monkeypatch.chdir(tmp_path)
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("error: ")
    assert hint in err


def test_a_mistake_of_ours_is_one_line_and_a_file_to_send(capsys, monkeypatch, tmp_path):
    def broken(*_):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("course.lab.build.build_all", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, out, err = said(capsys, "build")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "internal error: ZeroDivisionError: ours" in err
    (saved,) = tmp_path.iterdir()
    assert str(saved) in err
    assert "in broken" in saved.read_text()


def test_labs_and_exercises_are_completed():
    assert "01" in completed("check", "")
    names = [one.name for one in shelf.lab("01").exercises]
    assert completed("hint", "01", "") == names
    assert completed("hint", "01", names[0][:3]) == names[:1]
    assert completed("hint", "77", "") == []
