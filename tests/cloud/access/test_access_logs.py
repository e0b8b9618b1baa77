"""What an execution role may write into the log: without the rights there is none, and the function runs."""

from __future__ import annotations

import pytest

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f"
SOURCE = "def handler(event, context):\n    print('here')\n    return 1\n"


def allow(*actions, on="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


def lines(cloud):
    cloud.ledger.catch_up()
    logs = cloud.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/f")["logGroups"]:
        return None
    found = logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]
    return [event["message"].strip() for event in found]


def test_a_role_without_rights_leaves_no_log_and_the_function_runs(enforced, deploy, invoke, denials):
    deploy(SOURCE)
    assert invoke().payload == 1
    assert lines(enforced) is None
    assert ("logs:CreateLogGroup", f"{GROUP}:log-stream:") in denials()


def test_a_role_with_the_rights_leaves_one(enforced, deploy, invoke, grant, denials):
    deploy(SOURCE)
    grant(allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"))
    invoke()
    assert "here" in lines(enforced)
    assert denials() == []


def test_a_group_that_is_there_needs_not_be_made(enforced, deploy, invoke, grant, denials):
    enforced.client("logs").create_log_group(logGroupName="/aws/lambda/f")
    deploy(SOURCE)
    grant(allow("logs:CreateLogStream", "logs:PutLogEvents", on=f"{GROUP}:*"))
    invoke()
    assert "here" in lines(enforced)
    assert denials() == []


@pytest.mark.parametrize(
    ("actions", "lacking"),
    [
        (("logs:CreateLogGroup",), "logs:CreateLogStream"),
        (("logs:CreateLogGroup", "logs:CreateLogStream"), "logs:PutLogEvents"),
    ],
)
def test_half_of_the_rights_leaves_an_empty_group(enforced, deploy, invoke, grant, denials, actions, lacking):
    deploy(SOURCE)
    grant(allow(*actions))
    assert invoke().payload == 1
    assert lines(enforced) == []
    assert lacking in [action for action, _ in denials()]


def test_the_tail_of_the_log_comes_with_the_answer_whatever_the_role_may(enforced, deploy, invoke):
    deploy(SOURCE)
    assert "here" in invoke().log


def test_nothing_is_asked_while_nothing_is_enforced(cloud, deploy, invoke):
    deploy(SOURCE)
    invoke()
    assert "here" in lines(cloud)
    assert cloud.ledger.entries("access") == []
