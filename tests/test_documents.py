"""README, CONTRIBUTING and the architecture page: what they show is run, what they name is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/cloud.md",
    "docs/debugging.md",
    "docs/editors.md",
    "docs/peers.md",
)


def fences(opening):
    """The texts of the fences that open like that."""
    return re.findall(rf"^```{opening}\n(.*?)^```$", README, re.M | re.S)


def test_the_linters_answer_in_the_readme_is_what_it_answers(tmp_path):
    for language, name in (("python", "app.py"), ("yaml", "template.yaml")):
        (text,) = fences(f'{language} file="{name}"')
        (tmp_path / name).write_text(text, encoding="utf-8")
    (shown,) = fences("console")
    command, _, expected = shown.partition("\n")
    assert command.startswith("$ lambdalint ")
    done = subprocess.run(
        [Path(sys.executable).with_name("lambdalint"), *command.split()[2:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, expected)


@pytest.mark.skipif(sys.platform != "linux", reason="the cloud runs on Linux only")
def test_the_cloud_in_the_readme_runs(tmp_path):
    (code,) = fences("python run")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ('["beans", []]\n', "")


def test_the_readme_fits_a_screen_and_a_half():
    assert len(README.splitlines()) < 120


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^)make (\w+)", text, re.M)) <= targets, page


def test_the_tree_on_the_architecture_page_is_the_tree():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = re.search(r"^```\n(.*?)^```$", page, re.M | re.S)[1]
    shown, above = set(), {0: Path()}
    for line in tree.splitlines():
        indent = len(line) - len(line.lstrip())
        if indent > 8:
            continue  # a description that goes on
        for name in re.findall(
            r"(\S+/|\S+\.(?:md|toml|yaml|ipynb)|Makefile)(?:\s|$)", line.strip().split("   ")[0]
        ):
            path = above[indent] / name
            above[indent + 2] = path
            shown.add(path)
    for path in shown:
        assert list(ROOT.glob(str(path).replace("NN_slug", "[0-9]*"))), path
    packages = {
        path.parent.relative_to(ROOT)
        for package in ("lint_rules", "course")
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert len(shown) > 30
    assert packages <= shown


def test_the_layers_on_the_architecture_page_are_those_of_the_contracts():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    layers = page.partition("## Layers")[2].partition("## Habits")[0]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["id"]: one for one in settings["tool"]["importlinter"]["contracts"]}
    for contract in ("course", "lab", "cloud", "engine"):
        for line in contracts[contract]["layers"][:-1]:  # the last line is leaves
            for name in line.split(" | "):
                assert name == "cli" or re.search(rf"\b{name}\b", layers), (contract, name)
