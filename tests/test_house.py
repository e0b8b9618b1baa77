"""The house rules, each held by a check: layers, sizes, derived files, clocks, style, types, and what is shipped."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from course.lab.build import build_all

ROOT = Path(__file__).resolve().parents[1]
CODE = ("lint_rules", "course", "tests", "benchmarks", "scripts")
LONGEST = 300
TOPICS = {
    path.parent.name
    for path in (ROOT / "lint_rules").glob("*/__init__.py")
    if path.parent.name not in ("engine", "commands")
}
BREACHES = {
    "the linter imports the course": (
        "lint_rules/state/client_init_in_handler.py",
        "import course.errors",
        "The linter imports neither the course",
    ),
    "a rule imports a rule": (
        "lint_rules/state/client_init_in_handler.py",
        "import lint_rules.state.event_data_in_global",
        "No rule imports another rule",
    ),
    "a rule reaches into the engine": (
        "lint_rules/state/client_init_in_handler.py",
        "import lint_rules.engine.lint",
        "A rule uses the public names",
    ),
    "the engine imports a topic": (
        "lint_rules/engine/lint.py",
        "import lint_rules.state.client_init_in_handler",
        "commands above rules above engine",
    ),
    "a value imports what uses it": (
        "lint_rules/engine/finding.py",
        "import lint_rules.engine.lint",
        "Inside the linter's engine",
    ),
    "the course reaches into the linter's engine": (
        "course/lab/remarks.py",
        "import lint_rules.engine.lint",
        "through its front door",
    ),
    "the cloud imports a lab": ("course/cloud/model.py", "import course.lab.shelf", "Inside the course"),
    "a lab's document imports the grade": (
        "course/lab/document.py",
        "import course.lab.grade",
        "Inside the lab",
    ),
    "the engine of the cloud imports moto": (
        "course/cloud/engine/invoke.py",
        "import moto",
        "Only moto_bridge imports moto",
    ),
    "the clock imports the engine": (
        "course/cloud/clock.py",
        "import course.cloud.engine.invoke",
        "Inside the cloud",
    ),
    "a new file has no place": ("course/cloud/stray.py", "", "Inside the cloud"),
}


def tool(name, *arguments, cwd=ROOT):
    """Run a program of this Python's environment: exit code and everything it said."""
    program = Path(sys.executable).with_name(name)
    done = subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd), "COLUMNS": "200", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def python_files():
    return [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]


def test_the_layers_hold():
    code, said = tool("lint-imports", "--no-cache")
    assert code == 0, said


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_of_the_layers_is_found(breach, tmp_path):
    place, line, contract = BREACHES[breach]
    for folder in ("lint_rules", "course"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / place).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    code, said = tool("lint-imports", "--no-cache", cwd=tmp_path)
    assert code == 1, said
    assert re.search(rf"{contract}.* BROKEN", said)


def test_every_topic_is_in_the_contracts_about_rules():
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert TOPICS
    for topic in TOPICS:
        assert f'"lint_rules.{topic}.*",' in settings
        assert f'"lint_rules.{topic}",' in settings


def test_no_python_file_is_longer_than_300_lines():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert len(sizes) > 100
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LONGEST} == {}


def test_every_module_says_what_it_is():
    without = []
    for path in python_files():
        text = path.read_text(encoding="utf-8").lstrip()
        if text and not text.startswith(('"""', 'r"""', "#!")):
            without.append(str(path.relative_to(ROOT)))
    assert without == []


def test_the_notebooks_are_what_their_sources_say():
    assert build_all(ROOT, check=True) == []


def test_the_rules_page_is_what_the_rules_say():
    code, said = tool("lambdalint", "rules", "--output-format", "markdown")
    assert code == 0
    assert (ROOT / "lint_rules" / "RULES.md").read_text(encoding="utf-8") == said


def test_ruff_has_nothing_to_say():
    code, said = tool("ruff", "check", "--no-cache", ".")
    assert code == 0, said
    code, said = tool("ruff", "format", "--no-cache", "--check", ".")
    assert code == 0, said


@pytest.mark.parametrize(
    "line",
    [
        "import time\ntime.time()",
        "from time import sleep\nsleep(1)",
        "import time as t\nt.monotonic()",
        "from datetime import datetime\ndatetime.now()",
        "import threading\nthreading.Timer(1, print)",
    ],
)
@pytest.mark.parametrize(
    "place", ["course/lab/grade.py", "lint_rules/engine/lint.py", "course/cloud/clock.py"]
)
def test_only_the_clock_reads_the_clock(line, place):
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ruff"),
            "check",
            "--no-cache",
            "--select",
            "TID251",
            f"--stdin-filename={place}",
            "-",
        ],
        cwd=ROOT,
        input=line,
        capture_output=True,
        text=True,
    )
    assert ("TID251" in done.stdout) is (place != "course/cloud/clock.py")


def test_mypy_has_nothing_to_say():
    code, said = tool("mypy")
    assert code == 0, said


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The names in the wheel and in the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = archive.namelist()
    with tarfile.open(source) as archive:
        in_source = [name.partition("/")[2] for name in archive.getnames()]
    return in_wheel, in_source


def tracked(*folders):
    """The files under version control below these folders, or, outside of a checkout, those that are there."""
    done = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        return {name for name in done.stdout.split("\0") if name and (ROOT / name).exists()}
    return {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_both_packages_and_the_labs_and_nothing_else(shipped):
    in_wheel, _ = shipped
    shared = {name for name in in_wheel if ".data/" in name}  # goes to share/ of the environment
    assert {name.partition("/")[0] for name in {*in_wheel} - shared if ".dist-info/" not in name} == {
        "lint_rules",
        "course",
    }
    extension = {name.replace("labextension/", "", 1) for name in tracked("labextension")}
    assert {
        name.partition("/data/share/jupyter/labextensions/lambdalint/")[2] for name in shared
    } == extension
    assert tracked("lint_rules", "course") <= set(in_wheel)
    labs = {name.replace("labs/", "course/labs_data/", 1) for name in tracked("labs")}
    assert {name for name in in_wheel if name.startswith("course/labs_data/")} == labs
    assert {"lint_rules/py.typed", "course/py.typed", "course/labs_data/01_hello_event/lab.ipynb"} <= set(
        in_wheel
    )


def test_the_sdist_holds_what_the_wheel_is_made_of_and_nothing_else(shipped):
    _, in_source = shipped
    assert {name.partition("/")[0] for name in in_source} == {
        *("lint_rules", "course", "labs", "labextension"),
        *("CHANGELOG.md", "README.md", "LICENSE", "pyproject.toml", ".gitignore", "PKG-INFO"),
    }
    assert tracked("lint_rules", "course", "labs", "labextension") <= set(in_source)


def test_no_answer_is_shipped(shipped):
    for names in shipped:
        assert [name for name in names if "solution" in name or name.endswith("lab.md")] == []


def test_the_change_log_names_this_version():
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)[
        1
    ]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
