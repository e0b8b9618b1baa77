"""Subscribed functions get what meets the pattern, compressed, and nothing for ever."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "us-east-1:123456789012"


@pytest.fixture
def logs(cloud) -> Any:
    client = cloud.client("logs", config=Config(retries={"total_max_attempts": 1}))
    client.create_log_group(logGroupName="/app/web")
    client.create_log_stream(logGroupName="/app/web", logStreamName="today")
    return client


@pytest.fixture
def subscribe(logs) -> Callable[..., None]:
    """Subscribe a function to /app/web: `subscribe(arn, pattern)`."""

    def made(arn: str, pattern: str = "", name: str = "errors", group: str = "/app/web") -> None:
        logs.put_subscription_filter(
            logGroupName=group, filterName=name, filterPattern=pattern, destinationArn=arn
        )

    return made


@pytest.fixture
def write(logs, cloud) -> Callable[..., None]:
    """Write lines in one request."""

    def done(*lines: str) -> None:
        at = int(cloud.clock.now() * 1000)
        events = [{"timestamp": at + number, "message": line} for number, line in enumerate(lines)]
        logs.put_log_events(logGroupName="/app/web", logStreamName="today", logEvents=events)

    return done


def opened(event: Any) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))


def test_a_function_gets_what_aws_sends(subscribe, write, catcher, caught, recorded, same, cloud):
    facts = recorded("events/logs")
    subscribe(catcher, "ERROR")
    write("ERROR one", "INFO two")
    (event,) = caught()
    same(event, facts["event"])
    data = opened(event)
    assert abs(data["logEvents"][0].pop("timestamp") / 1000 - cloud.clock.now()) < 60
    del facts["message"]["logEvents"][0]["timestamp"]
    same(data, facts["message"])
    (accepted,) = cloud.ledger.entries("event.accepted")
    assert accepted.details["source"] == "logs.us-east-1.amazonaws.com"
    assert accepted.details["source_arn"] == f"arn:aws:logs:{ACCOUNT}:log-group:/app/web:*"


def test_one_request_is_one_batch(subscribe, write, catcher, caught):
    subscribe(catcher, "?ERROR ?WARN")
    write("ERROR one", "INFO two", "WARN three")
    (event,) = caught()
    assert [each["message"] for each in opened(event)["logEvents"]] == ["ERROR one", "WARN three"]


@pytest.mark.parametrize(
    ("pattern", "messages"),
    [
        ("", ['{"level": "ERROR", "ms": 250}', "GET /a 404", "GET /b 200"]),
        ('{ $.level = "ERROR" && $.ms > 200 }', ['{"level": "ERROR", "ms": 250}']),
        ("[method, path, status = 4*]", ["GET /a 404"]),
        ("GET -404", ["GET /b 200"]),
    ],
)
def test_patterns_choose_lines(subscribe, write, catcher, caught, pattern, messages):
    subscribe(catcher, pattern)
    write('{"level": "ERROR", "ms": 250}', "GET /a 404", "GET /b 200")
    (event,) = caught()
    assert [each["message"] for each in opened(event)["logEvents"]] == messages


def test_fields_of_a_space_delimited_pattern_come_along(subscribe, write, catcher, caught):
    subscribe(catcher, "[method, path, status]")
    write("GET /a 404")
    (event,) = caught()
    (line,) = opened(event)["logEvents"]
    assert line["extractedFields"] == {"method": "GET", "path": "/a", "status": "404"}


def test_nothing_is_sent_where_nothing_meets_the_pattern(subscribe, write, catcher, caught):
    subscribe(catcher, "ERROR")
    write("INFO one")
    assert caught() == []


def test_the_log_of_another_function_can_be_subscribed_to(subscribe, logs, deploy, invoke, catcher, caught):
    deploy("def handler(event, context):\n    print('ERROR here')", name="other")
    logs.create_log_group(logGroupName="/aws/lambda/other")
    subscribe(catcher, "ERROR", group="/aws/lambda/other")
    invoke("other")
    (event,) = caught()
    data = opened(event)
    assert data["logGroup"] == "/aws/lambda/other"
    assert [each["message"].strip() for each in data["logEvents"]] == ["ERROR here"]


def test_a_function_does_not_call_itself_for_ever_with_its_own_log(subscribe, logs, invoke, catcher, cloud):
    logs.create_log_group(logGroupName="/aws/lambda/f")
    subscribe(catcher, group="/aws/lambda/f")
    invoke("f")
    assert cloud.settle()
    assert [record.phase for record in cloud.ledger.records()].count("INVOKE") == 1
    (dropped,) = cloud.ledger.entries("delivery.dropped")
    assert dropped.because == "the function would call itself for ever with its own log"


def test_two_subscriptions_and_no_third(subscribe, write, logs, catcher, caught):
    subscribe(catcher, "ERROR", "first")
    subscribe(catcher, "one", "second")
    with pytest.raises(ClientError, match="Resource limit exceeded") as refused:
        subscribe(catcher, "", "third")
    assert refused.value.response["Error"]["Code"] == "LimitExceededException"
    subscribe(catcher, "two", "second")
    write("ERROR one", "two")
    assert sorted(opened(event)["subscriptionFilters"] for event in caught()) == [["first"], ["second"]]
    logs.delete_subscription_filter(logGroupName="/app/web", filterName="first")
    shown = logs.describe_subscription_filters(logGroupName="/app/web")["subscriptionFilters"]
    assert [(each["filterName"], each["filterPattern"]) for each in shown] == [("second", "two")]


def test_a_function_that_is_not_there_is_refused(subscribe):
    with pytest.raises(ClientError, match="Could not execute the lambda function") as refused:
        subscribe(f"arn:aws:lambda:{ACCOUNT}:function:absent")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_group_that_is_not_there_is_refused(subscribe, catcher):
    with pytest.raises(ClientError, match="The specified log group does not exist"):
        subscribe(catcher, group="/absent")


@pytest.mark.parametrize("pattern", ["{ $.a }", '"unclosed', "[a, ..., ...]"])
def test_a_pattern_that_is_none_is_refused(subscribe, catcher, pattern):
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        subscribe(catcher, pattern)


def test_a_stream_gets_a_control_message_and_then_what_meets_the_pattern(
    subscribe, write, cloud, recorded, same
):
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName="all", ShardCount=1)
    subscribe(f"arn:aws:kinesis:{ACCOUNT}:stream/all", "ERROR")
    write("ERROR one", "INFO two")
    shard = kinesis.describe_stream(StreamName="all")["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName="all", ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records = [
        json.loads(gzip.decompress(record["Data"]))
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]
    ]
    control, data = records
    control["logEvents"][0]["timestamp"] = 0
    same(control, recorded("events/logs")["control"])
    assert [each["message"] for each in data["logEvents"]] == ["ERROR one"]


@pytest.mark.parametrize(
    ("pattern", "messages"),
    [
        ("", ["ERROR one", '{"n": 5}', "WARN two"]),
        ("?ERROR ?WARN", ["ERROR one", "WARN two"]),
        ("-ERROR", ['{"n": 5}', "WARN two"]),
        ("{ $.n > 4 }", ['{"n": 5}']),
        ("{ $.n > 5 }", []),
    ],
)
def test_the_same_patterns_search_a_log(logs, write, pattern, messages):
    write("ERROR one", '{"n": 5}', "WARN two")
    found = logs.filter_log_events(logGroupName="/app/web", filterPattern=pattern)["events"]
    assert [event["message"] for event in found] == messages


def test_a_search_for_what_is_no_pattern_is_refused(logs, write):
    write("one")
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        logs.filter_log_events(logGroupName="/app/web", filterPattern="{ $.n }")
