"""The two commands of the README: what they need is asked for in one line, and what is done is not done again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

# A Python as some systems have it: it answers to -c and --version, and is too old or lacks a module.
OTHER_PYTHON = """\
#!/bin/sh
case "$*" in
  --version) echo Python {version} ;;
  *"{lacks}"*) exit 1 ;;
esac
"""


def make(*arguments):
    """Run make in the checkout: exit code, output, errors."""
    # A make above this one (`make test`) hands its own flags down.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env=environment | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


def ours(errors):
    """The lines that are not make's own."""
    return [line for line in errors.splitlines() if not line.startswith("make")]


def other_python(folder, version, lacks):
    path = folder / "python"
    path.write_text(OTHER_PYTHON.format(version=version, lacks=lacks))
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("target", ["learn", "test"])
def test_a_python_that_is_missing_is_asked_for_in_one_line(tmp_path, target):
    code, _, errors = make(target, f"VENV={tmp_path}/venv", "PYTHON=/no/such/python")
    assert code == 2
    (line,) = ours(errors)
    assert "/no/such/python not found; install Python 3.10 or newer" in line


def test_a_python_that_is_too_old_is_named_in_one_line(tmp_path):
    python = other_python(tmp_path, "3.8.1", "version_info")
    code, _, errors = make("learn", f"VENV={tmp_path}/venv", f"PYTHON={python}")
    assert code == 2
    (line,) = ours(errors)
    assert "Python 3.8.1 is too old; install Python 3.10 or newer" in line
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_told_how_to_get_it(tmp_path):
    python = other_python(tmp_path, "3.12.1", "import venv")
    code, _, errors = make("learn", f"VENV={tmp_path}/venv", f"PYTHON={python}")
    assert code == 2
    (line,) = ours(errors)
    assert "python3-venv" in line


def test_what_is_installed_is_not_installed_again_until_pyproject_changes(tmp_path):
    venv = tmp_path / "venv"
    venv.mkdir()
    stamp = venv / ".installed"
    stamp.touch()
    _, planned, _ = make("--dry-run", "learn", f"VENV={venv}", f"PYTHON={sys.executable}")
    assert "pip install" not in planned
    assert "lambdalab start --port 8888" in planned
    os.utime(stamp, (0, 0))
    _, planned, _ = make("--dry-run", "learn", f"VENV={venv}", f"PYTHON={sys.executable}")
    assert "pip install" in planned


def test_make_alone_says_what_there_is():
    code, said, _ = make()
    assert code == 0
    assert "make learn" in said
    assert "make test" in said
