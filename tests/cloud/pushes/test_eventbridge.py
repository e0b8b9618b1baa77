"""Rules send what matches to their targets, in the shape that was asked for, or to a dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "us-east-1:123456789012"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:q"
ABSENT = f"arn:aws:lambda:{ACCOUNT}:function:absent"
KIND = "core.update-account-command"
DETAIL = {"command": "update-account", "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"}}


@pytest.fixture
def bridge(cloud) -> Any:
    return cloud.client("events")


@pytest.fixture
def watch(bridge) -> Callable[..., None]:
    """Make the rule `watch`: `watch(target ARN, pattern)`. Further arguments are the target's."""

    def made(arn: str, pattern: Any = None, bus: str = "default", name: str = "watch", **target: Any) -> None:
        bridge.put_rule(
            Name=name, EventBusName=bus, EventPattern=json.dumps(pattern or {"detail-type": [KIND]})
        )
        bridge.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": arn, **target}])

    return made


@pytest.fixture
def put(bridge) -> Callable[..., str]:
    """Put an event: its id."""

    def done(detail: Any = DETAIL, bus: str = "default", **more: Any) -> str:
        entry = {
            "Source": KIND,
            "DetailType": KIND,
            "Detail": json.dumps(detail),
            "EventBusName": bus,
            **more,
        }
        (answer,) = bridge.put_events(Entries=[entry])["Entries"]
        return str(answer["EventId"])

    return done


def test_a_function_gets_what_aws_sends(watch, put, catcher, caught, recorded, same, cloud):
    watch(catcher)
    id = put()
    (event,) = caught()
    same(event, recorded("events/eventbridge")["custom"])
    assert event["id"] == id
    (accepted,) = cloud.ledger.entries("event.accepted")
    assert accepted.details["source"] == "events.amazonaws.com"
    assert accepted.details["source_arn"] == f"arn:aws:events:{ACCOUNT}:rule/watch"
    (matched,) = cloud.ledger.entries("rule.matched")
    assert matched.id == id


def test_time_and_resources_are_the_senders(watch, put, inbox):
    watch(QUEUE)
    put(Time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), Resources=["arn:aws:s3:::b"])
    (message,) = inbox()
    assert message["Body"]["time"] == "2026-01-02T03:04:05Z"
    assert message["Body"]["resources"] == ["arn:aws:s3:::b"]


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ({"source": [KIND]}, True),
        ({"source": ["other"]}, False),
        ({"detail": {"payload": {"sf_id": ["baz"]}}}, True),
        ({"detail": {"payload": {"sf_id": [{"anything-but": "baz"}]}}}, False),
        ({"detail": {"command": [{"prefix": "update"}]}, "account": ["123456789012"]}, True),
        ({"detail": {"items": {"id": ["321"]}}}, True),
        ({"detail": {"items": {"id": ["9"]}}}, False),
        ({"detail": {"missing": [{"exists": False}]}}, True),
        ({"$or": [{"source": ["x"]}, {"detail": {"n": [{"numeric": [">", 4, "<=", 5]}]}}]}, True),
    ],
)
def test_patterns_choose_events(watch, put, inbox, pattern, met):
    watch(QUEUE, pattern)
    put({**DETAIL, "items": [{"foo": "bar"}, {"id": "321"}], "n": 5})
    assert len(inbox()) == met


def test_a_disabled_rule_sends_nothing_until_it_is_enabled(watch, put, bridge, inbox):
    watch(QUEUE)
    bridge.disable_rule(Name="watch")
    put()
    assert inbox() == []
    bridge.enable_rule(Name="watch")
    put()
    assert len(inbox()) == 1


def test_a_rule_with_a_schedule_alone_gets_no_events(bridge, put, inbox):
    bridge.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    bridge.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": QUEUE}])
    put()
    assert inbox() == []


def test_targets_may_take_a_part_a_constant_or_a_template(bridge, put, inbox):
    bridge.put_rule(Name="watch", EventPattern=json.dumps({"source": [KIND]}))
    template = {"InputPathsMap": {"id": "$.detail.payload.acc_id"}, "InputTemplate": '{"user": <id>}'}
    targets = [
        {"Id": "1", "Arn": QUEUE, "InputPath": "$.detail.payload"},
        {"Id": "2", "Arn": QUEUE, "Input": '{"fixed":1}'},
        {"Id": "3", "Arn": QUEUE, "InputTransformer": template},
    ]
    bridge.put_targets(Rule="watch", Targets=targets)
    put()
    assert [message["Body"] for message in inbox()] == [
        DETAIL["payload"],
        {"fixed": 1},
        {"user": "0a787ecb-4015"},
    ]


def test_a_target_has_one_input(watch):
    with pytest.raises(
        ClientError, match="Only one of Input, InputPath, or InputTransformer must be provided"
    ):
        watch(QUEUE, Input="1", InputPath="$.detail")


def test_a_template_that_makes_no_json_sends_nothing(watch, put, inbox, cloud):
    transformer = {"InputPathsMap": {"p": "$.detail.payload"}, "InputTemplate": "<p> and more"}
    watch(QUEUE, InputTransformer=transformer)
    put()
    assert inbox() == []
    (entry,) = cloud.ledger.entries("delivery.dropped")
    assert entry.because == "the input of the target makes no JSON of this event"


def test_a_topic_gets_the_event_as_its_message(watch, put, cloud, inbox, recorded, same):
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)
    watch(topic)
    put()
    (message,) = inbox()
    same(json.loads(message["Body"]["Message"]), recorded("events/eventbridge")["custom"])
    assert "Subject" not in message["Body"]


def test_a_log_group_gets_the_event_in_a_stream_of_its_own(watch, put, cloud, recorded, same):
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="/aws/events/all")
    watch(f"arn:aws:logs:{ACCOUNT}:log-group:/aws/events/all")
    put()
    (event,) = logs.filter_log_events(logGroupName="/aws/events/all")["events"]
    same(json.loads(event["message"]), recorded("events/eventbridge")["custom"])


def test_a_fifo_queue_gets_events_in_order_in_their_group(watch, put, cloud, queue):
    url, arn = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    watch(arn, SqsParameters={"MessageGroupId": "g"})
    for number in range(5):
        put({"n": number})
    messages = cloud.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
    )["Messages"]
    assert [json.loads(message["Body"])["detail"]["n"] for message in messages] == list(range(5))
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"g"}


def test_another_bus_gets_the_event_unchanged_and_no_third_one_does(
    watch, put, bridge, inbox, recorded, same, cloud
):
    for name in ("second", "third"):
        bridge.create_event_bus(Name=name)
    watch(f"arn:aws:events:{ACCOUNT}:event-bus/second")
    watch(f"arn:aws:events:{ACCOUNT}:event-bus/third", bus="second", name="on")
    watch(QUEUE, bus="second", name="here")
    watch(QUEUE, bus="third", name="there")
    id = put()
    (message,) = inbox()
    same(message["Body"], recorded("events/eventbridge")["custom"])
    assert message["Body"]["id"] == id
    (dropped,) = cloud.ledger.entries("delivery.dropped")
    assert dropped.because == "an event from another bus is not sent to a third one"


def test_a_state_machine_is_started_with_the_event(watch, put, cloud, recorded, same):
    states = cloud.client("stepfunctions")
    machine = states.create_state_machine(
        name="m",
        roleArn="arn:aws:iam::123456789012:role/states",
        definition=json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}),
    )["stateMachineArn"]
    watch(machine)
    put()
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    given = states.describe_execution(executionArn=execution["executionArn"])["input"]
    same(json.loads(given), recorded("events/eventbridge")["custom"])


def test_the_trace_header_of_an_entry_travels_on(watch, put, inbox, cloud):
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    watch(QUEUE)
    put(TraceHeader=header)
    url = cloud.client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url, AttributeNames=["AWSTraceHeader"])[
        "Messages"
    ]
    assert message["Attributes"]["AWSTraceHeader"] == header


def test_a_rule_has_five_targets_and_no_sixth(watch, bridge):
    watch(QUEUE)
    bridge.put_targets(Rule="watch", Targets=[{"Id": str(number), "Arn": QUEUE} for number in range(1, 6)])
    with pytest.raises(ClientError, match="exceeds the maximum number allowed"):
        bridge.put_targets(Rule="watch", Targets=[{"Id": "6", "Arn": QUEUE}])


def test_a_state_machine_that_is_not_there_is_a_failure(watch, put, inbox):
    machine = f"arn:aws:states:{ACCOUNT}:stateMachine:absent"
    watch(machine, DeadLetterConfig={"Arn": QUEUE})
    put()
    (message,) = inbox()
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


def test_what_a_target_does_not_take_goes_to_its_dead_letter_queue(watch, put, inbox, recorded, same):
    facts = recorded("events/eventbridge")
    watch(ABSENT, DeadLetterConfig={"Arn": QUEUE}, InputPath="$.detail")
    put()
    (message,) = inbox()
    same(message["MessageAttributes"], facts["rule dead letter"])
    same(message["Body"], facts["custom"])


def test_without_a_dead_letter_queue_the_loss_is_written_down(watch, put, cloud):
    watch(ABSENT)
    id = put()
    assert [entry.what for entry in cloud.ledger.entries("delivery", id=id)] == [
        "delivery.failed",
        "delivery.dropped",
    ]


def test_an_archive_keeps_events_and_a_replay_sends_those_of_its_window_again(
    watch, put, bridge, inbox, cloud
):
    bus = f"arn:aws:events:{ACCOUNT}:event-bus/default"
    pattern = json.dumps({"source": [KIND], "detail": {"n": [{"numeric": ["<", 4]}]}})
    bridge.create_archive(ArchiveName="all", EventSourceArn=bus, EventPattern=pattern)
    watch(QUEUE)
    watch(QUEUE, name="other")
    for number in range(5):
        put({"n": number})
        if number == 1:
            cloud.clock.advance(100)
            first = cloud.clock.now() - 50
    assert bridge.describe_archive(ArchiveName="all")["EventCount"] == 4
    assert len(inbox()) == 10
    bridge.start_replay(
        ReplayName="again",
        EventSourceArn=f"arn:aws:events:{ACCOUNT}:archive/all",
        EventStartTime=first,
        EventEndTime=cloud.clock.now() + 10,
        Destination={"Arn": bus, "FilterArns": [f"arn:aws:events:{ACCOUNT}:rule/watch"]},
    )
    bodies = [message["Body"] for message in inbox()]
    assert [body["detail"]["n"] for body in bodies] == [2, 3]
    assert {body["replay-name"] for body in bodies} == {"again"}
    assert bridge.describe_replay(ReplayName="again")["State"] == "COMPLETED"
    assert bridge.describe_archive(ArchiveName="all")["EventCount"] == 4


@pytest.mark.parametrize(("pattern", "met"), [({"source": ["a"]}, True), ({"source": ["b"]}, False)])
def test_a_pattern_can_be_tested(bridge, pattern, met):
    event = dict.fromkeys(("id", "detail-type", "account", "time", "region"), "x")
    event = {**event, "source": "a", "resources": [], "detail": {}}
    answer = bridge.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
    assert answer["Result"] is met


def test_a_pattern_that_is_none_is_refused(bridge):
    for text in ("{", '{"source": "a"}', '{"source": [{"near": 1}]}'):
        with pytest.raises(ClientError, match="Event pattern is not valid"):
            bridge.put_rule(Name="watch", EventPattern=text)
