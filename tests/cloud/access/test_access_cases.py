"""Twenty-six kinds of case with sessions of real roles: each is right, and each denial is in the ledger."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:jobs"
PHOTOS = "arn:aws:s3:::photos"
ITEM = {"id": {"S": "1"}}


class Case(NamedTuple):
    """Statements of a role, the call that its session makes, and whether that is allowed."""

    kind: str
    statements: list[dict[str, Any]]
    call: str
    allowed: bool


def allow(action, on="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def deny(action, on="*", **more):
    return {**allow(action, on, **more), "Effect": "Deny"}


def where(**condition):
    return {"Condition": condition}


CASES = [
    Case("no policy at all", [], "list", False),
    Case("the action", [allow("s3:ListBucket")], "list", True),
    Case("another action", [allow("s3:PutObject")], "list", False),
    Case("an explicit deny", [allow("s3:*"), deny("s3:ListBucket")], "list", False),
    Case("the resource", [allow("s3:GetObject", f"{PHOTOS}/k")], "get", True),
    Case("another resource", [allow("s3:GetObject", f"{PHOTOS}/other")], "get", False),
    Case("the bucket for its objects", [allow("s3:GetObject", PHOTOS)], "get", False),
    Case("a wildcard in the action", [allow("s3:Get*", f"{PHOTOS}/*")], "get", True),
    Case("a question mark in the action", [allow("s3:Ge?Object", f"{PHOTOS}/*")], "get", True),
    Case("an action in other case", [allow("S3:getobject", f"{PHOTOS}/*")], "get", True),
    Case("a resource in other case", [allow("s3:GetObject", f"{PHOTOS}/K")], "get", False),
    Case("a question mark in the resource", [allow("s3:GetObject", f"{PHOTOS}/?")], "get", True),
    Case("NotAction", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "get", True),
    Case(
        "NotAction that names it", [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], "get", False
    ),
    Case(
        "NotResource in a deny",
        [allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{PHOTOS}/other"}],
        "get",
        False,
    ),
    Case(
        "NotResource in a deny that spares it",
        [allow("s3:*"), {"Effect": "Deny", "Action": "s3:*", "NotResource": f"{PHOTOS}/*"}],
        "get",
        True,
    ),
    Case(
        "a condition that holds",
        [allow("s3:*", **where(StringEquals={"aws:RequestedRegion": "us-east-1"}))],
        "get",
        True,
    ),
    Case(
        "a condition that does not",
        [allow("s3:*", **where(StringEquals={"aws:RequestedRegion": "eu-west-1"}))],
        "get",
        False,
    ),
    Case(
        "a prefix that is listed",
        [allow("s3:ListBucket", PHOTOS, **where(StringLike={"s3:prefix": "mine/*"}))],
        "list mine/",
        True,
    ),
    Case(
        "a prefix that is not given",
        [allow("s3:ListBucket", PHOTOS, **where(StringLike={"s3:prefix": "mine/*"}))],
        "list",
        False,
    ),
    Case("a table by its ARN", [allow("dynamodb:GetItem", TABLE)], "item", True),
    Case("another table", [allow("dynamodb:GetItem", f"{TABLE}2")], "item", False),
    Case(
        "a partition key of its own",
        [allow("dynamodb:*", TABLE, **where(**{"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "2"}}))],
        "item",
        False,
    ),
    Case("a queue by its ARN", [allow("sqs:SendMessage", QUEUE)], "send", True),
    Case("a queue of another name", [allow("sqs:SendMessage", f"{QUEUE}-other")], "send", False),
    Case("who one is", [deny("*")], "whoami", True),
]
CALLS = {
    "list": lambda client: client("s3").list_objects_v2(Bucket="photos"),
    "list mine/": lambda client: client("s3").list_objects_v2(Bucket="photos", Prefix="mine/"),
    "get": lambda client: client("s3").get_object(Bucket="photos", Key="k"),
    "item": lambda client: client("dynamodb").get_item(TableName="orders", Key=ITEM),
    "send": lambda client: client("sqs").send_message(
        QueueUrl=client("sqs").meta.endpoint_url + "/123456789012/jobs", MessageBody="x"
    ),
    "whoami": lambda client: client("sts").get_caller_identity(),
}


def test_there_are_as_many_kinds_as_were_counted():
    assert len({case.kind for case in CASES}) == 26


@pytest.mark.parametrize("case", CASES, ids=[case.kind for case in CASES])
def test_a_session_may_what_its_role_s_statements_say(enforced, case):
    enforced.client("s3").create_bucket(Bucket="photos")
    enforced.client("s3").put_object(Bucket="photos", Key="k", Body=b"x")
    enforced.client("sqs").create_queue(QueueName="jobs")
    enforced.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    iam = enforced.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    if case.statements:
        document = {"Version": "2012-10-17", "Statement": case.statements}
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(document))
    found = enforced.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]

    def client(service):
        return enforced.client(
            service,
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )

    if case.allowed:
        CALLS[case.call](client)
    else:
        with pytest.raises(ClientError) as caught:
            CALLS[case.call](client)
        error = caught.value.response["Error"]
        assert error["Code"] in ("AccessDenied", "AccessDeniedException")
        assert "assumed-role/r/me is not authorized to perform" in error["Message"]
    assert len(enforced.ledger.entries("access.denied")) == (0 if case.allowed else 1)
