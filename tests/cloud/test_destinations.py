"""Where the record of an event goes, and where an event goes that is given up: what arrives is what AWS sends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

ACCOUNT = "us-east-1:123456789012"
SOURCE = """
def handler(event, context):
    if event["mode"] == "failure":
        raise Exception(event.get("message", "intentional failure"))
    if event["mode"] == "large":
        return "x" * event["size"]
    return {"hello": "world", "success": True, "test": "abc", "val": 5}
"""
HOLDERS = {
    "<date>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z",
    "<uuid>": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "<text>": r"(?s).+",
}


def same(got: Any, wanted: Any, path: str = "") -> None:
    """Fails unless both have the same members, types and constants; what stands in <> in `wanted` is a pattern."""
    assert type(got) is type(wanted), path
    if isinstance(wanted, dict):
        assert sorted(got) == sorted(wanted), path
        for key, part in wanted.items():
            same(got[key], part, f"{path}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), path
        for number, part in enumerate(wanted):
            same(got[number], part, f"{path}[{number}]")
    elif wanted in HOLDERS:
        assert re.fullmatch(HOLDERS[wanted], got), path
    else:
        assert got == wanted, path


@pytest.fixture
def queue(cloud) -> str:
    """The ARN of a queue."""
    cloud.client("sqs").create_queue(QueueName="results")
    return f"arn:aws:sqs:{ACCOUNT}:results"


@pytest.fixture
def received(cloud, queue) -> Callable[[], list[Any]]:
    """What lies in the queue: the decoded bodies, and under None the messages themselves."""

    def read() -> list[Any]:
        sqs = cloud.client("sqs")
        url = sqs.get_queue_url(QueueName="results")["QueueUrl"]
        found = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [{**message, "Body": json.loads(message["Body"])} for message in found.get("Messages", [])]

    return read


@pytest.fixture
def to(api, deploy) -> Callable[..., None]:
    """Deploy f with these destinations: `to(OnFailure=arn)`; lower case are further settings of its events."""

    def made(**settings: Any) -> None:
        function = {key: settings.pop(key) for key in ("DeadLetterConfig",) if key in settings}
        deploy(SOURCE, **function)
        config = {key: {"Destination": settings.pop(key)} for key in list(settings) if key.startswith("On")}
        if config:
            settings["DestinationConfig"] = config
        if settings:
            api.put_function_event_invoke_config(FunctionName="f", **settings)

    return made


@pytest.fixture
def send(cloud, invoke) -> Callable[..., str]:
    """Invoke f with an event and let ten minutes pass; the request id."""

    def sent(mode: str, **more: Any) -> str:
        answer = invoke(event={"mode": mode, **more}, InvocationType="Event")
        cloud.clock.advance(600)
        return str(answer.request)

    return sent


def test_the_record_of_a_success(to, queue, send, received, recorded):
    to(OnSuccess=queue)
    id = send("success")
    (message,) = received()
    same(message["Body"], recorded("events/async_records")["success"])
    assert message["Body"]["requestContext"]["requestId"] == id
    assert "MessageAttributes" not in message


def test_the_record_of_a_failure_after_three_runs(to, queue, send, received, recorded):
    to(OnFailure=queue)
    send("failure")
    (message,) = received()
    same(message["Body"], recorded("events/async_records")["failure"])
    assert "Lineage=1:" in message["Attributes"]["AWSTraceHeader"]


def test_the_record_of_an_event_that_grew_too_old(to, queue, send, received, recorded):
    to(OnFailure=queue, MaximumEventAgeInSeconds=60)
    send("failure")
    (message,) = received()
    same(message["Body"], recorded("events/async_records")["aged"])


def test_the_record_of_an_event_for_a_function_that_may_not_run(to, api, queue, send, received, recorded):
    to(OnFailure=queue)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    send("success")
    (message,) = received()
    same(message["Body"], recorded("events/async_records")["closed"])


def test_only_the_destination_for_the_end_that_it_came_to(to, queue, send, received):
    to(OnSuccess=queue)
    send("failure")
    assert received() == []
    send("success")
    assert [message["Body"]["requestContext"]["condition"] for message in received()] == ["Success"]


def test_a_dead_letter(to, queue, send, received, recorded):
    to(DeadLetterConfig={"TargetArn": queue})
    id = send("failure")
    (message,) = received()
    wanted = recorded("events/async_records")["dead_letter"]
    assert message["Body"] == wanted["body"]
    same(message["MessageAttributes"], wanted["attributes"])
    assert message["MessageAttributes"]["RequestID"]["StringValue"] == id


def test_an_event_that_succeeds_in_the_end_is_no_dead_letter(to, queue, send, received):
    to(DeadLetterConfig={"TargetArn": queue}, OnFailure=queue)
    send("success")
    assert received() == []


def test_a_dead_letter_has_the_first_kilobyte_of_the_message(to, queue, send, received):
    to(DeadLetterConfig={"TargetArn": queue}, MaximumRetryAttempts=0)
    send("failure", message="é" * 1000)
    (message,) = received()
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "é" * 512


def test_a_dead_letter_of_an_error_without_words(to, queue, send, received):
    to(DeadLetterConfig={"TargetArn": queue}, MaximumRetryAttempts=0)
    send("failure", message="")
    (message,) = received()
    assert sorted(message["MessageAttributes"]) == ["ErrorCode", "RequestID"]


def test_dead_letter_queue_and_destination_both_get_theirs(to, queue, send, received):
    to(DeadLetterConfig={"TargetArn": queue}, OnFailure=queue)
    send("failure")
    assert len(received()) == 2


def test_a_topic_sends_record_and_dead_letter_on(cloud, to, queue, send, received):
    topic = cloud.client("sns").create_topic(Name="results")["TopicArn"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    to(DeadLetterConfig={"TargetArn": topic}, OnFailure=topic)
    id = send("failure")
    bodies = [message["Body"] for message in received()]
    record, letter = sorted(bodies, key=lambda body: len(body["Message"]), reverse=True)
    assert json.loads(record["Message"])["requestContext"]["condition"] == "RetriesExhausted"
    assert json.loads(letter["Message"]) == {"mode": "failure"}
    assert letter["MessageAttributes"] == {
        "RequestID": {"Type": "String", "Value": id},
        "ErrorCode": {"Type": "Number", "Value": "200"},
        "ErrorMessage": {"Type": "String", "Value": "intentional failure"},
    }


def test_a_function_gets_the_record_as_its_event(cloud, deploy, to, send, recorded):
    deploy("def handler(event, context): print(__import__('json').dumps(event))", name="next")
    to(OnSuccess=f"arn:aws:lambda:{ACCOUNT}:function:next")
    send("success")
    events = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/next", filterPattern="")[
        "events"
    ]
    (line,) = [event["message"] for event in events if event["message"].startswith("{")]
    same(json.loads(line), recorded("events/async_records")["success"])


def test_a_bus_gets_the_record_as_the_detail_of_an_event(cloud, to, queue, send, received, recorded):
    events = cloud.client("events")
    events.create_event_bus(Name="results")
    pattern = json.dumps({"source": ["lambda"]})
    events.put_rule(Name="all", EventBusName="results", EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName="results", Targets=[{"Id": "1", "Arn": queue}])
    to(OnSuccess=f"arn:aws:events:{ACCOUNT}:event-bus/results")
    send("success")
    (message,) = received()
    same(message["Body"], recorded("events/async_records")["bus"])


def test_a_bucket_gets_the_record_of_a_failure_under_a_key_with_its_time(cloud, to, send):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="results")
    to(OnFailure="arn:aws:s3:::results", MaximumRetryAttempts=0)
    send("failure")
    (found,) = s3.list_objects_v2(Bucket="results")["Contents"]
    key = r"aws/lambda/async/f/(\d{4})/(\d\d)/(\d\d)/\1-\2-\3T\d\d\.\d\d\.\d\d-" + HOLDERS["<uuid>"]
    assert re.fullmatch(key, found["Key"])
    record = json.loads(s3.get_object(Bucket="results", Key=found["Key"])["Body"].read())
    assert record["requestContext"]["condition"] == "RetriesExhausted"


@pytest.mark.parametrize(
    "target",
    [f"arn:aws:sqs:{ACCOUNT}:absent", f"arn:aws:sns:{ACCOUNT}:absent", f"arn:aws:sqs:{ACCOUNT}:line.fifo"],
)
def test_a_target_that_does_not_take_it_is_an_entry(cloud, to, send, target):
    cloud.client("sqs").create_queue(QueueName="line.fifo", Attributes={"FifoQueue": "true"})
    to(OnFailure=target, DeadLetterConfig={"TargetArn": target}, MaximumRetryAttempts=0)
    id = send("failure")
    failed = cloud.ledger.entries("event.undelivered", "f", id)
    assert [entry.details["kind"] for entry in failed] == ["destination", "dead-lettered"]
    assert all(entry.details["target"] == target and entry.because for entry in failed)
    assert len(cloud.ledger.entries("event.dropped", "f", id)) == 1


@pytest.mark.parametrize("kind", ["sqs:{}:results", "sns:{}:results", "lambda:{}:function:next"])
def test_a_record_that_is_too_large_for_its_target_is_an_entry(
    cloud, deploy, to, queue, send, received, kind
):
    cloud.client("sns").create_topic(Name="results")
    deploy("def handler(event, context): pass", name="next")
    to(OnSuccess="arn:aws:" + kind.format(ACCOUNT))
    id = send("large", size=2_000_000)
    (entry,) = cloud.ledger.entries("event.undelivered", "f", id)
    assert re.search("shorter than|too long|too large", entry.because)
    assert cloud.ledger.entries("event.processed", "f", id)
    assert received() == []


def test_an_entry_that_is_too_large_for_its_bus_is_an_entry_of_the_ledger(cloud, to, send):
    cloud.client("events").create_event_bus(Name="results")
    to(OnSuccess=f"arn:aws:events:{ACCOUNT}:event-bus/results")
    id = send("large", size=2_000_000)
    (entry,) = cloud.ledger.entries("event.undelivered", "f", id)
    assert entry.because == "Total size of the entries in the request is over the limit."


def test_a_response_that_is_no_json_is_sent_as_text(cloud, deploy, api, queue, invoke, received):
    deploy("def handler(event, context): return float('nan')")
    api.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": queue}}
    )
    invoke(event={}, InvocationType="Event")
    assert cloud.settle()
    (message,) = received()
    assert message["Body"]["responsePayload"] == "NaN"
