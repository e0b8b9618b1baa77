"""Why a statement applies or not, and which condition keys policies read."""

from __future__ import annotations

import pytest

from lint_rules import (
    AccessRequest,
    PolicySet,
    Principal,
    condition_keys,
    explain,
    missing_keys,
    parse_policy,
)

CALLER = Principal.of("arn:aws:sts::111122223333:assumed-role/app/one")
OBJECT = "arn:aws:s3:::b/a"
GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def policy(*statements, kind="identity"):
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, kind)


def readings(context=None, **policies):
    found = explain(AccessRequest(CALLER, "s3:GetObject", OBJECT, context or {}), PolicySet(**policies))
    return [(reading.policy.kind, reading.obstacle, reading.keys) for reading in found]


@pytest.mark.parametrize(
    ("change", "obstacle", "keys"),
    [
        ({}, "", ()),
        ({"Action": "s3:PutObject"}, "action", ()),
        ({"Resource": "arn:aws:s3:::c/*"}, "resource", ()),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "condition", ("aws:SecureTransport",)),
        ({"Condition": {"StringNotEquals": {"aws:SecureTransport": "x"}}}, "", ()),
    ],
)
def test_what_stands_in_the_way_of_a_statement(change, obstacle, keys):
    assert readings(identity=(policy({**GOOD, **change}),)) == [("identity", obstacle, keys)]


def test_the_readings_of_several_policies():
    resource = policy({**GOOD, "Principal": {"AWS": "444455556666"}}, kind="resource")
    boundary = policy({**GOOD, "Action": "sqs:*"}, kind="boundary")
    found = readings(identity=(policy(GOOD),), resource=resource, boundary=boundary)
    assert found == [("resource", "principal", ()), ("identity", "", ()), ("boundary", "action", ())]


def test_the_keys_that_policies_read():
    read = policy(
        {
            **GOOD,
            "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'x'}/${*}",
            "Condition": {
                "StringLike": {"s3:prefix": "${aws:username}/*"},
                "Bool": {"AWS:SecureTransport": "true"},
            },
        },
        {**GOOD, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    )
    assert condition_keys([read]) == (
        "AWS:SecureTransport",
        "aws:principaltag/team",
        "aws:username",
        "s3:prefix",
    )
    request = AccessRequest(CALLER, "s3:GetObject", OBJECT, {"S3:Prefix": "a"})
    assert missing_keys(request, [read]) == ("AWS:SecureTransport", "aws:principaltag/team", "aws:username")
    assert condition_keys([policy(GOOD)]) == ()
