"""What an execution role may read: without the rights no mapping is made, and one that loses them stops."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
SOURCE = "import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))\n"
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
READ_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def allow(*actions, on="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


def refused(call):
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    return caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("missing", READ_QUEUE)
def test_a_queue_is_not_mapped_to_a_role_that_may_not_read_it(enforced, api, deploy, queue, grant, missing):
    _, arn = queue(VisibilityTimeout="30")
    deploy(SOURCE)
    grant(allow(*(action for action in READ_QUEUE if action != missing), on=arn))
    said = refused(lambda: api.create_event_source_mapping(EventSourceArn=arn, FunctionName="f"))
    name = missing.partition(":")[2]
    assert said == f"The provided execution role does not have permissions to call {name} on SQS"


def test_rights_on_another_queue_are_none_on_this_one(enforced, api, deploy, queue, grant):
    _, arn = queue()
    deploy(SOURCE)
    grant(allow(*READ_QUEUE, on=f"{arn}-other"))
    assert "ReceiveMessage on SQS" in refused(
        lambda: api.create_event_source_mapping(EventSourceArn=arn, FunctionName="f")
    )


def test_what_a_role_lost_stays_in_its_queue_until_it_has_it_again(
    enforced, api, deploy, queue, mapped, send, grant, batches, left
):
    url, arn = queue()
    deploy(SOURCE)
    grant(allow(*READ_QUEUE, on=arn), LOGS)
    uuid = mapped(arn)
    send(url, "one")
    assert batches() == [["one"]]
    grant(LOGS)
    send(url, "two")
    assert batches() == [["one"]]
    assert left(url) == (1, 0)
    result = api.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]
    assert result == (
        "PROBLEM: User: arn:aws:sts::123456789012:assumed-role/runner/f is not authorized to perform: "
        f"sqs:ReceiveMessage on resource: {arn} because no identity-based policy allows the sqs:ReceiveMessage action"
    )
    grant(allow(*READ_QUEUE, on=arn), LOGS)
    assert enforced.settle()
    assert batches() == [["one"], ["two"]]
    assert left(url) == (0, 0)
    assert not api.get_event_source_mapping(UUID=uuid).get("LastProcessingResult")


def test_what_a_role_may_not_delete_comes_back(enforced, deploy, queue, mapped, send, grant, batches, left):
    url, arn = queue(VisibilityTimeout="30")
    deploy(SOURCE)
    grant(allow(*READ_QUEUE, on=arn), LOGS)
    mapped(arn)
    grant(allow("sqs:ReceiveMessage", "sqs:GetQueueAttributes", on=arn), LOGS)
    send(url, "one")
    assert left(url) == (0, 1)
    enforced.clock.advance(31)
    assert enforced.settle()
    assert batches() == [["one"], ["one"]]


def stream(enforced):
    kinesis = enforced.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    return kinesis, kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]


READ_STREAM = ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream")


def test_a_stream_is_not_mapped_to_a_role_that_may_not_read_it(enforced, api, deploy):
    _, arn = stream(enforced)
    deploy(SOURCE)
    assert refused(
        lambda: api.create_event_source_mapping(
            EventSourceArn=arn, FunctionName="f", StartingPosition="LATEST"
        )
    ) == (
        f"Cannot access stream {arn}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, ListShards, and ListStreams Actions on your stream in IAM."
    )


def test_records_wait_in_their_stream_for_the_role_s_rights(enforced, api, deploy, grant, events):
    kinesis, arn = stream(enforced)
    deploy(SOURCE)
    grant(allow(*READ_STREAM, on=arn), LOGS)
    uuid = api.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="f", StartingPosition="TRIM_HORIZON"
    )["UUID"]
    enforced.clock.advance(1)
    grant(LOGS)
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="k")
    assert enforced.settle()
    assert events() == []
    assert "kinesis:GetRecords" in api.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]
    grant(allow(*READ_STREAM, on=arn), LOGS)
    assert enforced.settle()
    assert len(events()) == 1


def test_a_table_s_stream_asks_the_actions_of_dynamodb(enforced, api, deploy, grant):
    table = enforced.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    arn = table["LatestStreamArn"]
    deploy(SOURCE)
    wanted = {"EventSourceArn": arn, "FunctionName": "f", "StartingPosition": "LATEST"}
    assert "DescribeStream, and ListStreams Actions" in refused(
        lambda: api.create_event_source_mapping(**wanted)
    )
    grant(allow("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", on=arn))
    assert api.create_event_source_mapping(**wanted)["State"] == "Creating"


def test_a_mapping_s_destination_asks_the_role_too(enforced, api, deploy, queue, grant):
    _, arn = stream(enforced)
    _, dead = queue()
    deploy(SOURCE)
    grant(allow(*READ_STREAM, on=arn))
    wanted = {
        "EventSourceArn": arn,
        "FunctionName": "f",
        "StartingPosition": "LATEST",
        "DestinationConfig": {"OnFailure": {"Destination": dead}},
    }
    assert refused(lambda: api.create_event_source_mapping(**wanted)) == (
        "The provided execution role does not have permissions to call SendMessage on SQS"
    )
    grant(allow(*READ_STREAM, on=arn), allow("sqs:SendMessage", on=dead))
    assert api.create_event_source_mapping(**wanted)["State"] == "Creating"


def test_a_failing_record_whose_destination_is_closed_is_undelivered(enforced, api, deploy, queue, grant):
    kinesis, arn = stream(enforced)
    url, dead = queue()
    deploy("def handler(event, context):\n    raise ValueError\n")
    grant(allow(*READ_STREAM, on=arn), allow("sqs:SendMessage", on=dead))
    api.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName="f",
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": dead}},
    )
    grant(allow(*READ_STREAM, on=arn))
    enforced.clock.advance(1)
    kinesis.put_record(StreamName="s", Data=json.dumps("x").encode(), PartitionKey="k")
    assert enforced.settle()
    (entry,) = enforced.ledger.entries("mapping.undelivered")
    assert "sqs:SendMessage" in entry.because
    assert "Messages" not in enforced.client("sqs").receive_message(QueueUrl=url)


def test_what_waits_goes_on_when_nothing_is_enforced_any_more(
    enforced, deploy, queue, mapped, send, grant, left
):
    url, arn = queue()
    deploy(SOURCE)
    grant(allow(*READ_QUEUE, on=arn))
    mapped(arn)
    grant()
    send(url, "one")
    assert left(url) == (1, 0)
    enforced.guard.enabled = False
    assert enforced.settle()
    assert left(url) == (0, 0)
