"""What a look at a few words of a text spares loses no finding: gated and ungated runs say the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lint_rules import Config, Finding, Project, Rule, lint, load_rules
from lint_rules.engine import triggers
from lint_rules.engine.analysis import shapes
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.markdown import sections
from lint_rules.engine.templates import in_code, reading
from lint_rules.engine.templates.boto3_calls import resources_in_module
from lint_rules.engine.templates.cdk import stacks_in_module

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r'```\w+ file="([^"]+)"\n(.*?)```', re.DOTALL)


def examples() -> dict[str, dict[str, str]]:
    """The files of every example of every rule, and of the cases beside them, by a name for each."""
    texts = {rule.name: rule.doc for rule in load_rules().values()}
    texts.update(
        {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests/linter/cases").glob("*.md")}
    )
    found: dict[str, dict[str, str]] = {}
    for name, text in texts.items():
        for number, (path, content) in enumerate(FENCE.findall(text)):
            found[f"{name} {number}"] = {path: content}
    return found


def together() -> dict[str, dict[str, str]]:
    """The same, but the files of an example in one project."""
    texts = {rule.name: rule.doc for rule in load_rules().values()}
    texts.update(
        {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests/linter/cases").glob("*.md")}
    )
    return {
        f"{name} {section.title} {number}": files
        for name, text in texts.items()
        for section in sections(text)
        for number, (files, _) in enumerate(section.examples())
    }


def everything(files: dict[str, str]) -> list[Finding]:
    return lint(Project.of(files), Config(select=("ALL",)))


def ungate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open every gate: each text is parsed, and every rule is asked about everything."""
    monkeypatch.setattr(triggers.Triggers, "worth", lambda self, rule, subjects: subjects)
    monkeypatch.setattr(shapes, "may_hold_handler", lambda text: True)
    monkeypatch.setattr(
        reading,
        "_is_template_text",
        lambda text: bool(reading._RESOURCES.search(text) or reading._FLOW.search(text)),
    )
    monkeypatch.setattr(reading, "is_serverless", lambda text: True)
    monkeypatch.setattr(reading, "_is_policy_text", lambda text: True)
    monkeypatch.setattr(
        in_code, "templates_in_module", lambda code: stacks_in_module(code) + resources_in_module(code)
    )


def test_examples_say_the_same_with_every_gate_open(monkeypatch: pytest.MonkeyPatch) -> None:
    files = examples()
    assert len(files) > 100
    gated = {name: everything(one) for name, one in files.items()}
    assert any(gated.values())
    ungate(monkeypatch)
    assert {name: everything(one) for name, one in files.items()} == gated


def test_one_application_says_the_same_with_every_gate_open(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ROOT / "tests" / "linter" / "same_app"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
    gated = everything(files)
    ungate(monkeypatch)
    assert everything(files) == gated


def test_code_without_any_word_of_lambda_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        str(path): path.read_text(encoding="utf-8") for path in (ROOT / "lint_rules").glob("engine/**/*.py")
    }
    gated = everything(files)
    ungate(monkeypatch)
    assert everything(files) == gated


def test_rules_say_the_same_when_asked_about_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    projects = together()
    # Beside a large file nothing is told from the project as a whole, so that both ways are compared.
    large = {"large.py": "#" * 250_000}
    gated = {name: everything(files) for name, files in projects.items()}
    beside = {name: everything(files | large) for name, files in projects.items() if len(files) > 1}
    assert len(beside) > 50
    monkeypatch.setattr(triggers.Triggers, "worth", lambda self, rule, subjects: subjects)
    assert {name: everything(files) for name, files in projects.items()} == gated
    assert {name: everything(files | large) for name, files in projects.items() if len(files) > 1} == beside


@pytest.mark.parametrize(
    "rule", [rule for rule in load_rules().values() if rule.triggers], ids=lambda rule: rule.code
)
def test_triggers_are_words_and_each_bad_example_holds_one(rule: Rule) -> None:
    assert all(len(word) > 1 and not re.search(r"\s", word) for word in rule.triggers)
    assert len({*rule.triggers}) == len(rule.triggers)
    bad = [
        files for section in sections(rule.doc) if section.title == "Bad" for files, _ in section.examples()
    ]
    assert bad
    for files in bad:
        assert any(word in text for text in files.values() for word in rule.triggers)


def test_a_rule_without_its_words_is_not_even_imported() -> None:
    code = (
        "import sys; from lint_rules import *; from lint_rules import lint, Project;"
        "lint(Project.of({'app.py': 'def handler(event, context):\\n    return 1\\n'}));"
        "print('lint_rules.errors.bare_except' in sys.modules, 'lint_rules.handler.handler_signature' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


CALLING = "from {name} import work\ndef handler(event, context):\n    return work(event)\n"
CALLED = "def work(event):\n    try:\n        return event['a']\n    except:\n        return None\n"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("other", "a/other.py"),
        ("other", "other.py"),
        (".other", "a/other.py"),
        ("deep.down", "deep/down/__init__.py"),
    ],
)
def test_words_of_code_that_a_handler_imports_count_too(name: str, place: str) -> None:
    files = {"a/app.py": CALLING.format(name=name), place: CALLED, "large.py": "#" * 250_000}
    project = Project.of(files)
    assert _says(files, "except")
    assert [finding.span.path for finding in lint(project, Config(select=("LAM402",)))] == [place]


def _says(files: dict[str, str], word: str) -> bool:
    """Whether the first module, or what it imports, has a word."""
    project = Project.of(files)
    return Codebase(project.modules).wording.says(project.modules[0], (word,))


@pytest.mark.parametrize("line", ["import shared", "from shared import work", "import shared as other, os"])
def test_words_of_layers_count_too(line: str) -> None:
    assert _says({"a/app.py": f"{line}\n", "layer/python/shared.py": CALLED}, "except")


@pytest.mark.parametrize(
    "line", ["import deep", "from deep import er", "from . import deep", "import deep as d"]
)
def test_words_of_what_lies_in_an_imported_folder_count_too(line: str) -> None:
    assert _says({"a/app.py": f"{line}\n", "a/deep/er/down.py": CALLED}, "except")


def test_words_of_what_nobody_imports_do_not_count() -> None:
    files = {"a/app.py": "import os, json as j\nfrom boto3 import client\n", "b/boto3/client.py": CALLED}
    assert not _says({**files, "a/b.py": CALLED, "c.py": CALLED}, "except")


def test_the_code_of_a_library_known_by_name_is_not_looked_into_though_it_lies_beside() -> None:
    calling = "from redis import work\ndef handler(event, context):\n    return work(event)\n"
    own = {"app.py": calling, "redis.py": CALLED}
    theirs = {"app.py": calling, "redis/__init__.py": CALLED}
    # Each of these libraries has something in its `__init__.py`.
    inner = calling.replace("redis", "redis.store")
    own_package = {"app.py": inner, "redis/__init__.py": "\n", "redis/store.py": CALLED}
    theirs_too = {"app.py": inner, "redis/__init__.py": "from redis import store\n", "redis/store.py": CALLED}
    for files, paths in (
        (own, ["redis.py"]),
        (theirs, []),
        (own_package, ["redis/store.py"]),
        (theirs_too, []),
    ):
        found = lint(Project.of(files), Config(select=("LAM402",)))
        assert [finding.span.path for finding in found] == paths


def test_names_in_wide_letters_are_the_same_names() -> None:
    text = "import \uff42oto3\ndef handler(event, context):\n    return \uff42oto3.client('s3')\n"
    assert [finding.rule for finding in lint(Project.of({"app.py": text}), Config(select=("LAM101",)))] == [
        "client-init-in-handler"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "def handler(event, context): pass",
        "import x\r\nasync def handler(\r\n    event,\r\n    context,\r\n): pass",
        "x = 1\rdef handler(event, context): pass",
        "x = 1\n\fdef handler(event, context): pass",
        "x = 1\ndef main(  # why\n    event, context): pass",
        "x = 1\nasync \\\n def \\\n main \\\n ( \\\n EVENT, context): pass",
        "x = 1\ndef handler(\uff45vent, context): pass",
        "@logger.inject_lambda_context\ndef f(a, b): pass",
        "x = 1\ndef f(a: int, b: str): pass\ndef handler(e, ctx): pass",
    ],
)
def test_every_way_to_write_a_handler_passes_the_gate(text: str) -> None:
    assert Project.of({"app.py": text}).handlers
    assert shapes.may_hold_handler(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "class A:\n    def handler(self, event, context): pass",
        "x = 1\ndef add(left, right): pass",
        "x = 1\ndef undefined(*, event): pass\n",
    ],
)
def test_what_defines_no_function_of_the_shape_is_not_parsed(text: str) -> None:
    project = Project.of({"app.py": text})
    assert not project.handlers
    if "*" not in text:
        assert not shapes.may_hold_handler(text)


@pytest.mark.parametrize(
    "text", ["def f(:\n", "x = (\n", "nonlocal x\n", "return 1\n", "x = '\\d'\n", "x = 1\n"]
)
def test_errors_are_those_of_the_parser_though_no_tree_is_made(text: str) -> None:
    unasked, asked = Project.of({"a.py": text}), Project.of({"a.py": text})
    assert [module.tree is None for module in asked.modules] == [bool(asked.problems)]
    assert unasked.problems == asked.problems


def test_what_a_plain_handler_does_not_need_is_not_imported() -> None:
    code = (
        "import sys; from lint_rules import Project, lint;"
        "lint(Project.of({'app.py': 'def handler(event, context):\\n    return {}\\n'}));"
        "print(*(name for name in sys.modules if name.startswith(('lint_rules.', 'typing', 'json', 'libcst'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name.removeprefix("lint_rules.engine.") for name in done.stdout.split()}
    assert "analysis.behaviour" in names
    needless = {
        "typing",
        "json",
        "libcst",
        "access.access",
        "analysis.interpreter",
        "analysis.aws_use",
        "deployments",
    }
    assert not needless & names


@pytest.mark.parametrize("folder", ["engine", "commands"])
def test_typing_and_compiled_expressions_are_taken_where_they_cost_nothing(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: use lint_rules.engine.{'typed' if 'typing' in line else 'regex'}"
        for path in (ROOT / "lint_rules" / folder).rglob("*.py")
        if path.name not in ("typed.py", "regex.py")
        for line in path.read_text(encoding="utf-8").split("\n")
        if re.match(r"from typing import|[_A-Z]+ = re\.compile\(", line)
    ]
    assert wrong == []


@pytest.mark.parametrize("header", ["()", "( )", "(*, event)", "(*event)", "(**context)"])
def test_functions_without_a_first_parameter_are_not_parsed(header: str) -> None:
    assert not shapes.may_hold_handler(f"x = 1\ndef main{header}:\n    pass\n")


def test_functions_whose_second_parameter_is_no_context_are_not_parsed() -> None:
    assert not shapes.may_hold_handler("x = 1\ndef send(message, url):\n    context = _ = 1\n")
    assert shapes.may_hold_handler(
        "x = 1\ndef handler(\n    event: dict[str, str] = {},\n    _: object = None,\n):\n"
    )
    assert shapes.may_hold_handler("x = 1\ndef handler(\n    event,  # One of:\n    context,\n):\n")
    assert shapes.may_hold_handler("x = 1\ndef handler(event:\n            dict, context):\n    pass\n")
