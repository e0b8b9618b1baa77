"""Permissions are written as AWS writes them, on functions, versions and aliases apart."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

ECHO = "def handler(event, context): return event"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
INVOKE = {"FunctionName": "f", "Action": "lambda:InvokeFunction"}


def statement(api, **arguments):
    return json.loads(api.add_permission(**{**INVOKE, "StatementId": "s", **arguments})["Statement"])


# Statements as recorded against AWS on 2025-11-25, but for the one on calls through a URL, which follows
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.
@pytest.mark.parametrize(
    ("arguments", "principal", "conditions"),
    [
        (
            {"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::bucket"},
            {"Service": "s3.amazonaws.com"},
            {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}},
        ),
        ({"Principal": "sqs.amazonaws.com"}, {"Service": "sqs.amazonaws.com"}, None),
        (
            {"Principal": "*", "SourceAccount": "111111111111"},
            "*",
            {"StringEquals": {"AWS:SourceAccount": "111111111111"}},
        ),
        ({"Principal": "111111111111"}, {"AWS": "arn:aws:iam::111111111111:root"}, None),
        (
            {"Principal": "arn:aws:iam::111111111111:user/ann"},
            {"AWS": "arn:aws:iam::111111111111:user/ann"},
            None,
        ),
        (
            {
                "Action": "lambda:InvokeFunctionUrl",
                "Principal": "*",
                "SourceAccount": "111111111111",
                "SourceArn": "arn:aws:s3:::bucket",
                "FunctionUrlAuthType": "NONE",
                "PrincipalOrgID": "o-1234567890",
            },
            "*",
            {
                "StringEquals": {
                    "AWS:SourceAccount": "111111111111",
                    "lambda:FunctionUrlAuthType": "NONE",
                    "aws:PrincipalOrgID": "o-1234567890",
                },
                "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
            },
        ),
        (
            {"Principal": "*", "EventSourceToken": "amzn1.ask.skill.x"},
            "*",
            {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.x"}},
        ),
        (
            {"Principal": "*", "InvokedViaFunctionUrl": True},
            "*",
            {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        ),
    ],
)
def test_a_permission_becomes_a_statement(api, deploy, arguments, principal, conditions):
    deploy(ECHO)
    expected = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": principal,
        "Action": arguments.get("Action", "lambda:InvokeFunction"),
        "Resource": ARN,
    }
    if conditions:
        expected["Condition"] = conditions
    given = statement(api, **arguments)
    assert given == expected
    assert list(given) == list(expected)


def test_a_policy_holds_the_statements_in_order_and_names_its_revision(api, deploy):
    deploy(ECHO)
    for sid in ("one", "two"):
        statement(api, StatementId=sid, Principal="*")
    before = api.get_policy(FunctionName="f")
    policy = json.loads(before["Policy"])
    assert (policy["Version"], policy["Id"]) == ("2012-10-17", "default")
    assert [one["Sid"] for one in policy["Statement"]] == ["one", "two"]
    api.remove_permission(FunctionName="f", StatementId="one", RevisionId=before["RevisionId"])
    after = api.get_policy(FunctionName="f")
    assert [one["Sid"] for one in json.loads(after["Policy"])["Statement"]] == ["two"]
    assert after["RevisionId"] != before["RevisionId"]
    api.remove_permission(FunctionName="f", StatementId="two")
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        api.get_policy(FunctionName="f")


def test_a_statement_at_an_old_revision_is_not_removed(api, deploy):
    deploy(ECHO)
    statement(api, Principal="*")
    old = api.get_policy(FunctionName="f")["RevisionId"]
    statement(api, StatementId="t", Principal="*", RevisionId=old)
    with pytest.raises(ClientError, match="Call the GetPolicy API"):
        api.remove_permission(FunctionName="f", StatementId="s", RevisionId=old)
    assert len(json.loads(api.get_policy(FunctionName="f")["Policy"])["Statement"]) == 2


def test_function_version_and_alias_have_policies_of_their_own(api, deploy):
    deploy(ECHO, Publish=True)
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    for qualifier in ("1", "live"):
        assert statement(api, Qualifier=qualifier, Principal="*")["Resource"] == f"{ARN}:{qualifier}"
        found = json.loads(api.get_policy(FunctionName="f", Qualifier=qualifier)["Policy"])
        assert [one["Resource"] for one in found["Statement"]] == [f"{ARN}:{qualifier}"]
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        api.get_policy(FunctionName="f")


def test_a_policy_has_a_largest_size(api, deploy):
    deploy(ECHO)

    def fill():
        for number in range(200):
            statement(api, StatementId=f"{number}".zfill(100), Principal="*")

    with pytest.raises(ClientError, match="bigger than the limit") as caught:
        fill()
    assert caught.value.response["Error"]["Code"] == "PolicyLengthExceededException"
    assert 20_000 < len(api.get_policy(FunctionName="f")["Policy"]) <= 20_480


def test_a_new_function_of_the_same_name_has_no_policy(api, deploy):
    deploy(ECHO)
    statement(api, Principal="*")
    api.delete_function(FunctionName="f")
    deploy(ECHO)
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        api.get_policy(FunctionName="f")


def test_an_auth_type_belongs_to_url_permissions_only(api, deploy):
    deploy(ECHO)
    with pytest.raises(
        ClientError, match="FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl"
    ):
        statement(api, Principal="*", FunctionUrlAuthType="NONE")
