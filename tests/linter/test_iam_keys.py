"""Condition keys that follow from a call's parameters, and every action a call can be mapped to."""

from __future__ import annotations

import pytest

from lint_rules import Place, action_facts, actions_of_call, authorizations, matching_actions
from lint_rules.engine.iam.actions import actions_of, resource_patterns, snapshot_date
from lint_rules.engine.iam.calls import listed_calls, prefix_of
from lint_rules.engine.iam.resources import _table

PLACE = Place("eu-west-1", "111122223333")


def keys(call, **parameters):
    """The context of the first thing a call asks for."""
    service, operation = call.split(".")
    names = {("dynamodb:partition-key", "t"): "pk"}
    found = authorizations(service, operation, parameters, PLACE, lambda kind, said: names.get((kind, said)))
    return dict(found[0].context)


@pytest.mark.parametrize(
    ("call", "parameters", "expected"),
    [
        (
            "s3.ListObjectsV2",
            {"Bucket": "b", "Prefix": "a/", "MaxKeys": 5},
            {"s3:prefix": "a/", "s3:max-keys": "5"},
        ),
        ("s3.ListObjectsV2", {"Bucket": "b"}, {}),
        ("s3.GetObject", {"Bucket": "b", "Key": "k", "Prefix": "no key of it"}, {}),
        (
            "s3.PutObject",
            {"Bucket": "b", "Key": "k", "ServerSideEncryption": "aws:kms", "Tagging": "team=a&x="},
            {
                "s3:x-amz-server-side-encryption": "aws:kms",
                "s3:RequestObjectTag/team": "a",
                "s3:RequestObjectTag/x": "",
                "s3:RequestObjectTagKeys": ("team", "x"),
            },
        ),
        (
            "dynamodb.PutItem",
            {"TableName": "t", "Item": {"pk": {"S": "a"}, "n": {"N": "1"}}},
            {"dynamodb:LeadingKeys": ("a",), "dynamodb:Attributes": ("pk", "n")},
        ),
        (
            "dynamodb.Query",
            {
                "TableName": "t",
                "KeyConditionExpression": "#p = :p AND sk > :s",
                "ExpressionAttributeNames": {"#p": "pk"},
                "ExpressionAttributeValues": {":p": {"S": "a"}, ":s": {"S": "z"}},
                "Select": "COUNT",
            },
            {"dynamodb:LeadingKeys": ("a",), "dynamodb:Select": "COUNT"},
        ),
        ("dynamodb.GetItem", {"TableName": "u", "Key": {"pk": {"S": "a"}}}, {"dynamodb:Attributes": ("pk",)}),
        (
            "dynamodb.BatchWriteItem",
            {
                "RequestItems": {
                    "t": [
                        {"PutRequest": {"Item": {"pk": {"S": "a"}}}},
                        {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}},
                    ]
                }
            },
            {"dynamodb:LeadingKeys": ("a", "b"), "dynamodb:Attributes": ("pk",)},
        ),
        (
            "sqs.CreateQueue",
            {"QueueName": "q", "tags": {"team": "a"}},
            {"aws:RequestTag/team": "a", "aws:TagKeys": ("team",)},
        ),
        (
            "sns.Subscribe",
            {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:t", "Protocol": "lambda", "Endpoint": "x"},
            {"sns:Protocol": "lambda", "sns:Endpoint": "x"},
        ),
        (
            "kms.Encrypt",
            {"KeyId": "alias/a", "EncryptionContext": {"app": "x"}},
            {
                "kms:EncryptionContext:app": "x",
                "kms:EncryptionContextKeys": ("app",),
                "kms:RequestAlias": "alias/a",
            },
        ),
        (
            "sts.AssumeRole",
            {"RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "s", "ExternalId": "e"},
            {"sts:RoleSessionName": "s", "sts:ExternalId": "e"},
        ),
        (
            "lambda.CreateEventSourceMapping",
            {"FunctionName": "f"},
            {"lambda:FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"},
        ),
        (
            "iam.AttachRolePolicy",
            {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/X"},
            {"iam:PolicyARN": "arn:aws:iam::aws:policy/X"},
        ),
        (
            "iam.TagRole",
            {"RoleName": "r", "Tags": [{"Key": "a", "Value": "b"}]},
            {"aws:RequestTag/a": "b", "aws:TagKeys": ("a",)},
        ),
        ("iam.UntagRole", {"RoleName": "r", "TagKeys": ["a"]}, {"aws:TagKeys": ("a",)}),
        (
            "secretsmanager.GetSecretValue",
            {"SecretId": "x", "VersionStage": "AWSCURRENT"},
            {"secretsmanager:SecretId": "x", "secretsmanager:VersionStage": "AWSCURRENT"},
        ),
        ("cloudwatch.PutMetricData", {"Namespace": "app"}, {"cloudwatch:namespace": "app"}),
        (
            "events.PutEvents",
            {"Entries": [{"Source": "a", "DetailType": "d"}]},
            {"events:source": "a", "events:detail-type": "d"},
        ),
        ("sqs.SendMessage", {"QueueUrl": "http://localhost/1/q"}, {}),
    ],
)
def test_the_keys_of_a_call(call, parameters, expected):
    assert keys(call, **parameters) == expected


def test_a_passed_role_says_to_which_service():
    found = authorizations(
        "lambda", "CreateFunction", {"FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/r"}, PLACE
    )
    (passing,) = [one for one in found if one.action == "iam:PassRole"]
    assert passing.context == {"iam:PassedToService": "lambda.amazonaws.com"}
    (step,) = [
        one
        for one in authorizations("stepfunctions", "UpdateStateMachine", {"roleArn": "r"}, PLACE)
        if one.action == "iam:PassRole"
    ]
    assert step.context == {"iam:PassedToService": "states.amazonaws.com"}
    (instance,) = [
        one
        for one in authorizations(
            "iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "i", "RoleName": "r"}, PLACE
        )
        if one.action == "iam:PassRole"
    ]
    assert instance.resource == "arn:aws:iam::111122223333:role/r"
    assert instance.context == {"iam:PassedToService": "ec2.amazonaws.com"}


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("s3", "list_objects_v2", ("s3:ListBucket",)),
        ("s3", "PutObject", ("s3:PutObject",)),
        ("dynamodb", "TransactGetItems", ("dynamodb:GetItem",)),
        ("stepfunctions", "start_sync_execution", ("states:StartSyncExecution",)),
        ("cloudwatch", "put_metric_data", ("cloudwatch:PutMetricData",)),
        ("apigateway", "GetRestApis", ("apigateway:GET",)),
        ("iot-data", "publish", ("iot:Publish",)),
        ("bedrock-runtime", "converse", ("bedrock:InvokeModel",)),
        ("resourcegroupstaggingapi", "get_resources", ("tag:GetResources",)),
        ("opensearch", "describe_domain", ("es:DescribeDomain",)),
        ("sts", "get_session_token", ()),
        ("s3", "no_such_operation", None),
        ("no-such-service", "get_object", None),
    ],
)
def test_the_actions_of_a_call_without_its_parameters(service, operation, expected):
    assert actions_of_call(service, operation) == expected


def test_no_table_names_an_action_that_does_not_exist():
    assert {
        action for actions in listed_calls().values() for action in actions if not action_facts(action)
    } == set()


def test_every_operation_of_every_service_has_actions_that_exist_or_none():
    session = pytest.importorskip("botocore.session").get_session()
    loader = session.get_component("data_loader")
    services = session.get_available_services()
    known = total = 0
    for service in services[:: max(1, len(services) // 60)]:
        for operation in loader.load_service_model(service, "service-2")["operations"]:
            total += 1
            actions = actions_of_call(service, operation)
            known += actions is not None
            assert all(action_facts(action) for action in actions or ()), (service, operation)
    assert known > total * 0.8


def test_every_part_in_the_table_of_parameters_is_in_a_pattern():
    for prefix, parts in _table().items():
        patterns = resource_patterns(prefix)
        for part in parts:
            kind, dot, name = part.rpartition(".")
            within = [patterns[kind]] if dot else patterns.values()
            assert any(f"${{{name}}}" in pattern for pattern in within), (prefix, part)


def test_facts_about_an_action():
    facts = action_facts("lambda:createfunction")
    assert (facts.name, facts.level) == ("CreateFunction", "Write")
    assert facts.resources == (("function", True),)
    assert {"lambda:Layer", "aws:TagKeys"} <= set(facts.keys)
    assert action_facts("lambda:NoSuch") is None
    assert action_facts("CreateFunction") is None
    assert "SendMessage" in actions_of("sqs")
    assert actions_of("no-such-service") == ()
    assert snapshot_date() >= "2026-10-27"
    assert prefix_of("stepfunctions") == "states"


@pytest.mark.parametrize(
    ("pattern", "some", "others"),
    [
        ("sqs:Send*", {"sqs:SendMessage"}, {"sqs:ReceiveMessage"}),
        ("SQS:sendmessage", {"sqs:SendMessage"}, {"sqs:SendMessageBatch"}),
        ("dynamodb:*Item", {"dynamodb:PutItem", "dynamodb:BatchWriteItem"}, {"dynamodb:Query"}),
        ("s3:?etObject", {"s3:GetObject"}, {"s3:PutObject"}),
        ("*", set(), {"s3:GetObject"}),
        ("s*:GetObject", set(), {"s3:GetObject"}),
    ],
)
def test_the_actions_a_pattern_grants(pattern, some, others):
    found = set(matching_actions(pattern))
    assert some <= found
    assert not others & found
