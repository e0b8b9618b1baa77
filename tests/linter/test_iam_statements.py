"""Which requests one statement speaks of: actions, resources, wildcards, case and policy variables."""

from __future__ import annotations

import pytest

from lint_rules import AccessRequest, PolicySet, Principal, evaluate, parse_policy

ACCOUNT = "111122223333"
USER = Principal.of(f"arn:aws:iam::{ACCOUNT}:user/team/ann")
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"


def allowed(*statements, action="dynamodb:PutItem", resource=TABLE, context=None, version="2012-10-17"):
    """Whether the statements of one identity policy allow a user to do this."""
    filled = [
        {"Effect": "Allow", **({} if "NotResource" in one else {"Resource": "*"}), **one}
        for one in statements
    ]
    policy = parse_policy({"Version": version, "Statement": filled})
    request = AccessRequest(USER, action, resource, context or {})
    return evaluate(request, PolicySet(identity=(policy,))).allowed


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": "dynamodb:PutItem"}, True),
        ({"Action": "DynamoDB:putitem"}, True),
        ({"Action": ["s3:GetObject", "dynamodb:Put*"]}, True),
        ({"Action": "dynamodb:P?tItem"}, True),
        ({"Action": "dynamodb:*"}, True),
        ({"Action": "*"}, True),
        ({"Action": "dynamodb:P?Item"}, False),
        ({"Action": "dynamodb:Put"}, False),
        ({"Action": "d*:PutItem"}, False),
        ({"Action": "dynamodb.PutItem"}, False),
        ({"NotAction": "dynamodb:Delete*"}, True),
        ({"NotAction": ["s3:*", "dynamodb:putitem"]}, False),
        ({"Action": "*", "Resource": TABLE}, True),
        ({"Action": "*", "Resource": TABLE.upper()}, False),
        ({"Action": "*", "Resource": "arn:aws:dynamodb:*:*:table/ord*"}, True),
        ({"Action": "*", "Resource": "arn:aws:dynamodb:eu-west-?:*:table/*"}, True),
        ({"Action": "*", "Resource": "arn:aws:dynamodb:*:table/orders"}, False),
        ({"Action": "*", "Resource": "arn:aws:dynamodb:*"}, True),
        ({"Action": "*", "Resource": f"{TABLE}/index/*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:dynamodb:*:*:table/users"}, True),
        ({"Action": "*", "NotResource": ["arn:aws:s3:::*", TABLE]}, False),
    ],
)
def test_what_a_statement_speaks_of(statement, expected):
    assert allowed(statement) is expected


def test_a_wildcard_in_the_middle_of_an_arn_stays_between_its_colons():
    queue = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:a"
    assert allowed({"Action": "*", "Resource": "arn:aws:sqs:*:*:a"}, resource=queue)
    assert not allowed({"Action": "*", "Resource": f"arn:aws:*:{ACCOUNT}:a"}, resource=queue)


def test_the_last_part_of_an_arn_may_hold_colons_and_slashes():
    version = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:app:live"
    assert allowed({"Action": "*", "Resource": f"arn:aws:lambda:*:{ACCOUNT}:function:*"}, resource=version)
    assert not allowed(
        {"Action": "*", "Resource": f"arn:aws:lambda:*:{ACCOUNT}:function:app"}, resource=version
    )


def test_an_action_without_resources_needs_a_star():
    assert allowed({"Action": "lambda:List*"}, action="lambda:ListFunctions", resource="*")
    assert not allowed(
        {"Action": "lambda:List*", "Resource": "arn:aws:lambda:*:*:function:*"},
        action="lambda:ListFunctions",
        resource="*",
    )


def test_variables_stand_for_the_caller_and_their_values_are_literal():
    home = {"Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"}
    assert allowed(home, action="s3:GetObject", resource="arn:aws:s3:::home/ann/x")
    assert not allowed(home, action="s3:GetObject", resource="arn:aws:s3:::home/bob/x")
    tagged = {"Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*"}
    star = {"aws:PrincipalTag/team": "*"}
    assert allowed(tagged, action="s3:GetObject", resource="arn:aws:s3:::home/*/x", context=star)
    assert not allowed(tagged, action="s3:GetObject", resource="arn:aws:s3:::home/red/x", context=star)


@pytest.mark.parametrize(
    ("text", "key", "context", "expected"),
    [
        ("${aws:PrincipalTag/team, 'shared'}", "shared", {}, True),
        ("${aws:PrincipalTag/team,'shared'}", "shared", {}, True),
        ("${aws:PrincipalTag/team, 'shared'}", "red", {"aws:principaltag/TEAM": "red"}, True),
        ("${aws:PrincipalTag/team, 'shared'}", "shared", {"aws:PrincipalTag/team": "red"}, False),
        ("${aws:PrincipalTag/team}", "", {}, False),
        ("${aws:TagKeys}", "a", {"aws:TagKeys": ["a"]}, False),
        ("${*}", "*", {}, True),
        ("${*}", "anything", {}, False),
        ("a${?}", "a?", {}, True),
        ("a${?}", "ab", {}, False),
        ("${$}x", "$x", {}, True),
    ],
)
def test_defaults_and_special_characters(text, key, context, expected):
    statement = {"Action": "s3:*", "Resource": f"arn:aws:s3:::b/{text}"}
    assert (
        allowed(statement, action="s3:GetObject", resource=f"arn:aws:s3:::b/{key}", context=context)
        is expected
    )


def test_the_old_version_has_no_variables():
    home = {"Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}"}
    assert not allowed(home, action="s3:GetObject", resource="arn:aws:s3:::home/ann", version="2008-10-17")
    literal = "arn:aws:s3:::home/${aws:username}"
    assert allowed(home, action="s3:GetObject", resource=literal, version="2008-10-17")
