"""`lambdalint iam`: needs, lacks, excess, and the policy that fits."""

from __future__ import annotations

import json
import textwrap

import pytest

from lint_rules import Project, parse_policy

APP = """
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")

def handler(event, context):
    table.put_item(Item=event)
    s3.get_object(Bucket=os.environ["BUCKET"], Key=event["key"])
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Environment:
        Variables:
          TABLE: !Ref Table
          BUCKET: !Ref Uploads
      Policies:
        - Statement:
            - Effect: Allow
              Action: [dynamodb:PutItem, dynamodb:DeleteItem]
              Resource: !GetAtt Table.Arn
  Table:
    Type: AWS::Serverless::SimpleTable
  Uploads:
    Type: AWS::S3::Bucket
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(APP)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def access(template: str, code: str = APP, path: str = "template.yaml"):
    return Project.of({path: textwrap.dedent(template), "src/app.py": code}).access


def lacks(template: str, code: str = APP) -> tuple[list[str], list[str], list[str]]:
    found = access(template, code)
    (function,) = [one for one in found.functions if one.spec is not None]
    return (
        [need.action for need in function.missing],
        [need.action for need, _ in function.elsewhere],
        [each.what for role in found.roles for each in role.excess],
    )


def test_the_text_says_what_is_needed_missing_and_too_much_and_where(folder, run):
    code, out, _ = run("iam")
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["Orders", "(template.yaml:4)"],
        ["needs", "dynamodb:PutItem", "on", "Table", "src/app.py:9"],
        ["missing", "s3:GetObject", "on", "Uploads/*", "src/app.py:10"],
        ["excess", "dynamodb:DeleteItem", "template.yaml:16"],
    ]


@pytest.mark.parametrize("form", ["text", "json"])
def test_code_and_roles_of_other_repositories_are_not_taken_for_a_functions_own(
    tmp_path, monkeypatch, run, form
):
    template = TEMPLATE.replace("CodeUri: src/", "CodeUri: {S3Bucket: builds, S3Key: retry.zip}")
    files = {"a/template.yaml": template.replace("app.handler", "retry.handler"), "b/retry/retry.py": APP}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    arguments = ("iam", "--output-format", form)
    together = run(*arguments)[1]
    for top in ("a", "b"):
        (tmp_path / top / ".git").mkdir()
    apart = run(*arguments)[1]
    if form == "json":
        assert [row["template"] for row in json.loads(together)] == ["a/template.yaml"]
        assert {row["template"] for row in json.loads(apart)} == {None}
    else:
        assert together.startswith("Orders (a/template.yaml:4)\n")
        assert "template.yaml" not in apart
        assert "b/retry/retry.py:9" in apart


def test_check_fails_while_a_permission_is_missing(folder, run):
    assert run("iam", "--check")[0] == 1
    fixed = TEMPLATE.replace("Policies:", "Policies:\n        - S3ReadPolicy: {BucketName: !Ref Uploads}")
    (folder / "template.yaml").write_text(fixed)
    assert run("iam", "--check")[0] == 0


def test_the_policy_for_sam_grants_what_is_missing_and_drops_what_is_not_used(folder, run):
    _, out, _ = run("iam", "--write", "sam")
    policies = textwrap.indent(out, " " * 6)
    start = TEMPLATE.index("      Policies:")
    end = TEMPLATE.index("  Table:\n")
    assert lacks(TEMPLATE[:start] + policies + TEMPLATE[end:]) == ([], [], [])
    assert "!GetAtt Table.Arn" in out
    assert "!Sub '${Uploads.Arn}/*'" in out


def test_the_policy_for_cloudformation_lets_the_function_log(folder, run):
    _, out, _ = run("iam", "--write", "cloudformation")
    assert "PolicyName: Orders" in out
    assert "logs:PutLogEvents" in out


def test_the_policy_in_json_is_one_that_iam_takes(folder, run):
    _, out, _ = run("iam", "--write", "json")
    policy = parse_policy(json.loads(out))
    assert any("s3:GetObject" in statement.actions.texts for statement in policy.statements)


@pytest.mark.parametrize("form", ["serverless", "terraform"])
def test_the_policy_is_written_for_other_tools(folder, run, form):
    _, out, _ = run("iam", "--write", form)
    assert "dynamodb:PutItem" in out
    assert "DeleteItem" not in out


def test_the_report_for_programs_names_calls_grants_and_places(folder, run):
    _, out, _ = run("iam", "--output-format", "json")
    (one,) = json.loads(out)
    assert [call["call"] for call in one["calls"]] == ["dynamodb.PutItem", "s3.GetObject"]
    assert one["missing"][0]["at"] == "src/app.py:10"
    assert {grant["from"] for grant in one["granted"]} == {"inline", "implied"}


def test_the_difference_has_a_line_for_each_permission(folder, run):
    _, out, _ = run("iam", "--output-format", "diff")
    assert "-dynamodb:DeleteItem on Table" in out
    assert any(line.startswith("+s3:GetObject") for line in out.splitlines())
    assert "PutItem" not in out


def test_an_unknown_function_is_answered_with_those_there_are(folder, run):
    code, _, err = run("iam", "--function", "Order")
    assert code == 2
    assert 'Did you mean "Orders"?' in err or "Orders" in err


GRANT = TEMPLATE[TEMPLATE.index("- Effect") : TEMPLATE.index("\n  Table:")]


def with_grants(*statements: str) -> str:
    written = "\n            ".join(statements)
    return TEMPLATE.replace(GRANT, written)


S3 = "- {Effect: Allow, Action: s3:GetObject, Resource: !Sub '${Uploads.Arn}/*'}"
DYNAMODB = "- {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn}"


@pytest.mark.parametrize(
    "statements",
    [
        (S3, DYNAMODB),
        ("- {Effect: Allow, Action: 's3:Get*', Resource: '*'}", DYNAMODB),
        ("- {Effect: Allow, Action: 'S3:getobject', Resource: !Sub 'arn:aws:s3:::${Uploads}/*'}", DYNAMODB),
        ("- {Effect: Allow, Action: '*', Resource: '*'}",),
        ("- {Effect: Allow, NotAction: 'iam:*', Resource: '*'}",),
        (S3, DYNAMODB, "- {Effect: Allow, Action: 'logs:*', Resource: '*'}"),
        (S3, DYNAMODB, "- {Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Uploads.Arn}"),
        (S3, "- {Effect: Allow, Action: dynamodb:PutItem, Resource: !Ref SomeParameter}"),
        (S3, "- {Effect: Allow, Action: dynamodb:PutItem, Resource: !ImportValue x}"),
    ],
)
def test_what_is_granted_in_any_way_is_not_missing(statements):
    assert lacks(with_grants(*statements)) == ([], [], [])


@pytest.mark.parametrize(
    ("statements", "answer"),
    [
        ((S3,), (["dynamodb:PutItem"], [], [])),
        ((S3, "- {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Other.Arn}"),
         ([], ["dynamodb:PutItem"], [])),
        ((S3, DYNAMODB, "- {Effect: Allow, Action: sqs:SendMessage, Resource: '*'}"), ([], [], ["sqs:SendMessage"])),
        ((S3, DYNAMODB, "- {Effect: Allow, Action: 'sns:*', Resource: '*'}"), ([], [], ["sns:*"])),
    ],
)  # fmt: skip
def test_what_is_lacking_and_what_is_too_much_is_told(statements, answer):
    other = "  Other:\n    Type: AWS::DynamoDB::Table\n"
    assert lacks(with_grants(*statements) + other) == answer


def test_libraries_that_call_aws_themselves_explain_grants():
    template = with_grants(S3, DYNAMODB, "- {Effect: Allow, Action: es:ESHttpGet, Resource: '*'}")
    assert lacks(template, "import opensearchpy\n" + APP)[2] == []


def test_a_role_from_elsewhere_is_not_judged():
    template = TEMPLATE.replace("Policies:", "Role: arn:aws:iam::111122223333:role/x\n      Ignored:")
    (function,) = [one for one in access(template).functions if one.spec is not None]
    assert (function.missing, function.unknown) == ((), "its role is not in the template")


def test_a_managed_policy_nobody_knows_keeps_the_role_open():
    template = TEMPLATE.replace("Policies:", "Policies:\n        - arn:aws:iam::111122223333:policy/mine")
    assert lacks(template)[0] == []


def test_a_managed_policy_of_aws_grants():
    template = TEMPLATE.replace("Policies:", "Policies:\n        - AmazonS3ReadOnlyAccess")
    assert lacks(template)[0] == []


def test_calls_with_other_credentials_are_not_the_roles():
    code = APP.replace('boto3.client("s3")', 'boto3.client("s3", aws_access_key_id=os.environ["KEY"])')
    assert lacks(TEMPLATE, code)[0] == []


def test_the_functions_of_a_role_are_judged_together():
    both = TEMPLATE.replace("      Policies:\n", "      Role: !GetAtt Role.Arn\n").split(
        "        - Statement"
    )[0]
    template = both + textwrap.indent(
        textwrap.dedent(
            """
            Second:
              Type: AWS::Serverless::Function
              Properties: {Handler: second.handler, Runtime: python3.13, CodeUri: src/, Role: !GetAtt Role.Arn}
            Table: {Type: AWS::DynamoDB::Table}
            Uploads: {Type: AWS::S3::Bucket}
            Role:
              Type: AWS::IAM::Role
              Properties:
                AssumeRolePolicyDocument:
                  Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
                Policies:
                  - PolicyName: p
                    PolicyDocument:
                      Statement:
                        - {Effect: Allow, Action: [dynamodb:PutItem, s3:GetObject, sns:Publish], Resource: '*'}
            """
        ),
        "  ",
    )
    second = "import boto3\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn='t')\n"
    found = Project.of({"template.yaml": template, "src/app.py": APP, "src/second.py": second}).access
    (role,) = found.roles
    assert role.excess == ()
    assert [function.missing for function in role.functions] == [(), ()]
