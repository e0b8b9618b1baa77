"""Policies that cannot be read: whoever has one may be allowed anything, and so lacks nothing."""

from __future__ import annotations

import pytest

from lint_rules import Project

CODE = (
    "import boto3\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn='t', Message='m')\n"
)
TERRAFORM = """
resource "aws_lambda_function" "send" {
  function_name = "send"
  filename      = "app.zip"
  handler       = "app.handler"
  runtime       = "python3.13"
  role          = aws_iam_role.send.arn
}
resource "aws_iam_role" "send" {
  name = "send"
}
"""
READ = """
resource "aws_iam_role_policy" "send" {
  role   = aws_iam_role.send.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }] })
}
"""
DARK = {
    "a rendered file": """
data "template_file" "policy" {
  template = file("${path.module}/policy.tpl")
}
resource "aws_iam_policy" "send" {
  policy = data.template_file.policy.rendered
}
resource "aws_iam_role_policy_attachment" "send" {
  role       = aws_iam_role.send.name
  policy_arn = aws_iam_policy.send.arn
}
""",
    "documents put together": """
data "aws_iam_policy_document" "part" {
  statement {
    actions   = ["sns:Publish"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "whole" {
  source_policy_documents = [data.aws_iam_policy_document.part.json]
}
resource "aws_iam_role_policy" "send" {
  role   = join("", aws_iam_role.send[*].name)
  policy = join("", data.aws_iam_policy_document.whole[*].json)
}
""",
    "a file": """
resource "aws_iam_role_policy" "send" {
  role   = aws_iam_role.send.id
  policy = file("policy.json")
}
""",
}
ROLE = """
Resources:
  Send:
    Type: AWS::Lambda::Function
    Properties: {Handler: app.handler, Runtime: python3.13, Code: ./, Role: !GetAtt Role.Arn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
"""


def verdict(files: dict[str, str]) -> tuple[list[str], str]:
    (function,) = (one for one in Project.of({"app.py": CODE, **files}).access.functions if one.spec)
    return [need.action for need in function.missing], function.unknown


@pytest.mark.parametrize("policy", DARK)
def test_a_policy_of_terraform_that_cannot_be_read_keeps_the_role_open(policy):
    missing, unknown = verdict({"main.tf": TERRAFORM + DARK[policy]})
    assert missing == []
    assert unknown


@pytest.mark.parametrize("policy", ["", READ])
def test_a_role_of_terraform_whose_policies_are_all_read_is_judged(policy):
    assert verdict({"main.tf": TERRAFORM + policy}) == (["sns:Publish"], "")


@pytest.mark.parametrize(
    "policy",
    [
        "        - {PolicyName: p, PolicyDocument: !Ref Document}\n",
        "        - {PolicyName: p, PolicyDocument: {Statement: !Ref Statements}}\n",
        "        - {PolicyName: p, PolicyDocument: {Statement: [!Ref Statement]}}\n",
        "        - {PolicyName: p, PolicyDocument: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/p}}}}\n",
        "        - {PolicyName: p, PolicyDocument: {Statement: [!If [Wanted, !Ref A, !Ref B]]}}\n",
    ],
)
def test_a_policy_that_only_the_deployment_knows_keeps_the_role_open(policy):
    missing, unknown = verdict({"template.yaml": ROLE + policy})
    assert missing == []
    assert unknown


@pytest.mark.parametrize(
    "statement",
    [
        "{Effect: Allow, Action: sqs:SendMessage, Resource: '*'}",
        "[{Effect: Allow, Action: sqs:SendMessage, Resource: !Ref Queue}]",
    ],
)
def test_a_role_whose_statements_are_all_seen_is_judged(statement):
    policy = f"        - {{PolicyName: p, PolicyDocument: {{Statement: {statement}}}}}\n"
    assert verdict({"template.yaml": ROLE + policy})[0] == ["sns:Publish"]
