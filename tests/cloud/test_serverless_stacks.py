"""A serverless template is expanded by AWS's own translator before a stack is made of it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course.cloud.moto_bridge.stack_updates import in_order


@pytest.fixture
def stacks(cloud):
    return cloud.client("cloudformation")


SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Who: {Type: String, Default: sam}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      InlineCode: |
        import os
        def handler(event, context): return os.environ["WHO"]
      Environment: {Variables: {WHO: !Ref Who}}
      AutoPublishAlias: live
      Policies: [AmazonS3ReadOnlyAccess]
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Messages.Arn}}
  Messages: {Type: AWS::SQS::Queue}
Outputs:
  Name: {Value: !Ref Hello}
"""


def test_a_serverless_template_is_expanded(stacks, api, invoke):
    stacks.create_stack(
        StackName="s",
        TemplateBody=SAM,
        Parameters=[{"ParameterKey": "Who", "ParameterValue": "you"}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    (stack,) = stacks.describe_stacks()["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    name = stack["Outputs"][0]["OutputValue"]
    assert (invoke(f"{name}:live").payload, invoke(f"{name}:live").version) == ("you", "1")
    assert len(api.list_event_source_mappings(FunctionName=f"{name}:live")["EventSourceMappings"]) == 1


@pytest.mark.parametrize(
    ("mistake", "complaint"),
    [
        (("Runtime: python3.13", "PackageType: Zap"), "PackageType"),
        (("AutoPublishAlias: live", "AutoPublishAlias: [live]"), "AutoPublishAlias"),
    ],
)
def test_a_serverless_template_with_a_mistake_is_refused_with_sam_s_words(mistake, complaint, stacks):
    with pytest.raises(ClientError) as caught:
        stacks.create_stack(StackName="s", TemplateBody=SAM.replace(*mistake))
    message = caught.value.response["Error"]["Message"]
    assert message.startswith(
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. "
        "Number of errors found: 1. Resource with id [Hello] is invalid. "
    )
    assert complaint in message


def release(number: int, more: str = "") -> str:
    """A function that answers with the number of its release, behind the alias `live`."""
    return f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: hello
      Handler: index.handler
      Runtime: python3.13
      InlineCode: "def handler(event, context): return {number}"
      AutoPublishAlias: live
{more}"""


def versions(api):
    return [one["Version"] for one in api.list_versions_by_function(FunctionName="hello")["Versions"]]


def test_each_release_publishes_its_code_moves_the_alias_and_retains_the_versions_before(stacks, api, invoke):
    change = stacks.create_stack
    for number in (1, 2, 3):
        change(
            StackName="s",
            TemplateBody=release(number),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        change = stacks.update_stack
        assert stacks.describe_stacks()["Stacks"][0]["StackStatus"].endswith("TE_COMPLETE")
        assert (invoke("hello:live").payload, invoke("hello:live").version) == (number, str(number))
    assert versions(api) == ["$LATEST", "1", "2", "3"]
    assert invoke("hello:1").payload == 1
    kept = [
        one["ResourceType"] for one in stacks.list_stack_resources(StackName="s")["StackResourceSummaries"]
    ]
    assert kept.count("AWS::Lambda::Version") == 1


def test_a_release_that_is_refused_leaves_the_alias_and_the_code_where_they_were(stacks, api, invoke):
    capable = {"Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
    stacks.create_stack(StackName="s", TemplateBody=release(1), **capable)
    alias = "{FunctionName: !Ref Hello, Name: x, FunctionVersion: '9'}"
    wrong = f"  Wrong: {{Type: AWS::Lambda::Alias, Properties: {alias}}}\n"
    stacks.update_stack(StackName="s", TemplateBody=release(2, wrong), **capable)
    assert stacks.describe_stacks()["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (invoke("hello:live").payload, invoke("hello").payload) == (1, 1)


def test_what_a_template_has_no_more_is_deleted_after_the_others_were_changed(stacks, api):
    capable = {"Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
    queue = "  Old: {Type: AWS::SQS::Queue, Properties: {QueueName: old}}\n"
    stacks.create_stack(StackName="s", TemplateBody=release(1, queue), **capable)
    stacks.update_stack(StackName="s", TemplateBody=release(1), **capable)
    resources = stacks.list_stack_resources(StackName="s")["StackResourceSummaries"]
    assert not [one for one in resources if one["ResourceType"] == "AWS::SQS::Queue"]
    assert versions(api) == ["$LATEST", "1"]


def test_resources_are_changed_after_those_that_they_refer_to():
    resources = {
        "Alias": {"Properties": {"FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}},
        "Version": {"Properties": {"FunctionName": {"Ref": "Function"}}, "DependsOn": ["Queue"]},
        "Function": {"Properties": {"Role": {"Fn::Sub": "arn:${AWS::Partition}:${Role.Arn}"}}},
        "Queue": {"Properties": {"Loop": {"Ref": "Alias"}}},
        "Role": {},
    }
    assert in_order(resources) == ["Role", "Function", "Queue", "Version", "Alias"]
