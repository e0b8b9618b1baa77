"""What is granted for nothing, and how sure that is."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import Project

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Layers: []
      Policies:
        - Statement: {{Effect: Allow, Action: [{actions}], Resource: '*'}}
"""
HEAD = "import boto3\nsqs = boto3.client('sqs')\n"
HANDLER = "def handler(event, context):\n    sqs.send_message(QueueUrl='q', MessageBody='m')\n"


def excess(actions: str, code: str = HEAD + HANDLER, template: str = TEMPLATE) -> dict[str, str]:
    """What is too much, each with its confidence."""
    files = {"template.yaml": template.format(actions=actions), "src/app.py": textwrap.dedent(code)}
    return {each.what: each.confidence for role in Project.of(files).access.roles for each in role.excess}


def test_what_no_call_uses_is_certain_when_everything_was_read():
    assert excess("sqs:SendMessage, sqs:PurgeQueue, 'sns:*'") == {"sqs:PurgeQueue": "high", "sns:*": "high"}


@pytest.mark.parametrize(
    "code",
    [
        "import nobody_knows_it\n" + HEAD + HANDLER,
        "from nobody_knows_it import *\n" + HEAD + HANDLER,
        "import subprocess\n" + HEAD + HANDLER,
        HEAD + HANDLER + "    boto3.client(event['service']).list_things()\n",
        HEAD + HANDLER + "    sqs.get_paginator(event['operation']).paginate()\n",
    ],
)
def test_it_is_uncertain_when_something_was_not_read(code):
    assert excess("sqs:SendMessage, sqs:PurgeQueue", code) == {"sqs:PurgeQueue": "low"}


def test_a_key_that_services_may_use_for_their_caller_is_uncertain():
    found = excess("codecommit:PostCommentForPullRequest, 'kms:Decrypt'", HEAD.replace("sqs", "codecommit") + (
        "def handler(event, context):\n    codecommit.post_comment_for_pull_request(repositoryName='r')\n"
    ))  # fmt: skip
    assert found == {"kms:Decrypt": "low"}


def test_a_key_is_too_much_where_nothing_is_called():
    assert excess("kms:Decrypt", "def handler(event, context):\n    return 1\n") == {"kms:Decrypt": "high"}


@pytest.mark.parametrize(
    "action", ["logs:PutLogEvents", "'logs:*'", "logs:DescribeLogStreams", "logs:CreateLogGroup"]
)
def test_what_the_runtime_may_do_with_logs_is_not_too_much(action):
    assert excess(f"sqs:SendMessage, {action}") == {}


def test_what_the_runtime_does_not_do_with_logs_is():
    assert excess("sqs:SendMessage, logs:AssociateKmsKey") == {"logs:AssociateKmsKey": "high"}


STREAM = """
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/s
            StartingPosition: LATEST
            {destination}
"""
FAILED = "DestinationConfig: {{OnFailure: {{Destination: !GetAtt Queue.Arn}}}}"


@pytest.mark.parametrize(("destination", "found"), [(FAILED, {}), ("", {"sqs:SendMessage": "high"})])
def test_the_destination_of_a_poller_for_what_failed_is_written_to_with_the_role(destination, found):
    template = TEMPLATE + STREAM.lstrip("\n").replace("{destination}", destination)
    assert excess("sqs:SendMessage", "def handler(event, context):\n    return 1\n", template) == found


NESTED = """
  Watch:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: ./watch.yaml, Parameters: {{Function: !Ref {name}}}}}
"""


@pytest.mark.parametrize(("name", "confidence"), [("Orders", "low"), ("Other", "high")])
def test_a_nested_stack_that_is_told_of_a_function_may_give_it_a_task(name, confidence):
    template = TEMPLATE + NESTED.replace("{name}", name).lstrip("\n")
    assert excess("sqs:PurgeQueue", "def handler(event, context):\n    return 1\n", template) == {
        "sqs:PurgeQueue": confidence
    }


@pytest.mark.parametrize(
    ("plugin", "confidence"),
    [("serverless-plugin-warmup", "low"), ("serverless-offline", "high"), ("", "high")],
)
def test_a_plugin_may_give_a_function_a_task(plugin, confidence):
    template = f"""
service: orders
provider:
  name: aws
  runtime: python3.13
  iam: {{role: {{statements: [{{Effect: Allow, Action: [sqs:PurgeQueue], Resource: '*'}}]}}}}
plugins: [{plugin}]
functions:
  orders: {{handler: app.handler}}
"""
    files = {"serverless.yml": template, "app.py": "def handler(event, context):\n    return 1\n"}
    (role,) = Project.of(files).access.roles
    assert [(each.what, each.confidence) for each in role.excess] == [("sqs:PurgeQueue", confidence)]


def test_layers_may_need_more_than_the_code():
    with_layer = TEMPLATE.replace("Layers: []", "Layers: [!Ref Extension]")
    assert excess("sqs:SendMessage, 'lambda:Get*'") == {"lambda:Get*": "high"}
    assert excess("sqs:SendMessage, 'lambda:Get*'", template=with_layer) == {}


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("list_stacks()", {"s3:PutObject": "high"}),
        ("describe_stacks(StackName='s')", {"s3:PutObject": "high"}),
        ("create_stack(StackName='s', TemplateBody='t')", {}),
        ("delete_stack(StackName='s')", {}),
    ],
)
def test_a_service_that_makes_things_for_its_caller_explains_grants_only_when_it_does(call, found):
    code = f"import boto3\ndef handler(event, context):\n    boto3.client('cloudformation').{call}\n"
    assert excess("'cloudformation:*', s3:PutObject", code) == found


@pytest.mark.parametrize("module", ["opensearchpy", "requests_aws4auth", "botocore.awsrequest"])
def test_requests_that_are_signed_by_hand_explain_what_goes_by_http_only(module):
    code = f"import {module}\n" + HEAD + HANDLER
    found = excess("sqs:SendMessage, es:ESHttpGet, 'es:ESHttp*', 'es:*', 'es:Describe*'", code)
    assert found == {"es:Describe*": "high"}
