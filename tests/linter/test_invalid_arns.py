"""Texts that hold the place of an ARN, or of a part of one, until somebody fills them in."""

from __future__ import annotations

import pytest

from lint_rules import Config, Project, lint

TEMPLATE = """
Parameters:
  Machine: {{Type: String, Default: theMachineOfTheBuild}}
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: [{{Effect: Allow, Action: states:StartExecution, Resource: {resource}}}]
"""


@pytest.mark.parametrize(
    ("resource", "wrong"),
    [
        ("!Ref Machine", False),
        ("'arn:aws:states:eu-west-1:ACCOUNT_ID:stateMachine:m'", False),
        ("theMachineOfTheBuild", True),
        ("'arn:aws:states:eu-west-1:NaN:stateMachine:m'", True),
        ("'arn:aws:states:eu-west-1:1234:stateMachine:m'", True),
    ],
)
def test_only_what_is_written_as_an_arn_is_held_to_be_one(resource, wrong):
    project = Project.of({"template.yaml": TEMPLATE.format(resource=resource)})
    found = lint(project, Config(select=("LAM718",)))
    assert bool(found) is wrong
