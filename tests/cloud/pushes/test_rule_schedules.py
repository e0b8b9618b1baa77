"""Rules with a schedule fire in UTC on the cloud's clock, for as long as they are there and enabled."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.fixture
def bridge(cloud) -> Any:
    return cloud.client("events")


def test_a_scheduled_rule_fires_at_its_rate(bridge, catcher, caught, cloud, recorded, same):
    bridge.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    bridge.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": catcher}])
    cloud.clock.advance(3 * 3600 + 60)
    events = caught()
    assert len(events) == 3
    for event in events:
        same(event, recorded("events/eventbridge")["scheduled"])
    times = sorted(datetime.fromisoformat(event["time"].rstrip("Z")) for event in events)
    assert [(later - earlier).total_seconds() for earlier, later in pairwise(times)] == [3600.0, 3600.0]


def test_a_scheduled_rule_fires_when_its_cron_says_in_utc(bridge, inbox, cloud):
    bridge.put_rule(Name="tick", ScheduleExpression="cron(0/30 9 * * ? *)")
    bridge.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": QUEUE}])
    cloud.clock.advance(86400)
    times = [message["Body"]["time"][11:] for message in inbox()]
    assert sorted(times) == ["09:00:00Z", "09:30:00Z"]


def test_a_scheduled_rule_stops_when_it_is_disabled_changed_or_deleted(bridge, inbox, cloud):
    def wait() -> int:
        cloud.clock.advance(3600)
        return len(inbox())

    bridge.put_rule(Name="tick", ScheduleExpression="rate(30 minutes)")
    bridge.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": QUEUE}])
    assert wait() == 2
    bridge.disable_rule(Name="tick")
    assert wait() == 0
    bridge.enable_rule(Name="tick")
    assert wait() == 2
    bridge.put_rule(Name="tick", ScheduleExpression="rate(20 minutes)")
    assert wait() == 3
    bridge.put_rule(Name="tick", ScheduleExpression="rate(20 minutes)", State="DISABLED")
    assert wait() == 0
    bridge.put_rule(Name="tick", ScheduleExpression="rate(20 minutes)", State="ENABLED")
    bridge.remove_targets(Rule="tick", Ids=["1"])
    bridge.delete_rule(Name="tick")
    assert wait() == 0
    assert cloud.clock.waiting() == 0


@pytest.mark.parametrize(
    "expression", ["cron(0 1 * * * *)", "rate(1 minutes)", "rate(0 minutes)", "rate(5 weeks)"]
)
def test_an_expression_that_is_none_is_refused(bridge, expression):
    with pytest.raises(ClientError, match="Parameter ScheduleExpression is not valid"):
        bridge.put_rule(Name="tick", ScheduleExpression=expression)


def test_nothing_fires_in_an_emptied_cloud(bridge, catcher, cloud):
    bridge.put_rule(Name="tick", ScheduleExpression="rate(1 minute)")
    bridge.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": catcher}])
    cloud.reset()
    cloud.clock.advance(600)
    assert cloud.ledger.entries("schedule") == []
    assert cloud.clock.waiting() == 0
