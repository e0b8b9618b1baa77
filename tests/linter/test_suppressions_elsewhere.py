"""Suppressions of a file, of a resource, of the next line; and those that name nothing or silence nothing."""

from __future__ import annotations

import pytest

from lint_rules import Config, Project, Safety, fix, lint

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
{top}Resources:
  Orders:
    Type: AWS::Serverless::Function
{metadata}    Properties:
      Handler: app.handler
      Policies:
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: "*"
              Resource: arn:aws:s3:::a/*
  Other:
    Type: AWS::Serverless::Function
    Properties:
      Handler: other.handler
      Policies:
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: "*"
              Resource: arn:aws:s3:::a/*
"""
CODE = """\
import boto3
{first}

def handler(event, context):
    {above}
    s3 = boto3.client("s3"){beside}
    return s3.list_buckets()
"""


def rules(files, **settings):
    return [
        (f.rule, Project.of(files).documents[f.span.path].row(f.span.start))
        for f in lint(Project.of(files), Config(**settings))
    ]


def python(first="", above="", beside="", **settings):
    text = CODE.format(first=first, above=above, beside=beside)
    return [rule for rule, _ in rules({"app.py": text}, **settings)]


@pytest.mark.parametrize(
    "place",
    [
        {"first": "# lambdalint: allow-file[client-init-in-handler] a script"},
        {"first": "# lambdalint: allow-file[LAM101, LAM102]"},
        {"above": "# lambdalint: allow[LAM101] once a month"},
        {"beside": "  # lambdalint: allow[LAM101]"},
    ],
)
def test_a_comment_may_stand_on_top_above_or_beside(place):
    assert "client-init-in-handler" in python()
    assert "client-init-in-handler" not in python(**place)


@pytest.mark.parametrize(
    "place",
    [
        {"first": "# lambdalint: allow[LAM101]"},
        {"first": "# lambdalint: allow-file[LAM104]"},
        {"first": "text = '# lambdalint: allow-file[LAM101]'"},
        {"above": "# noqa: LAM101"},
        {"above": "x = 1  # lambdalint: allow[LAM101]"},
    ],
)
def test_a_comment_elsewhere_silences_nothing(place):
    assert "client-init-in-handler" in python(**place)


def template(top="", metadata=""):
    return rules({"template.yaml": TEMPLATE.format(top=top, metadata=metadata)}, select=("action-star",))


def test_the_metadata_of_a_resource_silences_what_stands_in_it():
    assert [rule for rule, _ in template()] == ["action-star"] * 2
    metadata = "    Metadata:\n      lambdalint:\n        allow: [action-star]\n        reason: a test\n"
    assert template(metadata=metadata) == [("action-star", 25)]
    assert template(metadata=metadata.replace("[action-star]", "LAM701")) == [("action-star", 25)]
    assert len(template(metadata=metadata.replace("action-star", "resource-star"))) == 2
    assert len(template(metadata=metadata.replace("lambdalint", "cfn-lint"))) == 2


def test_the_metadata_of_a_template_silences_all_of_it():
    assert template(top="Metadata: {lambdalint: {allow: action-star}}\n") == []


def test_metadata_works_where_comments_cannot():
    files = {
        "template.json": '{"Resources": {"A": {"Type": "AWS::IAM::Policy", "Metadata": {"lambdalint":'
        ' {"allow": ["LAM701"]}}, "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement":'
        ' [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::a"}]}}}}}'
    }
    assert rules(files) == []
    assert rules({"template.json": files["template.json"].replace("LAM701", "LAM702")}) != []


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# noqa: LAM899", ["LAM899"]),
        ("# noqa: LAM101, LAM899", ["LAM899"]),
        ("# lambdalint: allow[no-such-rule] because", ["no-such-rule"]),
        ("# noqa: F401", []),
        ("# noqa: E501 some-words about it", []),
        ("# noqa", []),
        ("# lambdalint: allow[LAM101]", []),
    ],
)
def test_what_names_no_rule_is_told(comment, words):
    text = CODE.format(first="", above="", beside=f"  {comment}")
    found = [f for f in lint(Project.of({"app.py": text})) if f.rule == "unknown-rule-in-suppression"]
    assert [text[f.span.start : f.span.end] for f in found] == words


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: LAM899\n", "x = 1\n"),
        ("x = 1  # noqa: LAM899, F401\n", "x = 1  # noqa: F401\n"),
        ("x = 1  # type: ignore # noqa: LAM899\n", "x = 1  # type: ignore\n"),
        ("x = 1  # lambdalint: allow[LAM899] why  # pragma: no cover\n", "x = 1  # pragma: no cover\n"),
        ("def f():\n    # lambdalint: allow[LAM899] why\n    pass\n", "def f():\n    pass\n"),
        ("x = 1  # noqa: LAM899 because\n", None),
    ],
)
def test_taking_one_out_leaves_other_peoples_words(before, after):
    result = fix(Project.of({"app.py": before}), Config(), Safety.SAFE)
    assert result.project.documents["app.py"].raw == (after or before)
    assert bool(result.applied) is (after is not None)


def test_what_silences_nothing_is_told_where_it_is_asked_for():
    comment = "# lambdalint: allow[LAM104]"
    assert "unused-suppression" not in python(first=comment)
    assert "unused-suppression" in python(first=comment, profile="strict")
    assert "unused-suppression" in python(beside="  # noqa: LAM104", profile="strict")


def test_what_silences_something_or_belongs_to_others_is_in_use():
    for place in ({"beside": "  # noqa: LAM101"}, {"beside": "  # noqa"}, {"first": "x = 1  # noqa: F401"}):
        assert "unused-suppression" not in python(**place, profile="strict")


def test_a_rule_that_does_not_run_leaves_its_suppressions_alone():
    comment = "# lambdalint: allow[LAM104]"
    assert "unused-suppression" not in python(first=comment, profile="strict", ignore=("LAM104",))


def test_an_unused_mark_in_metadata_is_told_but_not_taken_out():
    text = TEMPLATE.format(top="Metadata: {lambdalint: {allow: resource-star}}\n", metadata="")
    project = Project.of({"template.yaml": text})
    result = fix(project, Config(select=("LAM993", "resource-star")), Safety.SAFE)
    assert [f.rule for f in result.remaining] == ["unused-suppression"]
    assert result.project.documents["template.yaml"].raw == text
