"""Which Python files are judged at all: a repository is more than its functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_rules.cli import main
from lint_rules.engine.config import Config
from lint_rules.engine.finding import Severity
from lint_rules.engine.project import Project
from lint_rules.engine.rule import RULES, Rule
from lint_rules.engine.scan import Help, Scan
from lint_rules.engine.sources.discover import discover

HANDLER = "from shop import prices\n\n\ndef handler(event, context):\n    return prices.of(event)\n"
SECRET = 'PASSWORD = "kr3uzbergMoon-7"\n'
BROKEN = "def of(:\n"


def found(files: dict[str, str], *named: str) -> list[tuple[str, str]]:
    """Rule and path of what is found where everything but the files named was come by in a walk."""
    scan = Scan(
        [],
        {path: text.encode() for path, text in files.items()},
        Config(select=("LAM817", "LAM990", "LAM993")),
        Help(),
        walked={*files} - {*named},
    )
    assert not scan.crashes
    return [(finding.rule, finding.span.path) for finding in scan.findings]


@pytest.mark.parametrize("text", [SECRET, BROKEN])
def test_a_file_that_has_nothing_to_do_with_aws_is_nobodys_concern(text: str) -> None:
    assert found({"tools/plot.py": text, "app.py": "def handler(event, context):\n    pass\n"}) == []


@pytest.mark.parametrize(("text", "rule"), [(SECRET, "hardcoded-secret"), (BROKEN, "parse-error")])
def test_it_is_where_somebody_names_it(text: str, rule: str) -> None:
    assert found({"tools/plot.py": text}, "tools/plot.py") == [(rule, "tools/plot.py")]


@pytest.mark.parametrize(("text", "rule"), [(SECRET, "hardcoded-secret"), (BROKEN, "parse-error")])
def test_it_is_where_a_handler_imports_it(text: str, rule: str) -> None:
    files = {"app.py": HANDLER, "shop/__init__.py": "", "shop/prices.py": text, "shop/other.py": text}
    assert found(files) == [(rule, "shop/prices.py")]


def test_it_is_where_something_imports_it_that_a_handler_imports() -> None:
    files = {
        "src/app.py": HANDLER,
        "src/shop/prices.py": "from . import table\nfrom .deep.down import *\nimport json\n",
        "src/shop/table.py": SECRET,
        "src/shop/deep/__init__.py": BROKEN,
        "src/shop/deep/down.py": SECRET,
    }
    assert found(files) == [
        ("parse-error", "src/shop/deep/__init__.py"),
        ("hardcoded-secret", "src/shop/deep/down.py"),
        ("hardcoded-secret", "src/shop/table.py"),
    ]


@pytest.mark.parametrize("word", ["import boto3\n", "# noqa: LAM101\n", "# lambdalint: allow[LAM101] why\n"])
def test_it_is_where_it_speaks_of_aws_or_of_us(word: str) -> None:
    assert ("parse-error", "tools/plot.py") in found({"tools/plot.py": word + BROKEN})


def test_a_stale_suppression_is_told_though_nothing_else_is_ours() -> None:
    assert found({"plot.py": "x = 1  # noqa: LAM817\n"}) == [("unused-suppression", "plot.py")]


def test_a_stale_suppression_in_small_letters_is_not_told_of_a_quiet_file_whatever_others_hold() -> None:
    files = {"plot.py": "x = 1  # noqa: lam817\n", "app.py": "x = 1  # noqa: LAM817\n"}
    assert found(files) == [("unused-suppression", "app.py")]
    assert found(files, "plot.py") == [("unused-suppression", "app.py"), ("unused-suppression", "plot.py")]


def test_templates_and_notebooks_are_everybodys_concern() -> None:
    files = {"template.yaml": "AWSTemplateFormatVersion: '2010-09-09'\nResources: {\n", "a.ipynb": "{"}
    assert [path for _, path in found(files)] == ["a.ipynb", "template.yaml"]


def test_a_walk_tells_what_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("src/a.py", "src/b.py", "c.py"):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).touch()
    assert discover(["src/b.py", "src", "c.py"]).named == {"src/b.py", "c.py"}


def test_how_a_file_came_decides_alike_with_a_cache_and_in_processes(tmp_path: Path) -> None:
    from lint_rules.engine.cache import Cache

    for number in range(12):
        folder = tmp_path / f"f{number}"
        (folder / "shop").mkdir(parents=True)
        (folder / "app.py").write_text(HANDLER)
        (folder / "shop" / "prices.py").write_text(SECRET)
        (folder / "plot.py").write_text(BROKEN + SECRET)
    config = Config(select=("LAM817", "LAM990"))
    files = discover([str(tmp_path)]).files
    keeps = Help(cache=lambda: Cache(str(tmp_path / "kept"), "1"))
    named = Scan(files, {}, config, keeps).findings
    for help in (Help(), keeps, keeps, Help(workers=2)):
        walked = Scan(files, {}, config, help, walked={*files}).findings
        assert [finding.span.path[-14:] for finding in walked] == ["shop/prices.py"] * 12
        assert {*walked} < {*named}


def test_the_packages_around_a_handler_are_judged_alike_with_a_cache_and_in_processes(tmp_path: Path) -> None:
    from lint_rules.engine.cache import Cache

    for number in range(12):
        (tmp_path / f"f{number}" / "deep").mkdir(parents=True)
        (tmp_path / f"f{number}" / "__init__.py").write_text(BROKEN)
        (tmp_path / f"f{number}" / "deep" / "app.py").write_text("def handler(event, context):\n    pass\n")
    (tmp_path / "__init__.py").touch()
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text(BROKEN)
    config, files = Config(select=("LAM990",)), discover([str(tmp_path)]).files
    keeps = Help(cache=lambda: Cache(str(tmp_path / "kept"), "1"))
    expected = sorted(str(tmp_path / f"f{number}" / "__init__.py") for number in range(12))
    for help in (Help(), keeps, keeps, Help(workers=2)):
        scan = Scan(files, {}, config, help, walked={*files})
        assert [finding.span.path for finding in scan.findings] == expected
        assert len(scan.parts) in (1, 12)  # An empty package joins nothing.


def test_a_project_from_texts_has_no_quiet_files() -> None:
    project = Project.of({"a.py": SECRET})
    assert not project.quiet
    assert project.concerned == project.modules


def test_verbose_tells_what_has_nothing_to_do_with_aws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plot.py").write_text("x = 1\n")
    (tmp_path / "app.py").write_text(HANDLER)
    with pytest.raises(SystemExit):
        main(["check", "--verbose", "--no-cache", str(tmp_path)])
    told = capsys.readouterr().err.splitlines()
    assert f"looked at: {tmp_path}/app.py" in told
    assert f"looked at, no word of AWS in it: {tmp_path}/plot.py" in told


def test_beside_rules_of_others_every_file_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Rule(
        "ACM001", "of-others", Severity.ERROR, Project, lambda project: (), "", "0.1", "off", None, "x"
    )
    monkeypatch.setitem(RULES, "of-others", made)
    assert found({"tools/plot.py": BROKEN}) == [("parse-error", "tools/plot.py")]


def test_who_uses_a_handler_is_seen_wherever_it_stands(tmp_path: Path) -> None:
    """`asyncio.run(handler(...))` in a file without a word of AWS says that Lambda does not call it."""
    from lint_rules.engine.cache import Cache

    (tmp_path / "app.py").write_text("async def handler(event, context):\n    return {}\n")
    (tmp_path / "cli.py").write_text(
        "import asyncio\nfrom app import handler\n\nasyncio.run(handler({}, None))\n"
    )
    for number in range(10):
        (tmp_path / f"plot{number}.py").write_text("x = 1\n")
    files = discover([str(tmp_path)]).files
    for help in (Help(), Help(cache=lambda: Cache(str(tmp_path / "kept"), "1")), Help(workers=2)):
        assert Scan(files, {}, Config(select=("LAM001",)), help, walked={*files}).findings == []
    (tmp_path / "cli.py").write_text("")
    assert len(Scan(files, {}, Config(select=("LAM001",)), Help(), walked={*files}).findings) == 1
