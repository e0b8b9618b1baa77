"""Mappings of streams as the API takes and refuses them, in the whole cloud with real functions."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

SOURCE = """
import base64, json, os, signal
def handler(event, context):
    data = [base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]]
    print("GOT", json.dumps(data))
    if "kill" in data[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    if "fail" in data[0]:
        raise ValueError("no")
"""


@pytest.fixture
def place(kinesis, deploy):
    """A function f, and the ARN of a stream."""
    deploy(SOURCE)
    return kinesis()


@pytest.fixture
def make(api, place):
    """Create a mapping of f."""

    def made(client=api, **settings):
        settings = {"EventSourceArn": place, "FunctionName": "f", **settings}
        return client.create_event_source_mapping(**settings)

    return made


def put(cloud, *data, key="k"):
    records = [{"Data": one.encode(), "PartitionKey": key} for one in data]
    cloud.client("kinesis").put_records(StreamName="s", Records=records)
    assert cloud.settle()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {},
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null.",
        ),
        (
            {"StartingPosition": "LATEST", "ScalingConfig": {"MaximumConcurrency": 2}},
            "Unsupported ScalingConfig parameter for given event source mapping type.",
        ),
        (
            {"StartingPosition": "LATEST", "FilterCriteria": {"Filters": [{"Pattern": "x"}]}},
            "Invalid filter pattern definition.",
        ),
        ({"StartingPosition": "AT_TIMESTAMP"}, "StartingPosition AT_TIMESTAMP needs"),
        (
            {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 4_000_000_000},
            "StartingPositionTimestamp cannot be in the future.",
        ),
        ({"StartingPosition": "LATEST", "StartingPositionTimestamp": 1}, "only valid when"),
        ({"StartingPosition": "LATEST", "MaximumRecordAgeInSeconds": 59}, "must be -1 or at least 60"),
        (
            {
                "StartingPosition": "LATEST",
                "DestinationConfig": {
                    "OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q.fifo"}
                },
            },
            "is not a standard SQS queue",
        ),
        (
            {
                "StartingPosition": "LATEST",
                "DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}},
            },
            "Unsupported DestinationConfig parameter",
        ),
    ],
)
def test_settings_that_will_not_do_are_refused(settings, message, make):
    with pytest.raises(ClientError) as caught:
        make(**settings)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameterValueException"
    assert message in error["Message"]


@pytest.mark.parametrize(
    "settings",
    [
        {"ParallelizationFactor": 11},
        {"ParallelizationFactor": 0},
        {"MaximumRetryAttempts": 10_001},
        {"MaximumRecordAgeInSeconds": 604_801},
        {"TumblingWindowInSeconds": 901},
        {"MaximumBatchingWindowInSeconds": 301},
        {"BatchSize": 10_001},
        {"StartingPosition": "invalid"},
    ],
)
def test_bounds_are_checked(settings, cloud, make):
    client = cloud.client("lambda", config=Config(parameter_validation=False))
    with pytest.raises(ClientError) as caught:
        make(client, **{"StartingPosition": "LATEST", **settings})
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_a_table_has_no_starting_moment(api, table, deploy):
    deploy(SOURCE)
    arn = table()
    with pytest.raises(ClientError, match=f"Unsupported starting position for arn type: {arn}"):
        api.create_event_source_mapping(
            EventSourceArn=arn, FunctionName="f", StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1
        )


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kinesis:us-east-1:123456789012:stream/none",
        "arn:aws:dynamodb:us-east-1:123456789012:table/none/stream/2025-02-22T03:03:25.490",
    ],
)
def test_a_stream_that_is_not_there_is_not_mapped(arn, make):
    with pytest.raises(ClientError, match=f"Stream not found: {arn}"):
        make(EventSourceArn=arn, StartingPosition="LATEST")


def test_a_second_mapping_of_the_same_is_refused_as_aws_does(place, make):
    uuid = make(StartingPosition="LATEST")["UUID"]
    with pytest.raises(ClientError) as caught:
        make(StartingPosition="LATEST")
    assert caught.value.response["Error"]["Message"] == (
        f'The event source arn (" {place} ") and function (" f ") provided mapping already exists. '
        f"Please update or delete the existing mapping with UUID {uuid}"
    )


def test_settings_are_kept_and_changed(cloud, api, make):
    made = make(
        StartingPosition="AT_TIMESTAMP",
        StartingPositionTimestamp=datetime(2026, 1, 2, tzinfo=timezone.utc),
        BatchSize=7,
        ParallelizationFactor=2,
        FilterCriteria={"Filters": []},
    )
    assert made["StartingPositionTimestamp"] == datetime(2026, 1, 2, tzinfo=timezone.utc)
    assert "FilterCriteria" not in made
    cloud.clock.advance(1)
    changed = api.update_event_source_mapping(UUID=made["UUID"], MaximumRetryAttempts=5)
    assert (changed["BatchSize"], changed["MaximumRetryAttempts"]) == (7, 5)
    assert changed["StartingPosition"] == "AT_TIMESTAMP"


def test_the_result_of_the_last_batch_is_shown(cloud, api, place, mapped):
    uuid = mapped(place, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0)

    def result():
        return api.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]

    assert result() == "No records processed"
    put(cloud, "fail")
    assert result() == "PROBLEM: Function call failed"
    put(cloud, "fine")
    assert result() == "OK"


def test_disabling_keeps_the_place(cloud, api, place, mapped, events):
    uuid = mapped(place, StartingPosition="TRIM_HORIZON")
    put(cloud, "a")
    api.update_event_source_mapping(UUID=uuid, Enabled=False)
    put(cloud, "b")
    cloud.clock.advance(60)
    assert events() == [["a"]]
    api.update_event_source_mapping(UUID=uuid, Enabled=True)
    cloud.clock.advance(1)
    assert events() == [["a"], ["b"]]


def test_a_mapping_begins_where_the_stream_is_when_it_is_enabled(cloud, make, events):
    make(StartingPosition="LATEST")
    put(cloud, "missed")
    cloud.clock.advance(1)
    put(cloud, "seen")
    assert events() == [["seen"]]


def test_a_deleted_mapping_delivers_nothing_more(cloud, api, place, mapped, events):
    api.delete_event_source_mapping(UUID=mapped(place, StartingPosition="TRIM_HORIZON"))
    put(cloud, "a")
    cloud.clock.advance(60)
    assert events() == []


def test_functions_of_several_mappings_get_every_record(cloud, place, deploy, mapped, events):
    deploy(SOURCE, "g")
    for name in "fg":
        mapped(place, name, StartingPosition="TRIM_HORIZON")
    put(cloud, "a", "b")
    assert events("f") == events("g") == [["a", "b"]]


def test_a_killed_environment_is_a_failure_like_another(cloud, place, mapped, events):
    mapped(place, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=2)
    put(cloud, "kill")
    put(cloud, "a")
    cloud.clock.advance(10)
    assert events() == [["kill"]] * 3 + [["a"]]
    (entry,) = cloud.ledger.entries("record.discarded")
    assert entry.because == "no retry is left"


def test_a_function_without_concurrency_holds_up_the_stream(cloud, api, place, mapped, events):
    mapped(place, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    put(cloud, "a")
    cloud.clock.advance(300)
    assert events() == []
    api.delete_function_concurrency(FunctionName="f")
    cloud.clock.advance(61)
    assert events() == [["a"]]


def test_a_function_that_is_gone_and_comes_again_loses_nothing(cloud, api, place, mapped, deploy, events):
    mapped(place, StartingPosition="TRIM_HORIZON")
    api.delete_function(FunctionName="f")
    put(cloud, "a")
    cloud.clock.advance(100)
    deploy(SOURCE)
    cloud.clock.advance(61)
    assert events() == [["a"]]


def test_nothing_of_a_stream_outlives_a_reset(cloud, place, mapped, kinesis, deploy, events):
    mapped(place, StartingPosition="TRIM_HORIZON", MaximumBatchingWindowInSeconds=30)
    put(cloud, "fail")
    cloud.reset()
    assert cloud.clock.waiting() == 0
    kinesis()
    put(cloud, "a")
    cloud.clock.advance(600)
    assert cloud.ledger.entries("mapping") == []
