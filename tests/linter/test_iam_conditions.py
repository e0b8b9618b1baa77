"""Condition operators: what matches, what a missing key means, and sets of values."""

from __future__ import annotations

import base64

import pytest

from lint_rules import AccessRequest, MalformedPolicy, PolicySet, Principal, evaluate, parse_policy

CALLER = Principal.of("arn:aws:iam::111122223333:user/ann")


def holds(condition, **context):
    """Whether a statement under this condition applies; the context's keys are written with __ for a colon."""
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition},
    }
    given = {key.replace("__", ":"): value for key, value in context.items()}
    request = AccessRequest(CALLER, "a:b", "*", given)
    return evaluate(request, PolicySet(identity=(parse_policy(document),))).allowed


BYTES = base64.b64encode(b"\x00\xff").decode()


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "red", "red", True),
        ("StringEquals", "red", "Red", False),
        ("StringEquals", "r*", "red", False),
        ("StringEquals", ["blue", "red"], "red", True),
        ("StringEquals", "", "", True),
        ("stringequals", "red", "red", True),
        ("StringEqualsIgnoreCase", "RED", "red", True),
        ("StringEqualsIgnoreCase", "RED", "reds", False),
        ("StringLike", "r*d", "red", True),
        ("StringLike", "r?d", "reed", False),
        ("StringLike", "R*", "red", False),
        ("StringLike", ["", "home/", "home/${aws:username}/*"], "home/ann/x", True),
        ("StringLike", ["", "home/", "home/${aws:username}/*"], "home/bob/x", False),
        ("StringEquals", "${aws:username}", "ann", True),
        ("StringEquals", "${aws:nothing}", "ann", False),
        ("StringEquals", "${aws:nothing, 'ann'}", "ann", True),
        # "Policy variables with no value": nothing is equal to them, and negated operators hold.
        ("StringNotEquals", "${aws:nothing}", "ann", True),
        ("ArnNotLike", "arn:aws:iam::1:user/${aws:nothing}", "arn:aws:iam::1:user/ann", True),
        ("StringNotEquals", ["blue", "red"], "red", False),
        ("StringNotEquals", ["blue", "green"], "red", True),
        ("StringNotLike", "r*", "red", False),
        ("StringNotEqualsIgnoreCase", "RED", "red", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, 10, True),
        ("NumericEquals", "10", "ten", False),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9.5", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "10", "9", False),
        ("NumericGreaterThan", ["10", "5"], "9", True),
        ("NumericGreaterThanEquals", "-1", "-1", True),
        ("DateEquals", "2026-11-28T00:00:00Z", "2026-11-28", True),
        ("DateEquals", "2026-11-28T01:00:00+01:00", "2026-11-28T00:00:00Z", True),
        ("DateEquals", "1795824000", "2026-11-28T00:00:00Z", True),
        ("DateLessThan", "2026-11-28T00:00:00Z", "2026-11-27T23:59:59.9Z", True),
        ("DateLessThan", "2026", "2025-12-31", True),
        ("DateGreaterThan", "2026-11-28", "not a date", False),
        ("DateGreaterThanEquals", "2026-11", "2026-11-01T00:00Z", True),
        ("DateLessThanEquals", "2026-11", "2026-12", False),
        ("DateNotEquals", "2026-11-28", "2026-11-29", True),
        ("Bool", "true", True, True),
        ("Bool", True, "True", True),
        ("Bool", "false", "true", False),
        ("BinaryEquals", BYTES, BYTES, True),
        ("BinaryEquals", BYTES, base64.b64encode(b"other").decode(), False),
        ("BinaryEquals", BYTES, "no base64!", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
        ("IpAddress", "203.0.113.9", "203.0.113.9", True),
        ("IpAddress", ["10.0.0.0/8", "2001:DB8::/32"], "2001:db8::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
        ("NotIpAddress", ["10.0.0.0/8", "203.0.113.0/24"], "203.0.113.1", False),
        ("ArnLike", "arn:aws:sns:*:111122223333:t*", "arn:aws:sns:eu-west-1:111122223333:topic", True),
        ("ArnEquals", "arn:aws:sns:*:111122223333:t*", "arn:aws:sns:eu-west-1:111122223333:topic", True),
        ("ArnLike", "arn:aws:*:111122223333:t*", "arn:aws:sns:eu-west-1:111122223333:topic", False),
        ("ArnLike", "arn:aws:s3:::logs", "arn:aws:s3:::Logs", False),
        ("ArnNotLike", "arn:aws:s3:::logs", "arn:aws:s3:::other", True),
        ("ArnNotEquals", "arn:aws:s3:::lo*", "arn:aws:s3:::logs", False),
    ],
)
def test_what_an_operator_matches(operator, wanted, given, expected):
    assert holds({operator: {"my:Key": wanted}}, my__key=given) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
        ("NumericLessThan", False),
        ("NumericNotEquals", True),
        ("Bool", False),
        ("BoolIfExists", True),
        ("IpAddress", False),
        ("NotIpAddress", True),
        ("ArnLike", False),
        ("ArnNotLike", True),
        ("DateLessThan", False),
    ],
)
def test_what_a_missing_key_means(operator, expected):
    assert holds({operator: {"my:Key": "1"}}) is expected
    assert holds({operator: {"my:Key": "1"}}, my__key=[]) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
        ("ForAllValues:StringLike", "team-*", ["team-a", "team-b"], True),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], True),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "a"], False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], False),
        ("forallvalues:stringequalsifexists", ["a"], ["a"], True),
        ("ForAnyValue:StringEquals", "a", "a", True),
    ],
)
def test_sets_of_values(operator, wanted, given, expected):
    assert holds({operator: {"my:Key": wanted}}, my__key=given) is expected


def test_null_asks_whether_the_key_is_there():
    assert holds({"Null": {"aws:TokenIssueTime": "true"}})
    assert not holds({"Null": {"aws:TokenIssueTime": "false"}})
    assert holds({"Null": {"aws:TokenIssueTime": False}}, aws__TokenIssueTime="2026-11-28T00:00:00Z")
    assert not holds({"Null": {"aws:TokenIssueTime": True}}, aws__tokenissuetime="2026-11-28T00:00:00Z")


def test_every_operator_and_every_key_must_hold_and_one_value_is_enough():
    both = {"StringEquals": {"a:x": ["1", "2"], "a:y": "3"}, "Bool": {"a:z": "true"}}
    assert holds(both, a__x="2", a__y="3", a__z=True)
    assert not holds(both, a__x="2", a__y="4", a__z=True)
    assert not holds(both, a__x="2", a__y="3", a__z=False)
    assert not holds(both, a__x="2", a__y="3")


def test_key_names_are_the_same_in_any_case():
    assert holds({"StringEquals": {"AWS:SourceAccount": "1"}}, aws__sourceaccount="1")


def test_the_caller_s_keys_are_known_without_being_given():
    assert holds({"ArnEquals": {"aws:PrincipalArn": CALLER.arn}, "StringEquals": {"aws:username": "ann"}})
    assert holds({"StringEquals": {"aws:PrincipalAccount": "111122223333", "aws:PrincipalType": "User"}})
    assert holds({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})


@pytest.mark.parametrize(
    "operator", ["StringSimilar", "ForSomeValues:StringEquals", "StringEqualsIfExist", ""]
)
def test_an_operator_that_does_not_exist_is_refused(operator):
    with pytest.raises(MalformedPolicy, match="Invalid Condition type"):
        holds({operator: {"a:b": "c"}})
