"""Typing into a module keeps most of its tree, and the result is the tree of the whole text."""

from __future__ import annotations

import ast
import random
import sys
import warnings
from pathlib import Path

import pytest

import lint_rules
from lint_rules.engine.desk import Desk
from lint_rules.engine.sources.retyping import tree_after

MODULE = '''\
"""A module."""
import os; import sys

@first
@second(
    3)
def one(a, b=f"{os}"):
    """Says."""
    return a


class Two:
    x = 1

    def y(self): return (
        self.x)
if os:
    three = """
    text
"""
# The end
four = 4
'''
TYPED = (
    "#",
    "x",
    '"',
    "'",
    '"""',
    "(",
    ")",
    ":",
    " ",
    "    ",
    "\\",
    "else:",
    "@a ",
    'f"{x}"',
    "=",
    "é",
    ";",
    "async ",
)


def parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def dumped(tree: ast.AST) -> str:
    return ast.dump(tree, include_attributes=True)


def put(old: str, text: str, at: str) -> str:
    """The module with `text` before `at`."""
    assert old.count(at) == 1
    return old.replace(at, text + at)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("_", "one(a"),
        ("third.", "second("),
        ("1", "3)"),
        ("longer ", "Says."),
        (" + 1", "\n\n\nclass Two"),
        ("é", "text\n"),
        ("; z = 2", "\n\n    def y"),
        ("c, ", "b=f"),
        ("  # why", "\n# The end"),
        (" still", "\nfour"),
        ("2", "4\n"),
        ("_", "sys"),
        ("Still ", "A module."),
    ],
)
def test_what_is_typed_in_a_line_is_read_with_the_statements_around_it_alone(text, at):
    new = put(MODULE, text, at)
    made = tree_after(parsed(MODULE), MODULE, new, parsed)
    assert made is not None
    assert dumped(made) == dumped(parsed(new))


def test_statements_elsewhere_keep_their_nodes():
    before = parsed(MODULE)
    made = tree_after(before, MODULE, put(MODULE, "_", "one(a"), parsed)
    assert made is not None
    same = [one is other for one, other in zip(before.body, made.body, strict=True)]
    assert same == [True, True, True, False, True, True, True]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("\n", "class Two"),  # A line more.
        ('"""', "text\n"),  # The rest becomes something else.
        ("    ", "four"),  # It belongs to the statement before.
        ("else: ", "four"),
        ("(", "4\n"),
        ("\\", "\n# The end"),
        ("@", "# The end"),
    ],
)
def test_what_changes_more_than_that_is_read_whole(text, at):
    assert tree_after(parsed(MODULE), MODULE, put(MODULE, text, at), parsed) is None


@pytest.mark.parametrize("odd", ["x = 1 + \\\n    2\n", "x = 1\r\n", "\f\nx = 1\n"])
def test_a_text_with_odd_lines_is_read_whole(odd):
    assert tree_after(parsed(MODULE + odd), MODULE + odd, put(MODULE + odd, "_", "one(a"), parsed) is None


def test_the_tree_is_that_of_the_whole_text_whatever_is_typed():
    chance = random.Random(3)
    files = sorted(Path(lint_rules.__file__).parent.glob("engine/**/*.py"))
    kept = 0
    for path in chance.sample(files, 40):
        old = path.read_text(encoding="utf-8")
        before = parsed(old)
        for _ in range(8):
            at = chance.randrange(len(old))
            gone = chance.randrange(4) if chance.random() < 0.4 else 0
            new = old[:at] + chance.choice(TYPED) + old[at + gone :]
            made = tree_after(before, old, new, parsed)
            if made is not None:
                kept += 1
                assert dumped(made) == dumped(parsed(new)), (path.name, at, new[at - 20 : at + 20])
    assert kept > 60


def test_an_editor_has_the_findings_of_the_whole_text_after_each_key(tmp_path):
    path = str(tmp_path / "app.py")
    text = (
        "import boto3\n\n\ndef handler(event, context):\n    s = boto3.client('s3')\n\n\n"
        "def other(a=[]):\n    return a\n"
    )
    desk = Desk()
    desk.put(path, text)
    desk.look(path)
    seen = set()
    for typed in (
        "    s",
        "    sq",
        "    sqs",
        "    sqs.",
        "    sqs.x",
        "    sqs.x(",
        "    sqs.x()",
        "    return 1",
    ):
        now = text.replace("\n\n\ndef other", f"\n{typed}\n\ndef other")
        desk.put(path, now)
        whole = Desk()
        whole.put(path, now)
        found = desk.look(path)[1]
        assert found == whole.look(path)[1]
        seen.add(tuple(finding.rule for finding in found))
    assert len(seen) > 1


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="places in f-strings are exact from 3.12 on")
def test_places_in_f_strings_are_set_right_in_kept_nodes_too(tmp_path):
    path = str(tmp_path / "app.py")
    text = (
        "import boto3\n\n\ndef handler(event, context):\n"
        '    return f"{boto3.client(1)} é {boto3.client(2)}"\n\n\nx = 1\n'
    )
    desk = Desk()
    desk.put(path, text)
    first = desk.look(path)[1]
    assert first
    desk.put(path, text + "#")
    desk.look(path)
    desk.put(path, text + "# a")
    assert desk.look(path)[1] == first
