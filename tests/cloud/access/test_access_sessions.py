"""Sessions: who may assume a role, under which conditions, and what of its rights a session has."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "arn:aws:iam::123456789012"
ADA = f"{ACCOUNT}:user/ada"
ROLE = f"{ACCOUNT}:role/reader"


def allow(*actions, on="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def trust(principal=ADA, *actions, **condition):
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": list(actions or ("sts:AssumeRole",)),
        **({"Condition": condition} if condition else {}),
    }


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def denied(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


@pytest.fixture
def reader(enforced):
    """The role `reader`, with a trust statement and statements of its own."""

    def made(trusted, *statements, name="reader", **more):
        iam = enforced.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusted), **more)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))

    return made


@pytest.fixture
def within(enforced):
    """Clients of the session that AssumeRole gives."""

    def assumed(sts, role=ROLE, **more):
        found = sts.assume_role(RoleArn=role, RoleSessionName="me", **more)["Credentials"]
        return lambda service: enforced.client(
            service,
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )

    return assumed


def test_a_role_is_assumed_by_whom_it_trusts_by_name(user, reader, within):
    reader(trust(), allow("s3:ListAllMyBuckets"))
    assert within(user()("sts"))("s3").list_buckets()["Buckets"] == []


def test_a_role_that_does_not_trust_is_not_assumed_whatever_the_caller_may(user, reader, within):
    reader(trust(f"{ACCOUNT}:user/bob"))
    sts = user(allow("sts:AssumeRole"))("sts")
    code, message = denied(lambda: within(sts))
    assert code == "AccessDenied"
    assert f"User: {ADA} is not authorized to perform: sts:AssumeRole on resource: {ROLE}" in message
    assert "no role trust policy allows" in message


def test_a_role_that_trusts_the_account_leaves_it_to_the_caller_s_policies(user, reader, within):
    reader(trust(f"{ACCOUNT}:root"))
    _code, message = denied(lambda: within(user()("sts")))
    assert "because no identity-based policy allows the sts:AssumeRole action" in message
    assert within(user(allow("sts:AssumeRole", on=ROLE), name="bob")("sts"))


def test_a_role_that_is_not_there_is_assumed_by_nobody(user, within):
    assert denied(lambda: within(user(allow("sts:*"))("sts")))[0] == "AccessDenied"


def test_an_external_id_must_be_the_one_that_was_agreed(user, reader, within):
    reader(trust(ADA, StringEquals={"sts:ExternalId": "x-1"}))
    sts = user()("sts")
    assert denied(lambda: within(sts))[0] == "AccessDenied"
    assert denied(lambda: within(sts, ExternalId="x-2"))[0] == "AccessDenied"
    assert within(sts, ExternalId="x-1")


def test_mfa_is_a_code_of_a_device_that_is_the_caller_s(user, reader, within, enforced):
    reader(trust(ADA, Bool={"aws:MultiFactorAuthPresent": "true"}), allow("s3:ListAllMyBuckets"))
    sts = user()("sts")
    assert denied(lambda: within(sts))[0] == "AccessDenied"
    serial = enforced.client("iam").create_virtual_mfa_device(VirtualMFADeviceName="phone")[
        "VirtualMFADevice"
    ]["SerialNumber"]
    _code, message = denied(lambda: within(sts, SerialNumber=serial, TokenCode="123456"))
    assert "MultiFactorAuthentication failed" in message
    enforced.client("iam").enable_mfa_device(
        UserName="ada", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    assert within(sts, SerialNumber=serial, TokenCode="123456")("s3").list_buckets()


def test_a_session_s_policy_leaves_what_both_allow(user, reader, within):
    reader(trust(), allow("s3:*"))
    own = policy(allow("s3:ListAllMyBuckets", "dynamodb:ListTables"))
    session = within(user()("sts"), Policy=own)
    assert session("s3").list_buckets()["Buckets"] == []
    _, message = denied(lambda: session("s3").create_bucket(Bucket="bbb"))
    assert "because no session policy allows the s3:CreateBucket action" in message
    _, message = denied(lambda: session("dynamodb").list_tables())
    assert "because no identity-based policy allows" in message


def test_a_session_s_policies_may_be_managed_ones(user, reader, within):
    reader(trust(), allow("*"))
    session = within(
        user()("sts"), PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"}]
    )
    assert session("dynamodb").list_tables()["TableNames"] == []
    assert denied(lambda: session("s3").list_buckets())[0] == "AccessDenied"


def test_a_malformed_session_policy_begins_no_session(user, reader, within):
    reader(trust())
    code, message = denied(lambda: within(user()("sts"), Policy='{"Statement": 1}'))
    assert (code, message) == ("MalformedPolicyDocument", "Syntax errors in policy.")


def test_tags_of_a_session_ask_for_tag_session_and_are_its_principal_tags(user, reader, within, enforced):
    enforced.client("s3").create_bucket(Bucket="red")
    reader(
        trust(ADA, "sts:AssumeRole"),
        allow("s3:ListBucket", on="arn:aws:s3:::${aws:PrincipalTag/team}"),
    )
    sts = user()("sts")
    tags = [{"Key": "team", "Value": "red"}]
    _, message = denied(lambda: within(sts, Tags=tags))
    assert "sts:TagSession" in message
    enforced.client("iam").update_assume_role_policy(
        RoleName="reader", PolicyDocument=policy(trust(ADA, "sts:AssumeRole", "sts:TagSession"))
    )
    assert within(sts, Tags=tags)("s3").list_objects_v2(Bucket="red")["KeyCount"] == 0
    assert denied(lambda: within(sts)("s3").list_objects_v2(Bucket="red"))[0] == "AccessDenied"


def test_a_chain_of_roles_keeps_transitive_tags_and_lasts_an_hour(user, reader, within, enforced):
    enforced.client("s3").create_bucket(Bucket="red")
    reader(trust(ADA, "sts:AssumeRole", "sts:TagSession"), allow("sts:AssumeRole"))
    last = f"{ACCOUNT}:role/last"
    reader(trust(ROLE), allow("s3:ListBucket", on="arn:aws:s3:::${aws:PrincipalTag/team}"), name="last")
    tags = [{"Key": "team", "Value": "red"}]
    kept = within(user()("sts"), Tags=tags, TransitiveTagKeys=["team"])("sts")
    assert within(kept, last)("s3").list_objects_v2(Bucket="red")["KeyCount"] == 0
    code, message = denied(lambda: within(kept, last, DurationSeconds=7200))
    assert code == "ValidationError"
    assert "1 hour session limit for roles assumed by role chaining" in message


def test_a_session_lasts_no_longer_than_its_role_allows(user, reader, within):
    reader(trust(), MaxSessionDuration=3600)
    _code, message = denied(lambda: within(user()("sts"), DurationSeconds=7200))
    assert message == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


def test_a_user_s_session_token_has_the_user_s_rights_for_its_time(user, enforced):
    found = user(allow("s3:ListAllMyBuckets"))("sts").get_session_token(DurationSeconds=900)["Credentials"]
    keys = {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }
    s3 = enforced.client("s3", **keys)
    assert s3.list_buckets()["Buckets"] == []
    assert "user/ada is not authorized" in denied(lambda: s3.create_bucket(Bucket="bbb"))[1]
    enforced.clock.advance(901)
    assert denied(lambda: s3.list_buckets())[0] == "ExpiredToken"


def test_a_federated_user_has_what_the_user_and_the_session_s_policy_allow(user, enforced):
    sts = user(allow("s3:*", "sts:GetFederationToken"))("sts")
    found = sts.get_federation_token(Name="guest", Policy=policy(allow("s3:ListAllMyBuckets")))["Credentials"]
    s3 = enforced.client(
        "s3",
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )
    assert s3.list_buckets()["Buckets"] == []
    assert "federated-user/guest is not authorized" in denied(lambda: s3.create_bucket(Bucket="bbb"))[1]


def test_aws_s_managed_policies_can_be_attached_by_name(user, enforced):
    s3 = user()("s3")
    assert denied(lambda: s3.list_buckets())[0] == "AccessDenied"
    iam = enforced.client("iam")
    iam.attach_user_policy(UserName="ada", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert s3.list_buckets()["Buckets"] == []
    code, _ = denied(lambda: iam.attach_user_policy(UserName="ada", PolicyArn="arn:aws:iam::aws:policy/Nope"))
    assert code == "NoSuchEntity"
