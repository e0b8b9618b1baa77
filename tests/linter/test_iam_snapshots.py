"""AWS's managed policies and SAM's policy templates, as the snapshots have them."""

from __future__ import annotations

import os
import re

import pytest

import lint_rules
from lint_rules import (
    AccessRequest,
    PolicySet,
    Principal,
    action_facts,
    check_policy,
    evaluate,
    managed_policy,
    parse_policy,
    sam_policy,
)
from lint_rules.engine.iam.managed import managed_policy_arn
from lint_rules.engine.iam.sam_policies import sam_policy_names

SESSION = Principal.of("arn:aws:sts::111122223333:assumed-role/app/one")
DATA = os.path.join(os.path.dirname(lint_rules.__file__), "data")

NOT_IN_IAM = {"sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessageBatch"}


def allows(document, action, resource="*"):
    return evaluate(
        AccessRequest(SESSION, action, resource), PolicySet(identity=(parse_policy(document),))
    ).allowed


def managed_names():
    with open(os.path.join(DATA, "iam_managed.txt"), encoding="ascii") as file:
        return [line.split(" ", 1)[0] for line in file if not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "action", "expected"),
    [
        ("AWSLambdaBasicExecutionRole", "logs:PutLogEvents", True),
        ("AWSLambdaBasicExecutionRole", "logs:DeleteLogGroup", False),
        ("AWSLambdaVPCAccessExecutionRole", "ec2:CreateNetworkInterface", True),
        ("AWSLambdaSQSQueueExecutionRole", "sqs:ReceiveMessage", True),
        ("AWSLambdaSQSQueueExecutionRole", "sqs:SendMessage", False),
        ("AWSLambdaKinesisExecutionRole", "kinesis:GetRecords", True),
        ("AWSLambdaDynamoDBExecutionRole", "dynamodb:GetRecords", True),
        ("AWSLambdaDynamoDBExecutionRole", "dynamodb:PutItem", False),
        ("AmazonS3ReadOnlyAccess", "s3:GetObject", True),
        ("AmazonS3ReadOnlyAccess", "s3:PutObject", False),
        ("AWSXRayDaemonWriteAccess", "xray:PutTraceSegments", True),
        ("AdministratorAccess", "iam:CreateUser", True),
        ("AmazonSQSFullAccess", "sqs:DeleteQueue", True),
    ],
)
def test_what_a_managed_policy_allows(name, action, expected):
    assert allows(managed_policy(name), action) is expected


def test_a_managed_policy_is_found_by_its_arn_too():
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    assert managed_policy(arn) == managed_policy("AWSLambdaBasicExecutionRole")
    assert managed_policy_arn("AWSLambdaBasicExecutionRole") == arn
    assert managed_policy_arn("AmazonS3ReadOnlyAccess") == "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "NoSuchPolicy",
        "AWSLambda",
        "arn:aws:iam::111122223333:policy/AmazonS3ReadOnlyAccess",
        "awslambdarole",
    ],
)
def test_what_is_no_managed_policy_is_unknown(name):
    assert managed_policy(name) is None
    assert managed_policy_arn(name) is None


def test_every_managed_policy_of_the_snapshot_can_be_read():
    names = managed_names()
    assert len(names) > 900
    assert names == sorted(set(names))
    for name in names:
        assert parse_policy(managed_policy(name)).statements, name


def test_a_sam_template_with_its_values():
    template = sam_policy("DynamoDBCrudPolicy")
    assert template.parameters == ("TableName",)
    place = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333"}
    document = template.document({**place, "TableName": "orders"})
    table = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    assert allows(document, "dynamodb:PutItem", table)
    assert allows(document, "dynamodb:Query", f"{table}/index/by_date")
    assert not allows(document, "dynamodb:PutItem", table.replace("orders", "users"))
    assert not allows(document, "dynamodb:DeleteTable", table)


def test_a_value_that_is_not_known_stays_where_it_is():
    (statement,) = sam_policy("SQSSendMessagePolicy").document({"QueueName": "q"})["Statement"]
    assert statement["Resource"] == "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:q"


def test_every_sam_template_is_a_policy_of_known_actions():
    names = sam_policy_names()
    assert len(names) > 75
    assert sam_policy("NoSuchPolicy") is None
    place = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333"}
    unknown = set()
    for name in names:
        template = sam_policy(name)
        document = template.document({**place, **dict.fromkeys(template.parameters, "arn:aws:x:::y")})
        assert "${" not in re.sub(r"\$\{aws:", "", str(document)), name
        check_policy(document)
        for statement in document["Statement"]:
            listed = statement["Action"]
            for action in [listed] if isinstance(listed, str) else listed:
                if "*" not in action and not action_facts(action):
                    unknown.add(action)
    # SAM grants actions that IAM does not have.
    assert unknown == NOT_IN_IAM


@pytest.mark.parametrize(
    "name", ["iam_actions.txt", "iam_managed.txt", "sam_policies.txt", "iam_services.txt"]
)
def test_a_snapshot_tells_its_generator_and_its_source(name):
    with open(os.path.join(DATA, name), encoding="ascii") as file:
        head = "".join(line for line in file if line.startswith("#"))
    script = re.search(r"Generated by (scripts/\w+\.py)", head)[1]
    assert os.path.isfile(os.path.join(os.path.dirname(DATA), "..", script))
    assert re.search(r"Source: .*\d+\.\d+", head)
