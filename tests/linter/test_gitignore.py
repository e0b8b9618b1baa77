"""What .gitignore files leave out of a walk; git itself is asked whether it agrees."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lint_rules.engine.sources.discover import Walk, discover

PATHS = (
    *(
        "a.py",
        "b.py",
        "gen/a.py",
        "gen/deep/b.py",
        "src/gen/c.py",
        "src/a.py",
        "src/out/x.py",
        "src/out/keep.py",
    ),
    *(
        "my file.py",
        "x1.py",
        "xa.py",
        "deep/er/a.py",
        "deep/er/still/a.py",
        "#odd.py",
        "!odd.py",
        "src/[ab].py",
    ),
)


def files(folder, **walk):
    found = discover([str(folder)], of=lambda *_: Walk(**walk))
    return sorted(path.removeprefix(f"{folder}/") for path in found.files)


def plant(folder, *patterns, inside="", more=()):
    for path in PATHS:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("")
    (folder / ".gitignore").write_text("\n".join(patterns) + "\n")
    if inside:
        (folder / inside / ".gitignore").write_text("\n".join(more) + "\n")


@pytest.fixture
def repository(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


@pytest.mark.parametrize(
    "patterns",
    [
        ["gen"],
        ["gen/"],
        ["/gen"],
        ["a.py/"],
        ["src/gen"],
        ["*.py"],
        ["*.py", "!a.py"],
        ["gen/*", "!gen/a.py"],
        ["gen/", "!gen/a.py"],
        ["**/gen"],
        ["src/**"],
        ["src/**/x.py"],
        ["deep/**/a.py"],
        ["x[0-9].py"],
        ["x[!0-9].py"],
        ["x?.py"],
        ["my\\ file.py"],
        ["my file.py  "],
        ["\\#odd.py", "# a comment", ""],
        ["\\!odd.py"],
        ["*a.py", "!*a.py", "xa.py"],
        ["src/\\[ab\\].py"],
        ["/**/er"],
        ["deep/*/still"],
        ["["],
    ],
)
def test_git_agrees(repository, patterns):
    plant(repository, *patterns)
    asked = subprocess.run(
        ["git", "-C", repository, "ls-files", "-z", "--others", "--exclude-standard", "*.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert files(repository) == sorted(filter(None, asked.stdout.split("\0")))


def test_a_deeper_file_decides_before_one_further_up(repository):
    plant(repository, "x.py", "keep.py", inside="src/out", more=["!keep.py"])
    assert "src/out/keep.py" in files(repository)
    assert "src/out/x.py" not in files(repository)


def test_files_above_the_walked_folder_count_up_to_the_repository(repository):
    (repository.parent / ".gitignore").write_text("a.py\n")
    plant(repository, "x.py")
    assert files(repository / "src") == ["[ab].py", "a.py", "gen/c.py", "out/keep.py"]


def test_outside_of_a_repository_nothing_is_ignored(tmp_path):
    plant(tmp_path, "*.py")
    assert len(files(tmp_path)) == len(PATHS)


def test_what_is_ignored_is_told_and_may_be_looked_at_all_the_same(repository):
    plant(repository, "gen/")
    found = discover([str(repository)])
    assert found.left_out == [
        (f"{repository}/gen", "ignored by git"),
        (f"{repository}/src/gen", "ignored by git"),
    ]
    assert len(files(repository, gitignore=False)) == len(PATHS)
    assert discover([f"{repository}/gen/a.py"]).files == [f"{repository}/gen/a.py"]
