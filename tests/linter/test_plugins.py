"""Rules of other packages: found by their entry point, held to the same form, never half loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RULE = '''
"""ACME001."""
from lint_rules import Finding, Module, rule

@rule("{code}", looks_at=Module, severity="warning", since="1.0")
def {name}(module):
    """A module says nothing."""
    if not module.text.strip():
        return
    yield Finding("says something", module.span(module.tree.body[0]))
'''


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "work/app.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path / "work")
    return folder


def install(site, code="ACME001", name="says_something", text=None, module="acme_rules"):
    (site / module).mkdir()
    (site / module / "__init__.py").write_text("")
    (site / module / f"{name}.py").write_text(text or RULE.format(code=code, name=name))
    info = site / f"{module}-1.2.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(
        f"[console_scripts]\nx = y:z\n\n[lambdalint.rules]\nacme = {module}\n"
    )


def lambdalint(site, *args):
    done = subprocess.run(
        [sys.executable, "-m", "lint_rules", *args],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_rule_of_a_plugin_is_a_rule(site):
    assert lambdalint(site, "check", ".")[0] == 0
    install(site)
    code, out, err = lambdalint(site, "check", ".", "--output-format", "concise")
    assert (code, err) == (1, "")
    assert out.startswith("app.py:1:1: ACME001 says something (says-something)\n")
    assert "ACME001  says-something" in lambdalint(site, "rules")[1]
    assert "A module says nothing." in lambdalint(site, "explain", "says-something")[1]
    for words in ("ACME", "ACME001", "says-something"):
        assert lambdalint(site, "check", ".", "--ignore", words)[0] == 0
        assert lambdalint(site, "check", ".", "--select", words)[0] == 1
    Path("app.py").write_text("x = 1  # noqa: ACME001\n")
    assert lambdalint(site, "check", ".")[0] == 0
    Path("app.py").write_text("x = 1  # lambdalint: allow[says-something]\n")
    assert lambdalint(site, "check", ".")[0] == 0


def test_another_state_of_a_plugin_has_other_answers(site):
    for number in range(9):
        Path(f"a{number}.py").write_text("")
    install(site)
    assert "says something" in lambdalint(site, "check", ".")[1]
    file = site / "acme_rules/says_something.py"
    file.write_text(file.read_text().replace("says something", "speaks up"))
    assert "speaks up" in lambdalint(site, "check", ".")[1]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            {"text": "import nothing_of_that_name\n"},
            "ModuleNotFoundError: No module named 'nothing_of_that_name'",
        ),
        ({"text": "def (\n"}, "SyntaxError"),
        (
            {"code": "LAM101"},
            "ValueError: LAM101 says-something and LAM101 client-init-in-handler have something",
        ),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_one_line(site, made, words):
    install(site, **made)
    code, out, err = lambdalint(site, "check", ".")
    assert (code, out) == (2, "")
    assert err.startswith("error: the plugin acme (acme_rules-1.2.dist-info) cannot be loaded: ")
    assert words in err
    assert err.count("\n") == 1


def test_a_broken_list_of_entry_points_is_nobodys_plugin(site):
    install(site)
    (site / "acme_rules-1.2.dist-info/entry_points.txt").write_text("lambdalint.rules\n= [\n")
    assert lambdalint(site, "check", ".")[0] == 0
