"""A resource policy written as a document replaces everything that there was."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

ECHO = "def handler(event, context): return event"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
INVOKE = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "sqs.amazonaws.com"}
LET_IN = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
    "Action": "lambda:InvokeFunction",
    "Resource": ARN,
}


@pytest.fixture
def put(api, deploy):
    """Write a policy of these statements onto the function f."""
    deploy(ECHO)

    def written(*statements, **more):
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        return api.put_resource_policy(**{"ResourceArn": ARN, "Policy": text, **more})

    return written


def statements(answer):
    return json.loads(answer["Policy"])["Statement"]


def test_it_replaces_what_add_permission_made(api, put):
    for sid in ("a", "b"):
        api.add_permission(StatementId=sid, **INVOKE)
    assert statements(put(LET_IN)) == [LET_IN]
    assert statements(api.get_policy(FunctionName="f")) == [LET_IN]
    assert statements(api.get_resource_policy(ResourceArn=ARN)) == [LET_IN]


def test_permissions_may_be_added_to_a_document_and_removed_from_it(api, put):
    put(LET_IN)
    api.add_permission(StatementId="more", **INVOKE)
    assert len(statements(api.get_policy(FunctionName="f"))) == 2
    api.remove_permission(FunctionName="f", StatementId="more")
    assert statements(api.get_policy(FunctionName="f")) == [LET_IN]


def test_an_alias_has_a_document_of_its_own(api, put):
    number = api.publish_version(FunctionName="f")["Version"]
    api.create_alias(FunctionName="f", Name="live", FunctionVersion=number)
    put({**LET_IN, "Resource": f"{ARN}:live"}, ResourceArn=f"{ARN}:live")
    assert len(statements(api.get_policy(FunctionName="f", Qualifier="live"))) == 1
    with pytest.raises(ClientError, match="ResourceNotFound"):
        api.get_policy(FunctionName="f")


def test_a_document_of_an_older_state_is_refused(api, put):
    old = put(LET_IN)["RevisionId"]
    put(LET_IN, RevisionId=old)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        put(LET_IN, RevisionId=old)


def test_a_deleted_policy_is_gone(api, put):
    put(LET_IN)
    api.delete_resource_policy(ResourceArn=ARN)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        api.get_resource_policy(ResourceArn=ARN)


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"Version": "2018-10-7", "Statement": []}'])
def test_what_is_no_policy_changes_nothing(api, put, text):
    put(LET_IN)
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        put(Policy=text)
    assert statements(api.get_policy(FunctionName="f")) == [LET_IN]
