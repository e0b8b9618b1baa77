"""EventBridge Scheduler does what is scheduled, when the clocks of the place say so, and then what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "us-east-1:123456789012"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:q"
ROLE = "arn:aws:iam::123456789012:role/scheduler"
TICK = f"arn:aws:scheduler:{ACCOUNT}:schedule/default/tick"


@pytest.fixture
def scheduler(cloud) -> Any:
    return cloud.client("scheduler")


@pytest.fixture
def schedule(scheduler) -> Callable[..., None]:
    """Make the schedule `tick`: `schedule(expression, arn)`. `target` holds further members of the target."""

    def made(expression: str, arn: str = QUEUE, target: Any = None, **more: Any) -> None:
        settings = {"FlexibleTimeWindow": {"Mode": "OFF"}, **more}
        scheduler.create_schedule(
            Name="tick",
            ScheduleExpression=expression,
            Target={"Arn": arn, "RoleArn": ROLE, **(target or {})},
            **settings,
        )

    return made


@pytest.fixture
def now(cloud) -> datetime:
    return datetime.fromtimestamp(cloud.clock.now(), timezone.utc)


def once(moment: datetime) -> str:
    return f"at({moment.strftime('%Y-%m-%dT%H:%M:%S')})"


def test_a_function_gets_the_default_event(schedule, catcher, caught, cloud, recorded, same):
    schedule("rate(1 hour)", catcher)
    cloud.clock.advance(60)
    (event,) = caught()
    same(event, recorded("events/eventbridge")["scheduler"])
    (accepted,) = cloud.ledger.entries("event.accepted")
    assert accepted.details["source"] == "scheduler.amazonaws.com"
    assert accepted.details["source_arn"] == TICK


def test_a_rate_begins_at_once_and_goes_on(schedule, inbox, cloud):
    schedule("rate(1 hour)")
    cloud.clock.advance(3 * 3600 + 60)
    assert len(inbox()) == 4


def test_a_rate_begins_with_its_start_and_ends_with_its_end(schedule, inbox, cloud, now):
    schedule(
        "rate(1 hour)",
        StartDate=now + timedelta(hours=2),
        EndDate=now + timedelta(hours=4, minutes=30),
    )
    cloud.clock.advance(90 * 60)
    assert inbox() == []
    cloud.clock.advance(86400)
    assert len(inbox()) == 3
    assert cloud.clock.waiting() == 0


def test_a_one_time_schedule_fires_once_and_stays(schedule, scheduler, inbox, cloud, now):
    schedule(once(now + timedelta(hours=6)))
    cloud.clock.advance(5 * 3600)
    assert inbox() == []
    cloud.clock.advance(86400)
    assert len(inbox()) == 1
    assert scheduler.get_schedule(Name="tick")["State"] == "ENABLED"


def test_a_schedule_is_deleted_after_its_completion_if_that_was_asked(schedule, scheduler, inbox, cloud, now):
    schedule(once(now + timedelta(hours=1)), ActionAfterCompletion="DELETE")
    cloud.clock.advance(2 * 3600)
    assert len(inbox()) == 1
    with pytest.raises(ClientError, match="Schedule tick does not exist"):
        scheduler.get_schedule(Name="tick")
    (entry,) = cloud.ledger.entries("schedule.deleted")
    assert entry.subject == TICK


@pytest.mark.parametrize(("zone", "utc"), [("UTC", 9), ("Asia/Tokyo", 0), ("America/New_York", 14)])
def test_a_cron_is_read_in_its_time_zone(schedule, inbox, cloud, now, zone, utc):
    day = (now + timedelta(days=2)).date()
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    shift = start.utcoffset() or timedelta()
    if zone == "America/New_York" and shift == timedelta(hours=-4):
        utc -= 1
    schedule(
        f"cron(0 9 {day.day} {day.month} ? {day.year})",
        ScheduleExpressionTimezone=zone,
        target={"Input": "<aws.scheduler.scheduled-time>"},
    )
    cloud.clock.advance(4 * 86400)
    (message,) = inbox()
    assert message["Body"] == f"{day}T{utc:02d}:00:00Z"


def test_context_attributes_stand_in_the_input(schedule, catcher, caught, cloud, now):
    due = now.replace(microsecond=0) + timedelta(hours=1)
    text = {
        "arn": "<aws.scheduler.schedule-arn>",
        "time": "<aws.scheduler.scheduled-time>",
        "id": "<aws.scheduler.execution-id>",
        "attempt": "<aws.scheduler.attempt-number>",
    }
    schedule(once(due), catcher, target={"Input": json.dumps(text)})
    cloud.clock.advance(7200)
    (event,) = caught()
    (fired,) = cloud.ledger.entries("schedule.fired")
    assert event == {
        "arn": TICK,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "id": fired.id,
        "attempt": "1",
    }


def test_a_flexible_window_spreads_the_moment_and_keeps_the_scheduled_time(schedule, inbox, cloud, now):
    schedule(
        "rate(1 hour)",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        target={"Input": "<aws.scheduler.scheduled-time>"},
    )
    cloud.clock.advance(10 * 3600)
    fired = cloud.ledger.entries("schedule.fired")
    lateness = [entry.at - entry.details["due"] for entry in fired]
    assert len(fired) >= 9
    assert all(0 <= late <= 900 for late in lateness)
    assert max(lateness) - min(lateness) > 60
    dues = [entry.details["due"] for entry in fired]
    assert {round(later - earlier) for earlier, later in pairwise(dues)} == {3600}


def test_other_kinds_of_target(schedule, scheduler, cloud, inbox, queue, now):
    sns, events = cloud.client("sns"), cloud.client("events")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE, Attributes={"RawMessageDelivery": "true"})
    events.put_rule(Name="watch", EventPattern=json.dumps({"source": ["me"]}))
    events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": QUEUE, "InputPath": "$.detail"}])
    url, fifo = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    bus = f"arn:aws:events:{ACCOUNT}:event-bus/default"
    targets = [
        {"Arn": topic, "Input": "plain text"},
        {"Arn": bus, "Input": '{"n": 1}', "EventBridgeParameters": {"Source": "me", "DetailType": "d"}},
        {"Arn": fifo, "Input": "ordered", "SqsParameters": {"MessageGroupId": "g"}},
    ]
    for number, target in enumerate(targets):
        scheduler.create_schedule(
            Name=f"s{number}",
            ScheduleExpression=once(now + timedelta(minutes=number + 1)),
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"RoleArn": ROLE, **target},
        )
    cloud.clock.advance(3600)
    assert [message["Body"] for message in inbox()] == ["plain text", {"n": 1}]
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "ordered"


def test_what_a_target_does_not_take_goes_to_the_dead_letter_queue(schedule, inbox, cloud, recorded, same):
    schedule(
        "rate(1 hour)",
        f"arn:aws:lambda:{ACCOUNT}:function:absent",
        target={"DeadLetterConfig": {"Arn": QUEUE}, "Input": '{"a":1}'},
    )
    cloud.clock.advance(60)
    (message,) = inbox()
    same(message["MessageAttributes"], recorded("events/eventbridge")["schedule dead letter"])
    assert message["Body"] == {"a": 1}


@pytest.mark.parametrize(
    "arn", [f"arn:aws:states:{ACCOUNT}:stateMachine:absent", "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"]
)
def test_what_is_not_there_is_a_failure_with_a_word(schedule, cloud, arn):
    schedule("rate(1 hour)", arn, target={"Input": "{}"})
    cloud.clock.advance(60)
    (failed,) = cloud.ledger.entries("delivery.failed")
    assert failed.because
    assert [entry.what for entry in cloud.ledger.entries("delivery")] == [
        "delivery.failed",
        "delivery.dropped",
    ]


def test_a_schedule_follows_its_updates(schedule, scheduler, inbox, cloud):
    def wait() -> int:
        cloud.clock.advance(3600)
        return len(inbox())

    def update(expression: str, **more: Any) -> None:
        scheduler.update_schedule(
            Name="tick",
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": QUEUE, "RoleArn": ROLE},
            **more,
        )

    schedule("rate(20 minutes)", State="DISABLED")
    assert wait() == 0
    update("rate(25 minutes)", State="ENABLED")
    assert wait() == 3
    update("rate(25 minutes)", State="DISABLED")
    assert wait() == 0
    update("rate(25 minutes)")
    assert wait() == 3
    scheduler.delete_schedule(Name="tick")
    assert wait() == 0
    assert cloud.clock.waiting() == 0


def test_a_group_takes_its_schedules_along(scheduler, inbox, cloud):
    scheduler.create_schedule_group(Name="team")
    scheduler.create_schedule(
        Name="tick",
        GroupName="team",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": QUEUE, "RoleArn": ROLE, "Input": "<aws.scheduler.schedule-arn>"},
    )
    cloud.clock.advance(60)
    (message,) = inbox()
    assert message["Body"] == f"arn:aws:scheduler:{ACCOUNT}:schedule/team/tick"
    scheduler.delete_schedule_group(Name="team")
    cloud.clock.advance(7200)
    assert inbox() == []


@pytest.mark.parametrize(
    "expression", ["cron(0 1 * * * *)", "rate(10 seconds)", "at(2021-12-31T23:59:59Z)", "soon"]
)
def test_an_expression_that_is_none_is_refused(schedule, expression):
    with pytest.raises(ClientError) as caught:
        schedule(expression)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert caught.value.response["Error"]["Message"] == f"Invalid Schedule Expression {expression}."


def test_a_time_zone_that_is_none_is_refused(schedule):
    with pytest.raises(ClientError, match="Timezone"):
        schedule("rate(1 hour)", ScheduleExpressionTimezone="Mars/Olympus")


def test_nothing_fires_in_an_emptied_cloud(schedule, catcher, cloud):
    schedule("rate(1 minute)", catcher)
    cloud.reset()
    cloud.clock.advance(600)
    assert cloud.ledger.entries("schedule") == []
    assert cloud.clock.waiting() == 0
