"""Repositories that are linted together do not mean one another's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_rules import Config
from lint_rules.engine.cache import Cache
from lint_rules.engine.desk import Desk
from lint_rules.engine.repositories import by_repository
from lint_rules.engine.scan import Help, Scan

TEMPLATE = """\
Resources:
  Retry:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: retry.work
      Role: arn:aws:iam::123456789012:role/retry
      Code: {S3Bucket: builds, S3Key: retry.zip}
"""
CODE = "def work(a, b):\n    try:\n        return a['b']\n    except:\n        return None\n"


def _grouped(folder: Path, *paths: str) -> list[list[str]]:
    groups = by_repository(str(folder / path) for path in paths)
    return [[Path(path).relative_to(folder).as_posix() for path in group] for group in groups]


def test_files_of_different_repositories_are_apart(tmp_path: Path) -> None:
    for top in ("a", "b"):
        (tmp_path / top / ".git").mkdir(parents=True)
    assert _grouped(tmp_path, "a/x.py", "b/c/y.py", "a/d/z.py") == [["a/x.py", "a/d/z.py"], ["b/c/y.py"]]


def test_files_in_no_repository_are_together(tmp_path: Path) -> None:
    assert _grouped(tmp_path, "a/x.py", "b/y.py", "z.py") == [["a/x.py", "b/y.py", "z.py"]]


def test_a_submodule_belongs_to_the_repository_that_holds_it(tmp_path: Path) -> None:
    (tmp_path / "a/.git").mkdir(parents=True)
    (tmp_path / "a/sub").mkdir()
    (tmp_path / "a/sub/.git").write_text("gitdir: /home/me/worktrees/a/.git/modules/sub\n")
    assert _grouped(tmp_path, "a/x.py", "a/sub/y.py") == [["a/x.py", "a/sub/y.py"]]


def test_a_work_tree_is_a_repository_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".git").write_text(f"gitdir: /elsewhere/{name}\n")
    assert _grouped(tmp_path, "one/x.py", "two/x.py") == [["one/x.py"], ["two/x.py"]]


@pytest.mark.parametrize(
    "place", ["/elsewhere/a/.git/worktrees/tree", "../../.git/modules/sub/worktrees/tree"]
)
def test_a_work_tree_in_its_own_repository_is_one_of_its_own_too(tmp_path: Path, place: str) -> None:
    (tmp_path / "a/.git").mkdir(parents=True)
    (tmp_path / "a/trees/tree").mkdir(parents=True)
    (tmp_path / "a/trees/tree/.git").write_text(f"gitdir: {place}\n")
    assert _grouped(tmp_path, "a/x.py", "a/trees/tree/x.py") == [["a/x.py"], ["a/trees/tree/x.py"]]


def test_a_repository_in_another_is_one_of_its_own(tmp_path: Path) -> None:
    for top in ("a", "a/b"):
        (tmp_path / top / ".git").mkdir(parents=True)
    assert _grouped(tmp_path, "a/x.py", "a/b/y.py") == [["a/x.py"], ["a/b/y.py"]]


def test_paths_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for top in ("a", "b"):
        (tmp_path / top / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert by_repository(["x.py", "./d/y.py", "../b/z.py"]) == [["x.py", "./d/y.py"], ["../b/z.py"]]


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_code_in_another_repository_is_not_what_a_template_means(
    tmp_path: Path, kept: bool, apart: bool
) -> None:
    paths = _written(tmp_path)
    for top in ("a", "b") if apart else ():
        (tmp_path / top / ".git").mkdir()
    assert _found(tmp_path, paths, kept) == ([] if apart else ["retry.py"])


def test_what_is_kept_of_a_run_is_not_taken_for_that_of_other_repositories(tmp_path: Path) -> None:
    paths = _written(tmp_path)
    assert _found(tmp_path, paths, True) == ["retry.py"]
    for top in ("a", "b"):
        (tmp_path / top / ".git").mkdir()
    assert _found(tmp_path, paths, True) == []
    (tmp_path / "a" / ".git").rmdir()
    (tmp_path / "b" / ".git").rmdir()
    assert _found(tmp_path, paths, True) == ["retry.py"]


def _written(folder: Path) -> list[str]:
    """The paths of a template in one folder and of code in another, with some more."""
    files = {"a/template.yaml": TEMPLATE, "b/retry/retry.py": CODE}
    files |= {f"c/{number}.py": "" for number in range(10)}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return sorted(str(folder / path) for path in files)


def _found(folder: Path, paths: list[str], kept: bool) -> list[str]:
    """The files in which something is found."""
    help = Help(cache=(lambda: Cache(str(folder / "cache"), "any")) if kept else None)
    return [Path(finding.span.path).name for finding in Scan(paths, {}, _Same(), help).findings]


@pytest.mark.parametrize("apart", [False, True])
def test_an_editor_keeps_repositories_apart_too(tmp_path: Path, apart: bool) -> None:
    _written(tmp_path)
    (tmp_path / "lambdalint.toml").write_text('select = ["LAM402"]\n')
    for top in ("a", "b") if apart else ():
        (tmp_path / top / ".git").mkdir()
    assert len(_seen(tmp_path / "b/retry/retry.py")) == (0 if apart else 1)


def test_an_editor_takes_a_submodule_for_a_part_of_the_repository_that_holds_it(tmp_path: Path) -> None:
    (tmp_path / "a/.git").mkdir(parents=True)
    (tmp_path / "a/sub").mkdir()
    (tmp_path / "a/sub/.git").write_text("gitdir: ../.git/modules/sub\n")
    (tmp_path / "a/template.yaml").write_text(TEMPLATE)
    (tmp_path / "a/sub/retry.py").write_text(CODE)
    assert "bare-except" in _seen(tmp_path / "a/sub/retry.py")


def _seen(path: Path) -> list[str]:
    """The rules that find something in a file when an editor has it open."""
    desk = Desk()
    desk.put(str(path), path.read_text())
    return [finding.rule for finding in desk.look(str(path))[1]]


class _Same:
    """One configuration for every file."""

    def of(self, path: str) -> Config:
        return Config(select=("LAM402",))
