"""The hook that `.pre-commit-hooks.yaml` declares, run by pre-commit itself on a repository made for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).parent / "pre-commit"
OUT_OF_REACH = (
    "No matching distribution",
    "Failed to establish",
    "Could not fetch",
    "ConnectionError",
    "Temporary failure",
)
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Policies:
        - Version: "2012-10-17"
          Statement:
            - {Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::photos/*"}
"""

pytestmark = [
    pytest.mark.skipif(not shutil.which("git"), reason="git is not installed"),
    pytest.mark.skipif(not PRE_COMMIT.exists(), reason="pre-commit is not installed"),
]


def git(folder: Path, *args: str) -> str:
    # A hook of an outer repository may have set variables that name its index.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *args], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "all")
    return git(folder, "rev-parse", "HEAD")


def configuration(address: str, revision: str) -> str:
    """What README.md says to write, with what its reader puts in."""
    (shown,) = re.findall(
        r"^```yaml\n(repos:\n.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S
    )
    (repository,) = yaml.safe_load(shown)["repos"]
    return (
        str(shown)
        .replace(repository["repo"], address)
        .replace(f"rev: {repository['rev']}", f"rev: {revision}")
    )


def test_the_hook_finds_defects_in_what_is_committed_and_lets_the_rest_pass(tmp_path):
    ours = tmp_path / "lambdalint"
    ours.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, ours)
    for package in ("lint_rules", "course", "labextension"):
        shutil.copytree(ROOT / package, ours / package, ignore=shutil.ignore_patterns("__pycache__"))
    revision = commit(ours)

    theirs = tmp_path / "project"
    (theirs / "tests").mkdir(parents=True)
    (theirs / "template.yaml").write_text(TEMPLATE)
    (theirs / "broken.py").write_text("def (\n")
    (theirs / "tests/test_broken.py").write_text("def (\n")
    (theirs / "app.py").write_text("def handler(event, context):\n    return {}\n")
    (theirs / ".pre-commit-config.yaml").write_text(
        configuration(ours.as_uri(), revision) + "        args: [--output-format=concise]\n"
    )
    git(theirs, "init", "--quiet")
    git(theirs, "add", "--all")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["PRE_COMMIT_HOME"] = str(tmp_path / "cache")
    environment.pop("PYTHONPATH", None)

    def hook(*files: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PRE_COMMIT, "run", "--files", *files],
            cwd=theirs,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    first = hook("template.yaml", "broken.py", "tests/test_broken.py")
    if first.returncode and any(words in first.stdout + first.stderr for words in OUT_OF_REACH):
        pytest.skip("pre-commit could not install the hook: the package index is out of reach")
    assert first.returncode == 1, first.stdout + first.stderr
    found = [line for line in first.stdout.splitlines() if ": LAM" in line]
    assert [(line.partition(" ")[0], line.rpartition(" ")[2]) for line in found] == [
        ("broken.py:1:5:", "(parse-error)"),
        ("template.yaml:12:39:", "(action-star)"),
    ]
    clean = hook("app.py")
    assert (clean.returncode, "Passed" in clean.stdout) == (0, True)
