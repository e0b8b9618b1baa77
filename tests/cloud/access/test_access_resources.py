"""What resources themselves say: keys and their grants, buckets that are public or must not be; and boundaries."""

from __future__ import annotations

import json

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "arn:aws:iam::123456789012"
ADA = f"{ACCOUNT}:user/ada"


def allow(*actions, on="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def denied(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Message"]


@pytest.fixture
def key(enforced):
    """A key that leaves nothing to identity policies, and something it encrypted."""
    kms = enforced.client("kms")
    id = kms.create_key(Policy=policy(allow("kms:*", Principal={"AWS": f"{ACCOUNT}:user/owner"})))[
        "KeyMetadata"
    ]["KeyId"]
    return kms, id, kms.encrypt(KeyId=id, Plaintext=b"x", EncryptionContext={"shop": "1"})["CiphertextBlob"]


def decrypt(client, id, blob):
    return client.decrypt(CiphertextBlob=blob, KeyId=id, EncryptionContext={"shop": "1"})["Plaintext"]


def test_an_identity_policy_alone_opens_no_key(user, key):
    _, id, blob = key
    message = denied(lambda: decrypt(user(allow("kms:*"))("kms"), id, blob))
    assert "because no resource-based policy allows the kms:Decrypt action" in message


def test_a_key_that_trusts_its_account_leaves_it_to_identity_policies(user, enforced):
    kms = enforced.client("kms")
    id = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=id, Plaintext=b"x", EncryptionContext={"shop": "1"})["CiphertextBlob"]
    assert "kms:Decrypt" in denied(lambda: decrypt(user()("kms"), id, blob))
    assert decrypt(user(allow("kms:Decrypt"), name="bob")("kms"), id, blob) == b"x"


def test_a_grant_lets_in_whom_it_names_for_what_it_names(user, key):
    kms, id, blob = key
    client = user()("kms")
    kms.create_grant(KeyId=id, GranteePrincipal=ADA, Operations=["Decrypt"])
    assert decrypt(client, id, blob) == b"x"
    assert "kms:GenerateDataKey" in denied(lambda: client.generate_data_key(KeyId=id, KeySpec="AES_256"))


def test_a_grant_that_is_revoked_lets_nobody_in(user, key):
    kms, id, blob = key
    client = user()("kms")
    grant = kms.create_grant(KeyId=id, GranteePrincipal=ADA, Operations=["Decrypt"])["GrantId"]
    kms.revoke_grant(KeyId=id, GrantId=grant)
    assert "kms:Decrypt" in denied(lambda: decrypt(client, id, blob))


@pytest.mark.parametrize(
    ("constraint", "context", "lets"),
    [
        ("EncryptionContextSubset", {"shop": "1"}, True),
        ("EncryptionContextSubset", {"shop": "2"}, False),
        ("EncryptionContextEquals", {"shop": "1"}, True),
        ("EncryptionContextEquals", {"shop": "1", "more": "x"}, False),
    ],
)
def test_a_grant_s_constraint_asks_for_the_encryption_context(user, key, constraint, context, lets):
    kms, id, blob = key
    client = user()("kms")
    kms.create_grant(
        KeyId=id, GranteePrincipal=ADA, Operations=["Decrypt"], Constraints={constraint: context}
    )
    if lets:
        assert decrypt(client, id, blob) == b"x"
    else:
        assert "kms:Decrypt" in denied(lambda: decrypt(client, id, blob))


@pytest.fixture
def photos(enforced):
    """A bucket with an object, and the client of nobody."""
    s3 = enforced.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="k", Body=b"x")
    return s3, enforced.client("s3", config=Config(signature_version=UNSIGNED))


def everybody(**condition):
    more = {"Condition": condition} if condition else {}
    return policy(allow("s3:GetObject", on="arn:aws:s3:::photos/*", Principal="*", **more))


def read(client):
    return client.get_object(Bucket="photos", Key="k")["Body"].read()


def test_nobody_in_particular_gets_what_the_bucket_s_policy_gives_to_all(photos):
    s3, nobody = photos
    assert denied(lambda: read(nobody)) == "Access Denied"
    s3.put_bucket_policy(Bucket="photos", Policy=everybody())
    assert read(nobody) == b"x"
    assert denied(lambda: nobody.put_object(Bucket="photos", Key="k", Body=b"")) == "Access Denied"


def test_a_bucket_that_restricts_public_access_lets_in_its_account_alone(photos, user):
    s3, nobody = photos
    s3.put_bucket_policy(Bucket="photos", Policy=everybody())
    s3.put_public_access_block(
        Bucket="photos", PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert denied(lambda: read(nobody)) == "Access Denied"
    assert read(user()("s3")) == b"x"


def test_a_bucket_that_blocks_public_policies_takes_none(photos):
    s3, _ = photos
    s3.put_public_access_block(Bucket="photos", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    message = denied(lambda: s3.put_bucket_policy(Bucket="photos", Policy=everybody()))
    assert message.endswith(
        'is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::photos" because public '
        "policies are blocked by the BlockPublicPolicy block public access setting."
    )
    s3.put_bucket_policy(
        Bucket="photos", Policy=everybody(StringEquals={"aws:PrincipalAccount": "123456789012"})
    )


def test_a_bucket_s_deny_stops_whom_an_identity_policy_allows(photos, user):
    s3, _ = photos
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::photos/*",
        "Condition": {"StringNotEquals": {"aws:username": "bob"}},
    }
    s3.put_bucket_policy(Bucket="photos", Policy=policy(refusal))
    message = denied(lambda: read(user(allow("s3:*"))("s3")))
    assert "with an explicit deny in a resource-based policy" in message
    assert read(user(allow("s3:*"), name="bob")("s3")) == b"x"


@pytest.fixture
def fence(enforced):
    """The ARN of a policy that allows to list buckets only."""
    made = enforced.client("iam").create_policy(
        PolicyName="fence", PolicyDocument=policy(allow("s3:ListAllMyBuckets"))
    )
    return made["Policy"]["Arn"]


def test_a_user_s_boundary_leaves_what_both_allow(user, enforced, fence):
    s3 = user(allow("s3:*"), PermissionsBoundary=fence)("s3")
    assert s3.list_buckets()["Buckets"] == []
    message = denied(lambda: s3.create_bucket(Bucket="bbb"))
    assert "because no permissions boundary allows the s3:CreateBucket action" in message
    iam = enforced.client("iam")
    iam.delete_user_permissions_boundary(UserName="ada")
    s3.create_bucket(Bucket="bbb")
    iam.put_user_permissions_boundary(UserName="ada", PermissionsBoundary=fence)
    assert "permissions boundary" in denied(lambda: s3.create_bucket(Bucket="ccc"))
    assert iam.get_user(UserName="ada")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == fence


def test_a_role_s_boundary_binds_its_sessions(user, enforced, fence):
    iam = enforced.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": ADA}, "Action": "sts:AssumeRole"}
    sts = user()("sts")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=policy(trust), PermissionsBoundary=fence)[
        "Role"
    ]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy(allow("s3:*")))
    found = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    s3 = enforced.client(
        "s3",
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )
    assert s3.list_buckets()["Buckets"] == []
    assert "no permissions boundary allows" in denied(lambda: s3.create_bucket(Bucket="bbb"))


def test_a_policy_of_the_account_s_own_is_attached_and_detached(user, enforced, fence):
    s3 = user()("s3")
    iam = enforced.client("iam")
    iam.attach_user_policy(UserName="ada", PolicyArn=fence)
    assert s3.list_buckets()["Buckets"] == []
    iam.detach_user_policy(UserName="ada", PolicyArn=fence)
    assert "s3:ListAllMyBuckets" in denied(lambda: s3.list_buckets())


def test_a_group_s_policy_is_its_members(user, enforced):
    s3 = user()("s3")
    iam = enforced.client("iam")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(
        GroupName="readers", PolicyName="p", PolicyDocument=policy(allow("s3:ListAllMyBuckets"))
    )
    assert "s3:ListAllMyBuckets" in denied(lambda: s3.list_buckets())
    iam.add_user_to_group(GroupName="readers", UserName="ada")
    assert s3.list_buckets()["Buckets"] == []
