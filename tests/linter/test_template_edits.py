"""Lines are added to a template where that is safe, and nowhere else."""

from __future__ import annotations

import json

import pytest

from lint_rules import Config, Project, Safety, fix
from lint_rules.engine.sources.document import Document
from lint_rules.engine.templates.reading import read_template

PATH = ("Tracing", "Mode")


def added(text: str, before: str = "") -> str | None:
    """The text after adding `Tracing: {Mode: Active}` to its function, or None if that was refused."""
    found = read_template(Document("template.yaml", text), text)
    assert found is not None
    edit = found.functions[0].edit_adding(PATH, "Active", before)
    if edit is None:
        return None
    return text[: edit.span.start] + edit.text + text[edit.span.end :]


HEAD = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n"


def test_lines_come_before_the_key_asked_for() -> None:
    text = HEAD + "    Properties:\n      Handler: a.b\n      Timeout: 3  # s\n"
    new = "      Tracing:\n        Mode: Active\n"
    assert added(text, "Timeout") == text.replace("      Timeout", new + "      Timeout")
    assert added(text) == text.replace("      Handler", new + "      Handler")


def test_line_ends_and_indents_are_those_of_the_file() -> None:
    text = "Resources:\r\n    F:\r\n        Type: AWS::Lambda::Function\r\n"
    text += "        Properties:\r\n            Handler: a.b\r\n"
    new = "            Tracing:\r\n                Mode: Active\r\n"
    assert added(text) == text.replace("            Handler", new + "            Handler")


def test_a_map_that_is_there_is_filled() -> None:
    text = HEAD + "    Properties:\n      Tracing:\n        Other: 1\n"
    assert added(text) == HEAD + "    Properties:\n      Tracing:\n        Mode: Active\n        Other: 1\n"


@pytest.mark.parametrize(
    "properties",
    [
        "    Properties: {Handler: a.b}\n",
        "    Properties:\n      # A comment that belongs to Handler.\n      Handler: a.b\n",
        "    Properties:\n      Tracing: {Other: 1}\n",
        "    Properties:\n      Tracing: !If [A, {Mode: Active}, {Mode: PassThrough}]\n",
        "    Properties:\n      Tracing:\n        Mode: PassThrough\n",
        "    Properties: &p\n      Handler: a.b\n  G:\n    Type: AWS::Lambda::Function\n    Properties: *p\n",
        "    Properties:\n      ? Handler\n      : a.b\n",
        "    Properties: {}\n",
    ],
)
def test_what_is_not_safe_is_refused(properties: str) -> None:
    assert added(HEAD + properties) is None


def test_json_on_one_line_gets_a_member_and_json_on_several_a_line() -> None:
    short = '{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "a.b"}}}}'
    new = '"Tracing": {"Mode": "Active"}, '
    assert added(short) == short.replace('"Handler"', new + '"Handler"')
    long = short.replace("{", "{\n    ")
    lines = '"Tracing": {\n        "Mode": "Active"\n    },\n    '
    assert added(long) == long.replace('"Handler"', lines + '"Handler"')


def test_what_a_json_template_says_already_is_not_said_again() -> None:
    text = '{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Tracing": {"Mode": "x"}}}}}'
    assert added(text) is None
    assert added(text.replace('{"Mode": "x"}', '{"Fn::If": ["A", {"Mode": "x"}, {"Mode": "y"}]}')) is None


@pytest.mark.parametrize("name", ["Jo{bs", "Jo: bs [", "Jo\\u0000bs", "&Jobs", "Jobs # 1"])
def test_a_queue_whose_name_is_none_gets_no_edit_that_would_not_be_right(name: str) -> None:
    mapping = '"M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "F"}, '
    text = (
        '{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "a.b"}}, '
        f'{mapping}"EventSourceArn": {{"Fn::GetAtt": ["{name}", "Arn"]}}}}}}, '
        f'"{name}": {{"Type": "AWS::SQS::Queue"}}}}}}'
    )
    outcome = fix(Project.of({"t.json": text}), Config(select=("sqs-queue-no-redrive",)), Safety.UNSAFE)
    after = json.loads(outcome.project.documents["t.json"].raw)["Resources"]
    for logical_id, resource in json.loads(text)["Resources"].items():
        assert after[logical_id]["Type"] == resource["Type"]
    assert outcome.dropped == ()
