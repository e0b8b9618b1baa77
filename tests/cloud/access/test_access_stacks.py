"""Roles that a stack made are asked as others are."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
    ],
}
MAY_LIST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "lambda:ListFunctions", "Resource": "*"}],
}


def test_the_inline_policy_of_a_stack_s_role_decides(enforced):
    own = {"PolicyName": "own", "PolicyDocument": MAY_LIST}
    role = {"RoleName": "lister", "AssumeRolePolicyDocument": TRUST, "Policies": [own]}
    body = json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}})
    enforced.client("cloudformation").create_stack(
        StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    arn = "arn:aws:iam::123456789012:role/lister"
    keys = enforced.client("sts").assume_role(RoleArn=arn, RoleSessionName="ada")["Credentials"]
    api = enforced.client(
        "lambda",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert api.list_functions()["Functions"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        api.list_layers()
