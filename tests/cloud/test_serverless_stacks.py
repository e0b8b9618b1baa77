"""A serverless template is expanded by AWS's own translator before a stack is made of it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


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
