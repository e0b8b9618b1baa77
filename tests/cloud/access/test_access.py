"""IAM that is enforced: what policies deny is denied, in the words and the shape of each service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


def allow(*actions: str, on: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def denied(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_who_may_nothing_is_told_which_action_on_what_no_policy_allows(user, enforced):
    enforced.client("dynamodb").create_table(**TABLE)
    dynamodb = user()("dynamodb")
    code, message = denied(lambda: dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}}))
    assert code == "AccessDeniedException"
    assert message == (
        "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: dynamodb:GetItem on resource: "
        f"{ARN} because no identity-based policy allows the dynamodb:GetItem action"
    )
    (entry,) = enforced.ledger.entries("access.denied")
    assert (entry.details["action"], entry.details["resource"]) == ("dynamodb:GetItem", ARN)


def test_what_a_policy_allows_is_let_in_and_nothing_else(user, enforced):
    enforced.client("dynamodb").create_table(**TABLE)
    dynamodb = user(allow("dynamodb:GetItem", on=ARN))("dynamodb")
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["ResponseMetadata"]
    assert denied(lambda: dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}}))[0]
    assert "Item" not in enforced.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})


def test_an_explicit_deny_wins_and_is_called_so(user, enforced):
    enforced.client("s3").create_bucket(Bucket="photos")
    s3 = user(
        allow("s3:*"), {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/*"}
    )("s3")
    assert s3.list_objects_v2(Bucket="photos")["KeyCount"] == 0
    code, message = denied(lambda: s3.put_object(Bucket="photos", Key="k", Body=b"x"))
    assert code == "AccessDenied"
    assert "with an explicit deny in an identity-based policy" in message
    assert '"arn:aws:s3:::photos/k"' in message


@pytest.mark.parametrize(
    ("service", "call", "code", "action"),
    [
        ("sqs", lambda c: c.create_queue(QueueName="q"), "AccessDenied", "sqs:CreateQueue"),
        ("sns", lambda c: c.list_topics(), "AuthorizationError", "SNS:ListTopics"),
        ("iam", lambda c: c.list_roles(), "AccessDenied", "iam:ListRoles"),
        (
            "logs",
            lambda c: c.create_log_group(logGroupName="g"),
            "AccessDeniedException",
            "logs:CreateLogGroup",
        ),
        ("kinesis", lambda c: c.list_streams(), "AccessDeniedException", "kinesis:ListStreams"),
        ("lambda", lambda c: c.list_functions(), "AccessDeniedException", "lambda:ListFunctions"),
        ("events", lambda c: c.list_rules(), "AccessDeniedException", "events:ListRules"),
        ("ssm", lambda c: c.get_parameter(Name="/a"), "AccessDeniedException", "ssm:GetParameter"),
        ("s3", lambda c: c.list_buckets(), "AccessDenied", "s3:ListAllMyBuckets"),
    ],
)
def test_each_service_refuses_in_its_own_shape(user, service, call, code, action):
    client = user()(service)
    got, message = denied(lambda: call(client))
    assert got == code
    assert action.lower() in message.lower()
    assert "because no identity-based policy allows" in message


def test_a_role_s_session_may_what_its_role_may(enforced):
    iam, sts = enforced.client("iam"), enforced.client("sts")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    document = {"Version": "2012-10-17", "Statement": [allow("s3:ListAllMyBuckets")]}
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=json.dumps(document))
    found = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    keys = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
    s3 = enforced.client("s3", **keys)
    assert s3.list_buckets()["Buckets"] == []
    _, message = denied(lambda: s3.create_bucket(Bucket="photos"))
    assert "assumed-role/reader/me is not authorized to perform: s3:CreateBucket" in message
    enforced.clock.advance(3601)
    assert denied(lambda: s3.list_buckets())[0] == "ExpiredToken"


def test_a_handler_has_the_rights_of_its_execution_role(enforced, api, pack):
    iam = enforced.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    role = iam.create_role(RoleName="exec", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    enforced.client("s3").create_bucket(Bucket="photos")
    source = (
        "import boto3\n"
        "s3 = boto3.client('s3')\n"
        "def handler(event, context):\n"
        "    s3.put_object(Bucket='photos', Key='k', Body=b'x')\n"
    )
    api.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": pack(app=source)},
        Timeout=20,
        MemorySize=512,
    )
    failed = json.loads(api.invoke(FunctionName="f")["Payload"].read())
    assert failed["errorType"] in ("ClientError", "AccessDenied")  # newer SDKs know the error by name
    assert "assumed-role/exec/f is not authorized to perform: s3:PutObject" in failed["errorMessage"]
    document = {"Version": "2012-10-17", "Statement": [allow("s3:PutObject", on="arn:aws:s3:::photos/*")]}
    iam.put_role_policy(RoleName="exec", PolicyName="p", PolicyDocument=json.dumps(document))
    assert api.invoke(FunctionName="f").get("FunctionError") is None


def test_creating_a_function_takes_the_right_to_pass_its_role(user, enforced, role, pack):
    api = user(allow("lambda:CreateFunction"))("lambda")
    code, message = denied(
        lambda: api.create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": pack(app="")},
        )
    )
    assert code == "AccessDeniedException"
    assert f"is not authorized to perform: iam:PassRole on resource: {role}" in message


def test_a_bucket_policy_lets_in_whom_no_identity_policy_does(user, enforced):
    s3 = enforced.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="k", Body=b"x")
    own = user()("s3")
    assert denied(lambda: own.get_object(Bucket="photos", Key="k"))[0] == "AccessDenied"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:user/ada"},
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::photos/*",
            }
        ],
    }
    s3.put_bucket_policy(Bucket="photos", Policy=json.dumps(policy))
    assert own.get_object(Bucket="photos", Key="k")["Body"].read() == b"x"


def test_keys_of_nobody_are_refused(enforced):
    client = enforced.client("dynamodb", aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    code, message = denied(lambda: client.list_tables())
    assert code == "UnrecognizedClientException"
    assert message == "The security token included in the request is invalid."
    assert denied(
        lambda: enforced.client("lambda", aws_access_key_id="AKIAIOSFODNN7EXAMPLE").list_functions()
    )


def test_nothing_is_denied_until_that_is_asked_for(cloud):
    key = cloud.client("iam")
    key.create_user(UserName="ada")
    made = key.create_access_key(UserName="ada")["AccessKey"]
    client = cloud.client(
        "s3", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"]
    )
    assert client.list_buckets()["Buckets"] == []


def test_the_keys_of_the_examples_stay_the_account_s_own(enforced):
    assert enforced.client("s3").list_buckets()["Buckets"] == []
    assert enforced.client("lambda").list_functions()["Functions"] == []
