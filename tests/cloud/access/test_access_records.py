"""Which policies IAM takes, in whose words it refuses the others; and what it knows of who last called what."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def policy(*statements, version="2012-10-17"):
    return json.dumps({"Version": version, "Statement": list(statements)})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("no json", "Syntax errors in policy."),
        (policy({**GOOD, "Effect": "Maybe"}), "Syntax errors in policy."),
        (policy(GOOD, version="2008-10-17"), "Policy document must be version 2012-10-17 or greater."),
        (policy({**GOOD, "Principal": "*"}), "Policy document should not specify a principal."),
        (
            policy({**GOOD, "Action": "GetObject"}),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (policy({**GOOD, "Resource": "photos"}), 'Resource photos must be in ARN format or "*".'),
        (
            policy({"Sid": "a", **GOOD}, {"Sid": "a", **GOOD}),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (policy({"Effect": "Allow", "Action": "s3:*"}), "Policy statement must contain resources."),
    ],
)
def test_a_malformed_policy_is_refused_in_the_words_of_iam(cloud, role, document, said):
    iam = cloud.client("iam")
    with pytest.raises(ClientError) as caught:
        iam.put_role_policy(RoleName="runner", PolicyName="p", PolicyDocument=document)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("MalformedPolicyDocument", said)
    assert iam.list_role_policies(RoleName="runner")["PolicyNames"] == []


@pytest.mark.parametrize(
    "statement",
    [
        GOOD,
        {**GOOD, "Action": ["s3:Get*", "dynamodb:*"]},
        {**GOOD, "Condition": {"StringEquals": {"aws:username": "ada"}}},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "arn:aws:s3:::photos/*"},
    ],
)
def test_a_sound_policy_is_taken(cloud, role, statement):
    iam = cloud.client("iam")
    iam.put_role_policy(RoleName="runner", PolicyName="p", PolicyDocument=policy(statement))
    assert iam.list_role_policies(RoleName="runner")["PolicyNames"] == ["p"]


def test_a_trust_policy_names_no_resource(cloud):
    statement = json.loads(TRUST)["Statement"][0]
    with pytest.raises(ClientError) as caught:
        cloud.client("iam").create_role(
            RoleName="r", AssumeRolePolicyDocument=policy({**statement, "Resource": "*"})
        )
    assert caught.value.response["Error"]["Message"] == "Has prohibited field Resource"


@pytest.fixture
def key(cloud):
    """The key of a user who may list buckets."""
    iam = cloud.client("iam")
    iam.create_user(UserName="ada")
    iam.put_user_policy(UserName="ada", PolicyName="p", PolicyDocument=policy(GOOD))
    made = iam.create_access_key(UserName="ada")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    return made["AccessKeyId"], lambda service: cloud.client(service, **keys)


def test_a_key_s_last_use_is_its_last_call(cloud, key):
    iam = cloud.client("iam")
    id, client = key
    unused = iam.get_access_key_last_used(AccessKeyId=id)
    assert unused["UserName"] == "ada"
    assert unused["AccessKeyLastUsed"]["ServiceName"] == "N/A"
    client("s3").list_buckets()
    client("sqs").list_queues()
    used = iam.get_access_key_last_used(AccessKeyId=id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sqs", "us-east-1")
    assert abs(used["LastUsedDate"].timestamp() - cloud.clock.now()) < 60


def test_a_report_tells_what_a_user_may_call_and_did(cloud, key):
    iam = cloud.client("iam")
    _, client = key
    client("sqs").list_queues()
    job = iam.generate_service_last_accessed_details(Arn="arn:aws:iam::123456789012:user/ada")["JobId"]
    found = iam.get_service_last_accessed_details(JobId=job)
    assert found["JobStatus"] == "COMPLETED"
    rows = {row["ServiceNamespace"]: row for row in found["ServicesLastAccessed"]}
    assert set(rows) == {"s3", "sqs"}
    assert "LastAuthenticated" not in rows["s3"]
    assert rows["sqs"]["LastAuthenticatedEntity"] == "arn:aws:iam::123456789012:user/ada"


def test_a_report_tells_what_a_function_s_role_called(cloud, deploy, invoke, role):
    deploy("import boto3\ndef handler(event, context):\n    boto3.client('sqs').list_queues()\n", Timeout=20)
    assert invoke().error is None
    iam = cloud.client("iam")
    job = iam.generate_service_last_accessed_details(Arn=role)["JobId"]
    (row,) = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    assert (row["ServiceNamespace"], row["TotalAuthenticatedEntities"]) == ("sqs", 1)


def test_nobody_has_no_report(cloud):
    with pytest.raises(ClientError) as caught:
        cloud.client("iam").generate_service_last_accessed_details(Arn="arn:aws:iam::123456789012:user/no")
    assert caught.value.response["Error"]["Code"] == "NoSuchEntity"


def test_the_credential_report_tells_the_last_use_of_keys(cloud, key):
    iam = cloud.client("iam")
    key[1]("s3").list_buckets()
    iam.generate_credential_report()
    head, ada = iam.get_credential_report()["Content"].decode().splitlines()
    row = dict(zip(head.split(","), ada.split(","), strict=False))
    assert (row["user"], row["access_key_1_last_used_service"]) == ("ada", "s3")
    assert row["access_key_1_last_used_region"] == "us-east-1"
    assert row["access_key_2_last_used_service"] == "not_supported"
