"""What a function's role asks for carries the function's ARN, so that a right may be bound to one function.

https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
"""

from __future__ import annotations

import pytest

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
LISTS = (
    "import boto3\napi = boto3.client('lambda')\n"
    "def handler(event, context):\n    return len(api.list_functions()['Functions'])\n"
)


def bound(action, arn=ARN):
    condition = {"ArnEquals": {"lambda:SourceFunctionArn": arn}}
    return {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}


@pytest.mark.parametrize(("arn", "wanted"), [(ARN, "1"), (f"{ARN}-other", "AccessDenied")])
def test_a_right_of_one_function_is_none_of_another_with_the_same_role(deploy, grant, enforced, arn, wanted):
    grant(bound("lambda:ListFunctions", arn))
    deploy(LISTS, Timeout=20)
    said = enforced.client("lambda").invoke(FunctionName="f")["Payload"].read().decode()
    assert wanted in said


@pytest.mark.parametrize(("arn", "groups"), [(ARN, 1), (f"{ARN}-other", 0)])
def test_the_log_is_asked_for_in_the_function_s_name(deploy, grant, enforced, arn, groups):
    grant(bound("logs:*", arn))
    deploy("def handler(event, context):\n    print('here')\n")
    enforced.client("lambda").invoke(FunctionName="f")
    enforced.settle()
    assert len(enforced.client("logs").describe_log_groups()["logGroups"]) == groups


def test_who_is_no_function_has_no_source_function(user):
    client = user(bound("lambda:ListFunctions", "*"))("lambda")
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.list_functions()
