"""The quick reader of arguments and the command line library agree, and what neither can read is told in full."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path

import pytest

from lint_rules.commands import linting
from lint_rules.commands.arguments import read
from lint_rules.commands.options import OPTIONS, Request


def slowly(arguments):
    """The request as the command line library reads it."""
    seen = []
    command = linting.linting_command("check", "Check.", lambda request: seen.append(request) or 0)
    command.main(list(arguments), standalone_mode=False)
    return seen[0]


def spellings():
    for option in OPTIONS:
        value = option.choices[0] if option.choices else "2" if option.number else "some-value"
        for flag in option.flags:
            if not option.takes:
                yield [flag]
            else:
                yield [flag, value]
                if flag.startswith("--"):
                    yield [f"{flag}={value}"]
        if option.opposite:
            yield [option.opposite]


@pytest.mark.parametrize("words", [*spellings(), ["-"], ["--", "-q"], ["a", "--", "--fix"], []], ids=" ".join)
def test_both_read_the_same(words):
    arguments = ["one.py", *words, "two.py"] if words[:1] not in (["--"], ["a"]) else words
    assert read(arguments) == slowly(arguments)


def test_both_read_the_same_in_any_mixture():
    chance = random.Random(7)
    known = [*spellings()]
    for _ in range(100):
        arguments = [*itertools.chain(*chance.sample(known, 5)), "path"]
        assert read(arguments) == slowly(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["--nope"],
        ["--sel", "x"],
        ["--select"],
        ["--select", "--fix"],
        ["--output-format", "xml"],
        ["--fix=yes"],
        ["-qv"],
        ["-j", "many"],
        ["-j", "-1"],
    ],
)
def test_what_is_not_plainly_right_is_left_to_the_library(arguments):
    assert read(arguments) is None


def test_every_field_of_a_request_has_an_option():
    assert {option.field for option in OPTIONS} == {*Request._fields} - {"paths"}


@pytest.mark.parametrize("command", ["check", "fix", "baseline", "config", "clean", "explain", "rules"])
def test_every_command_has_help_and_its_own_words(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: lambdalint {command} ")
    assert command in run("--help")[1]


def test_short_switches_may_stand_together(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("x = 1\n")
    assert run("check", "-qn", "a.py") == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("fix",), "no files given"),
        (("fix", ".", "--fix"), "no option --fix."),
        (("check", "-j", "x", "."), "Invalid value for '--workers'"),
        (("baseline", "."), ""),
        (("clean", "nope"), "nope: no such folder"),
        (("confg",), 'no command "confg". Did you mean "config"?'),
        (("check", "-", "--watch"), "--watch cannot watch standard input"),
    ],
)
def test_slips_are_one_line(run, tmp_path, monkeypatch, arguments, line):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(*arguments)
    if line:
        assert (code, err.count("\n")) == (2, 1)
        assert err.startswith(f"error: {line}")
    else:
        assert code == 0


@pytest.mark.parametrize(
    ("arguments", "missing", "line"),
    [
        (("server",), "pygls.lsp.server", 'the server needs pygls: pip install "lambdalint[server]"'),
        (
            ("check", ".", "--scheduler", "tcp://127.0.0.1:1"),
            "dask.distributed",
            '--scheduler needs Dask: pip install "lambdalint[dask]"',
        ),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(run, tmp_path, monkeypatch, arguments, missing, line):
    monkeypatch.chdir(tmp_path)
    for number in range(10):
        Path(f"a{number}.py").write_text("x = 1\n")
    monkeypatch.delitem(sys.modules, "lint_rules.commands.language", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    code, out, err = run(*arguments)
    assert (code, out, err) == (2, "", f"error: {line}\n")
