"""IAM's policy simulator: it answers as the cloud decides, and says which statements decided."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

PHOTOS = "arn:aws:s3:::photos/k"


def allow(*actions, on="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)


@pytest.fixture
def custom(cloud):
    """The one result of simulating documents."""

    def simulated(documents, action="s3:GetObject", resource=PHOTOS, **more):
        (found,) = cloud.client("iam").simulate_custom_policy(
            PolicyInputList=documents, ActionNames=[action], ResourceArns=[resource], **more
        )["EvaluationResults"]
        return found

    return simulated


DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "decision", "matched"),
    [
        ([allow("s3:GetObject")], "allowed", 1),
        ([allow("s3:PutObject")], "implicitDeny", 0),
        ([allow("s3:Get*"), DENY], "explicitDeny", 1),
        ([allow("s3:Get*"), allow("s3:GetObject", on="arn:aws:s3:::photos/*")], "allowed", 2),
    ],
)
def test_a_custom_policy_is_decided_with_the_statements_that_decide(custom, statements, decision, matched):
    found = custom([policy(*statements)])
    assert (found["EvalActionName"], found["EvalResourceName"]) == ("s3:GetObject", PHOTOS)
    assert found["EvalDecision"] == decision
    assert len(found["MatchedStatements"]) == matched
    assert found["ResourceSpecificResults"][0]["EvalResourceDecision"] == decision
    assert {one["SourcePolicyId"] for one in found["MatchedStatements"]} <= {"PolicyInputList.1"}


def test_a_matched_statement_is_found_in_its_document(custom):
    text = policy(allow("s3:PutObject"), allow("s3:GetObject"))
    (matched,) = custom([text])["MatchedStatements"]
    lines = text.split("\n")
    start, end = matched["StartPosition"], matched["EndPosition"]
    assert lines[start["Line"] - 1][start["Column"] - 1] == "{"
    assert "GetObject" in "\n".join(lines[start["Line"] - 1 : end["Line"]])
    assert "PutObject" not in "\n".join(lines[start["Line"] - 1 : end["Line"]])


def test_keys_that_nobody_gave_are_named(custom):
    document = policy(allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    found = custom([document])
    assert (found["EvalDecision"], found["MissingContextValues"]) == ("implicitDeny", ["aws:SourceIp"])
    entry = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["10.1.2.3"], "ContextKeyType": "ip"}
    found = custom([document], ContextEntries=[entry])
    assert (found["EvalDecision"], found.get("MissingContextValues", [])) == ("allowed", [])


def test_a_boundary_s_part_is_told_apart(custom):
    found = custom([policy(allow("s3:*"))], PermissionsBoundaryPolicyInputList=[policy(allow("dynamodb:*"))])
    assert found["EvalDecision"] == "implicitDeny"
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_a_resource_s_policy_counts_for_the_caller(custom):
    caller = "arn:aws:iam::123456789012:user/ada"
    document = policy(allow("s3:GetObject", on=PHOTOS, Principal={"AWS": caller}))
    found = custom([policy(allow("sqs:*"))], ResourcePolicy=document, CallerArn=caller)
    assert found["EvalDecision"] == "allowed"
    assert found["MatchedStatements"][0]["SourcePolicyType"] == "Resource Policy"


def test_each_action_and_resource_has_its_result(cloud):
    found = cloud.client("iam").simulate_custom_policy(
        PolicyInputList=[policy(allow("sqs:SendMessage", on="arn:aws:sqs:*:*:a"))],
        ActionNames=["sqs:SendMessage", "sqs:ReceiveMessage"],
        ResourceArns=[f"arn:aws:sqs:us-east-1:123456789012:{name}" for name in "ab"],
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in found] == ["allowed", *["implicitDeny"] * 3]


def test_a_principal_is_simulated_with_all_its_policies_and_does_as_simulated(user, enforced):
    client = user(allow("s3:ListAllMyBuckets"))
    iam = enforced.client("iam")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(
        GroupName="readers", PolicyName="tables", PolicyDocument=policy(allow("dynamodb:ListTables"))
    )
    iam.add_user_to_group(GroupName="readers", UserName="ada")
    found = iam.simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::123456789012:user/ada",
        ActionNames=["s3:ListAllMyBuckets", "dynamodb:ListTables", "sqs:ListQueues"],
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in found] == ["allowed", "allowed", "implicitDeny"]
    assert [one["SourcePolicyId"] for each in found for one in each["MatchedStatements"]] == [
        "user_ada_own",
        "group_readers_tables",
    ]
    assert client("s3").list_buckets()["Buckets"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    with pytest.raises(ClientError):
        client("sqs").list_queues()


def test_a_principal_that_is_not_there_is_no_such_entity(cloud):
    with pytest.raises(ClientError) as caught:
        cloud.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:user/nobody", ActionNames=["s3:GetObject"]
        )
    assert caught.value.response["Error"]["Code"] == "NoSuchEntity"


def test_what_is_no_policy_is_invalid_input(cloud):
    with pytest.raises(ClientError) as caught:
        cloud.client("iam").simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["s3:GetObject"])
    assert caught.value.response["Error"]["Code"] == "InvalidInput"


def test_the_keys_that_policies_read_are_listed(cloud):
    document = policy(
        allow(
            "s3:*", on="arn:aws:s3:::${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}}
        )
    )
    found = cloud.client("iam").get_context_keys_for_custom_policy(PolicyInputList=[document])
    assert found["ContextKeyNames"] == ["aws:SecureTransport", "aws:username"]
