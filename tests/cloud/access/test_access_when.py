"""Conditions on when and whence a call comes: what each request carries, by the cloud's own clock."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def may_list(user):
    """Whether ada may list functions under a condition that may be changed."""

    def asked(condition):
        statement = {
            "Effect": "Allow",
            "Action": "lambda:ListFunctions",
            "Resource": "*",
            "Condition": condition,
        }
        client = user(statement, name=f"ada-{len(asked_for)}")("lambda")
        asked_for.append(client)

        def may():
            try:
                client.list_functions()
            except ClientError:
                return False
            return True

        return may

    asked_for: list[object] = []
    return asked


def test_a_window_of_time_opens_and_closes_by_the_clock_of_the_cloud(enforced, may_list):
    now = int(enforced.clock.now())
    may = may_list(
        {
            "NumericGreaterThanEquals": {"aws:EpochTime": str(now + 3600)},
            "NumericLessThan": {"aws:EpochTime": str(now + 7200)},
        }
    )
    seen = [may()]
    for _ in range(2):
        enforced.clock.advance(3700)
        seen.append(may())
    assert seen == [False, True, False]


def test_a_date_is_compared_with_the_current_time(may_list):
    assert may_list({"DateGreaterThan": {"aws:CurrentTime": "2015-04-09T00:00:00Z"}})()
    assert not may_list({"DateLessThan": {"aws:CurrentTime": "2015-04-09T00:00:00Z"}})()


@pytest.mark.parametrize(("network", "lets_in"), [("127.0.0.0/8", True), ("203.0.113.0/24", False)])
def test_calls_come_from_loopback(may_list, network, lets_in):
    assert may_list({"IpAddress": {"aws:SourceIp": network}})() is lets_in


def test_after_a_reset_no_policy_is_enforced_until_asked_for(enforced, user):
    client = user()("lambda")
    with pytest.raises(ClientError):
        client.list_functions()
    enforced.reset()
    assert not enforced.guard.enabled
