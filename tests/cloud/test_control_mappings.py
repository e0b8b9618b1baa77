"""Event source mappings as the API shows them: states, settings, names of functions, lists, tags."""

from __future__ import annotations

import itertools
import re

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

HELLO = "def handler(event, context): return 1"
BASE = "arn:aws:lambda:us-east-1:123456789012"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.fixture
def place(queue, deploy) -> str:
    """A function f, and the ARN of a queue."""
    deploy(HELLO)
    return queue()[1]


@pytest.fixture
def state(api):
    """The state of a mapping."""
    return lambda uuid: api.get_event_source_mapping(UUID=uuid)["State"]


def test_a_new_mapping_is_described_with_its_defaults(api, place):
    made = api.create_event_source_mapping(EventSourceArn=place, FunctionName="f")
    uuid = made.pop("UUID")
    assert re.fullmatch(UUID, uuid)
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    assert made.pop("LastModified").year == 2026
    assert made == {
        "BatchSize": 10,
        "EventSourceArn": place,
        "EventSourceMappingArn": f"{BASE}:event-source-mapping:{uuid}",
        "FunctionArn": f"{BASE}:function:f",
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    }


def test_a_mapping_goes_through_its_states(cloud, api, place, mapped, state):
    uuid = api.create_event_source_mapping(EventSourceArn=place, FunctionName="f")["UUID"]
    assert state(uuid) == "Creating"
    cloud.clock.advance(1)
    assert state(uuid) == "Enabled"
    for change, meanwhile, then in (
        ({"BatchSize": 5}, "Updating", "Enabled"),
        ({"Enabled": False}, "Disabling", "Disabled"),
        ({"BatchSize": 6}, "Updating", "Disabled"),
        ({"Enabled": True}, "Enabling", "Enabled"),
    ):
        assert api.update_event_source_mapping(UUID=uuid, **change)["State"] == meanwhile
        cloud.clock.advance(1)
        assert state(uuid) == then
    assert api.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    cloud.clock.advance(1)
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        state(uuid)


def test_a_mapping_may_begin_disabled(cloud, api, place, state):
    made = api.create_event_source_mapping(EventSourceArn=place, FunctionName="f", Enabled=False)
    assert made["State"] == "Disabled"
    cloud.clock.advance(1)
    assert state(made["UUID"]) == "Disabled"


@pytest.mark.parametrize("call", ["update", "delete"])
def test_a_mapping_on_its_way_cannot_be_changed(call, cloud, api, place):
    uuid = api.create_event_source_mapping(EventSourceArn=place, FunctionName="f")["UUID"]
    with pytest.raises(
        ClientError, match=f"Cannot {call} the event source mapping because it is in use"
    ) as caught:
        getattr(api, f"{call}_event_source_mapping")(UUID=uuid)
    assert caught.value.response["Error"]["Code"] == "ResourceInUseException"
    cloud.clock.advance(1)
    getattr(api, f"{call}_event_source_mapping")(UUID=uuid)


def test_settings_are_kept_changed_and_taken_back(cloud, api, place, mapped):
    pattern = {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]}
    uuid = mapped(
        place,
        BatchSize=100,
        MaximumBatchingWindowInSeconds=7,
        FilterCriteria=pattern,
        ScalingConfig={"MaximumConcurrency": 3},
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    api.update_event_source_mapping(UUID=uuid, BatchSize=50)
    cloud.clock.advance(1)
    found = api.get_event_source_mapping(UUID=uuid)
    assert (found["BatchSize"], found["MaximumBatchingWindowInSeconds"]) == (50, 7)
    assert found["FilterCriteria"] == pattern
    assert found["ScalingConfig"] == {"MaximumConcurrency": 3}
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    api.update_event_source_mapping(UUID=uuid, FilterCriteria={}, ScalingConfig={}, FunctionResponseTypes=[])
    found = api.get_event_source_mapping(UUID=uuid)
    assert "FilterCriteria" not in found
    assert "ScalingConfig" not in found
    assert found["FunctionResponseTypes"] == []


@pytest.mark.parametrize("most", [1, 1001])
def test_the_bounds_of_the_maximum_concurrency_are_checked(most, cloud, place):
    api = cloud.client("lambda", config=Config(parameter_validation=False))
    with pytest.raises(
        ClientError, match=r"at 'scalingConfig.maximumConcurrency' failed to satisfy constraint"
    ):
        api.create_event_source_mapping(
            EventSourceArn=place, FunctionName="f", ScalingConfig={"MaximumConcurrency": most}
        )


def test_a_batch_of_ten_thousand_is_the_largest(api, place):
    window = {"MaximumBatchingWindowInSeconds": 1}
    with pytest.raises(ClientError, match="less than or equal to 10000"):
        api.create_event_source_mapping(EventSourceArn=place, FunctionName="f", BatchSize=10_001, **window)
    made = api.create_event_source_mapping(EventSourceArn=place, FunctionName="f", BatchSize=10_000, **window)
    assert made["BatchSize"] == 10_000


@pytest.mark.parametrize("member", ["ParallelizationFactor", "TumblingWindowInSeconds"])
def test_settings_of_streams_are_refused_for_a_queue(member, api, place):
    with pytest.raises(ClientError, match=f"Unsupported {member} parameter"):
        api.create_event_source_mapping(EventSourceArn=place, FunctionName="f", **{member: 2})


def test_a_source_that_is_none_is_refused(api, place):
    with pytest.raises(ClientError, match="Unrecognized event source"):
        api.create_event_source_mapping(EventSourceArn="arn:aws:s3:::bucket", FunctionName="f")


@pytest.mark.parametrize("region", ["us-west-2", "us-west-9"])
def test_a_queue_of_another_region_is_not_there(region, api, place):
    elsewhere = place.replace("us-east-1", region)
    with pytest.raises(ClientError, match="The specified queue does not exist"):
        api.create_event_source_mapping(EventSourceArn=elsewhere, FunctionName="f")


@pytest.mark.parametrize(
    ("name", "qualifier"),
    [
        ("f", ""),
        ("function:f", ""),
        (f"{BASE}:function:f", ""),
        ("123456789012:function:f:$LATEST", ":$LATEST"),
        ("f:1", ":1"),
        (f"{BASE}:function:f:live", ":live"),
    ],
)
def test_a_function_can_be_named_in_every_way(name, qualifier, api, place):
    api.publish_version(FunctionName="f")
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    made = api.create_event_source_mapping(EventSourceArn=place, FunctionName=name)
    assert made["FunctionArn"] == f"{BASE}:function:f{qualifier}"


def test_an_alias_that_is_not_there_cannot_be_mapped(api, place):
    with pytest.raises(ClientError, match="Function does not exist"):
        api.create_event_source_mapping(EventSourceArn=place, FunctionName="f:live")


def test_a_mapping_can_be_turned_to_another_function(cloud, api, place, deploy, mapped, send, queue, events):
    deploy("import json\ndef handler(event, context): print('GOT', json.dumps(event))", "g")
    uuid = mapped(place)
    changed = api.update_event_source_mapping(UUID=uuid, FunctionName="g")
    assert changed["FunctionArn"] == f"{BASE}:function:g"
    cloud.clock.advance(1)
    send(queue()[0], "x")
    assert len(events("g")) == 1


def test_mappings_are_listed_by_source_and_by_function(api, place, deploy, queue):
    deploy(HELLO, "g")
    other = queue("other")[1]
    made = {
        (source, name): api.create_event_source_mapping(EventSourceArn=source, FunctionName=name)["UUID"]
        for source, name in itertools.product((place, other), "fg")
    }

    def listed(**arguments):
        pages = api.get_paginator("list_event_source_mappings").paginate(
            PaginationConfig={"PageSize": 1}, **arguments
        )
        return {mapping["UUID"] for page in pages for mapping in page["EventSourceMappings"]}

    assert listed() == set(made.values())
    assert listed(EventSourceArn=place) == {made[place, "f"], made[place, "g"]}
    assert listed(FunctionName="g") == {made[place, "g"], made[other, "g"]}
    assert listed(EventSourceArn=other, FunctionName="f") == {made[other, "f"]}
    with pytest.raises(ClientError, match="Function not found"):
        listed(FunctionName="absent")


def test_mappings_have_tags(api, place):
    arn = api.create_event_source_mapping(EventSourceArn=place, FunctionName="f", Tags={"a": "1", "b": "2"})[
        "EventSourceMappingArn"
    ]
    api.tag_resource(Resource=arn, Tags={"c": "3"})
    api.untag_resource(Resource=arn, TagKeys=["a"])
    assert api.list_tags(Resource=arn)["Tags"] == {"b": "2", "c": "3"}


def test_a_mapping_outlives_its_function(cloud, api, place, mapped, state):
    uuid = mapped(place)
    api.delete_function(FunctionName="f")
    assert state(uuid) == "Enabled"
    api.delete_event_source_mapping(UUID=uuid)


def test_another_queue_for_the_same_function_is_no_duplicate(api, place, queue):
    api.create_event_source_mapping(EventSourceArn=place, FunctionName="f")
    api.create_event_source_mapping(EventSourceArn=queue("other")[1], FunctionName="f")
    with pytest.raises(ClientError) as caught:
        api.create_event_source_mapping(EventSourceArn=place, FunctionName="f")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
