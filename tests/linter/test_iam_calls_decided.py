"""From a call to a verdict: what a role's policy lets a function do, for the services functions use most."""

from __future__ import annotations

import pytest

from lint_rules import AccessRequest, Place, PolicySet, Principal, authorizations, evaluate, parse_policy

R, A = "eu-west-1", "111122223333"
SESSION = Principal.of(f"arn:aws:sts::{A}:assumed-role/app/one", user_id="AROAEXAMPLE:one")
BUCKET, OBJECTS = "arn:aws:s3:::b", "arn:aws:s3:::b/*"
TABLE = f"arn:aws:dynamodb:{R}:{A}:table/t"
QUEUE = f"arn:aws:sqs:{R}:{A}:q"
KNOWN = {"dynamodb:partition-key": "pk"}
URL = f"http://localhost:9/{A}/q"


def may(call, parameters, *statements, resource=None, context=None):
    """Whether every question that the call raises is answered with yes."""
    service, operation = call.split(".")
    identity = parse_policy({"Version": "2012-10-17", "Statement": list(statements)})
    policies = PolicySet(
        identity=(identity,),
        resource=parse_policy({"Version": "2012-10-17", "Statement": resource}, "resource")
        if resource
        else None,
    )
    asked = authorizations(service, operation, parameters, Place(R, A), lambda kind, said: KNOWN.get(kind))
    return all(
        evaluate(
            AccessRequest(SESSION, one.action, one.resource, {**(context or {}), **one.context}, A), policies
        ).allowed
        for one in asked
    )


def allow(action, on="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def deny(action, on="*", **more):
    return {**allow(action, on, **more), "Effect": "Deny"}


def when(operator, key, value):
    return {"Condition": {operator: {key: value}}}


GET = ("s3.GetObject", {"Bucket": "b", "Key": "home/a.txt"})
LIST = ("s3.ListObjectsV2", {"Bucket": "b", "Prefix": "home/"})
PUT = ("dynamodb.PutItem", {"TableName": "t", "Item": {"pk": {"S": "me"}}})
SEND = ("sqs.SendMessage", {"QueueUrl": URL, "MessageBody": "x"})
BATCH = ("sqs.SendMessageBatch", {"QueueUrl": URL, "Entries": []})
INVOKE = ("lambda.Invoke", {"FunctionName": "f"})
FUNCTION = f"arn:aws:lambda:{R}:{A}:function:f"


@pytest.mark.parametrize(
    ("call", "statements", "expected"),
    [
        (GET, [], False),
        (GET, [allow("s3:GetObject", OBJECTS)], True),
        (GET, [allow("s3:GetObject", BUCKET)], False),
        (GET, [allow("s3:PutObject", OBJECTS)], False),
        (GET, [allow("s3:Get*", OBJECTS), deny("s3:GetObject", f"{BUCKET}/home/*")], False),
        (GET, [allow("s3:Get*", OBJECTS), deny("s3:GetObject", f"{BUCKET}/secret/*")], True),
        (GET, [allow("S3:getobject", OBJECTS)], True),
        (GET, [allow("s3:Get?bject", OBJECTS)], True),
        (GET, [allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": OBJECTS}], True),
        (GET, [allow("*"), {"Effect": "Deny", "NotAction": "dynamodb:*", "Resource": "*"}], False),
        (GET, [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], True),
        (LIST, [allow("s3:ListObjectsV2", BUCKET)], False),
        (LIST, [allow("s3:ListBucket", BUCKET)], True),
        (LIST, [allow("s3:ListBucket", OBJECTS)], False),
        (LIST, [allow("s3:ListBucket", BUCKET, **when("StringLike", "s3:prefix", "home/*"))], True),
        (LIST, [allow("s3:ListBucket", BUCKET, **when("StringLike", "s3:prefix", "other/*"))], False),
        (PUT, [allow("dynamodb:PutItem", TABLE)], True),
        (PUT, [allow("dynamodb:PutItem", f"{TABLE}2")], False),
        (PUT, [allow("dynamodb:*", f"arn:aws:dynamodb:*:{A}:table/*")], True),
        (
            PUT,
            [allow("dynamodb:*", TABLE, **when("ForAllValues:StringEquals", "dynamodb:LeadingKeys", "you"))],
            False,
        ),
        (
            PUT,
            [allow("dynamodb:*", TABLE, **when("ForAllValues:StringEquals", "dynamodb:LeadingKeys", "me"))],
            True,
        ),
        (SEND, [allow("sqs:SendMessage", QUEUE)], True),
        (BATCH, [allow("sqs:SendMessage", QUEUE)], True),
        (BATCH, [allow("sqs:SendMessageBatch", QUEUE)], False),
        (INVOKE, [allow("lambda:Invoke", FUNCTION)], False),
        (INVOKE, [allow("lambda:InvokeFunction", FUNCTION)], True),
        (("sts.GetCallerIdentity", {}), [deny("*")], True),
    ],
)
def test_what_a_role_may_call(call, statements, expected):
    assert may(*call, *(statements or [allow("none:None")])) is expected


def test_a_copy_needs_both_sides():
    copy = ("s3.CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "c/d"})
    write, read = allow("s3:PutObject", OBJECTS), allow("s3:GetObject", "arn:aws:s3:::c/*")
    assert may(*copy, write, read)
    assert not may(*copy, write)
    assert not may(*copy, read)


def test_one_forbidden_key_forbids_to_delete_many():
    delete = ("s3.DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "keep/y"}]}})
    assert may(*delete, allow("s3:DeleteObject", OBJECTS))
    assert not may(*delete, allow("s3:DeleteObject", OBJECTS), deny("s3:*", f"{BUCKET}/keep/*"))


def test_a_bucket_policy_may_let_a_role_in_and_keep_it_out():
    role = {"Principal": {"AWS": f"arn:aws:iam::{A}:role/app"}}
    nothing = allow("none:None")
    assert may(*GET, nothing, resource=[allow("s3:GetObject", OBJECTS, **role)])
    assert not may(
        *GET, nothing, resource=[allow("s3:GetObject", OBJECTS, Principal={"AWS": "444455556666"})]
    )
    insecure = deny("s3:*", OBJECTS, Principal="*", **when("Bool", "aws:SecureTransport", "false"))
    reads = allow("s3:GetObject", OBJECTS)
    assert not may(*GET, reads, resource=[insecure], context={"aws:SecureTransport": False})
    assert may(*GET, reads, resource=[insecure], context={"aws:SecureTransport": True})


def test_who_may_pass_a_role_may_create_a_function():
    role = f"arn:aws:iam::{A}:role/app"
    create = ("lambda.CreateFunction", {"FunctionName": "f", "Role": role})
    makes = allow("lambda:CreateFunction", FUNCTION)
    to_lambda = when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
    assert not may(*create, makes)
    assert may(*create, makes, allow("iam:PassRole", role, **to_lambda))
    to_ec2 = when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")
    assert not may(*create, makes, allow("iam:PassRole", role, **to_ec2))


@pytest.mark.parametrize(
    ("key", "value", "given", "expected"),
    [
        ("aws:RequestedRegion", "eu-west-1", {"aws:RequestedRegion": "eu-west-1"}, True),
        ("aws:RequestedRegion", "eu-west-1", {"aws:RequestedRegion": "us-east-1"}, False),
        ("aws:PrincipalArn", f"arn:aws:iam::{A}:role/app", {}, True),
        ("aws:PrincipalTag/team", "red", {"aws:PrincipalTag/team": "red"}, True),
        ("aws:PrincipalTag/team", "red", {}, False),
        ("aws:userid", "AROAEXAMPLE:one", {}, True),
    ],
)
def test_conditions_on_the_caller_and_the_place(key, value, given, expected):
    statement = allow("sqs:*", QUEUE, **when("StringEquals", key, value))
    assert may(*SEND, statement, context=given) is expected
