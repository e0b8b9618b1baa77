"""What functions and destinations get from streams, against what AWS was seen to send."""

from __future__ import annotations

import json

import pytest

from course.cloud.sources.item_size import size

SOURCE = """
import json
def handler(event, context):
    print("GOT", json.dumps(event))
    if "fail" in json.dumps(event):
        raise ValueError("no")
    return {"state": {}}
"""
TEXT = b"Hello, this is a test."
QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"
FAILED = {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}


@pytest.fixture
def sent(cloud, queue):
    """What the queue for failures got."""
    url, _ = queue("failed")

    def read():
        found = cloud.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
        (message,) = found
        assert "MessageAttributes" not in message
        return json.loads(message["Body"])

    return read


def test_the_event_of_a_kinesis_stream_is_what_aws_sends(
    cloud, kinesis, deploy, mapped, events, alike, recorded
):
    deploy(SOURCE)
    arn = kinesis()
    mapped(arn, StartingPosition="TRIM_HORIZON")
    cloud.client("kinesis").put_record(StreamName="s", Data=TEXT, PartitionKey="1")
    assert cloud.settle()
    (event,) = events()
    alike(event, recorded("events/kinesis")["event"])
    arrival = event["Records"][0]["kinesis"]["approximateArrivalTimestamp"]
    assert abs(arrival - cloud.clock.now()) < 60
    assert arrival == round(arrival, 3)


def test_the_event_of_a_tumbling_window_is_what_aws_sends(
    cloud, kinesis, deploy, mapped, events, alike, recorded
):
    deploy(SOURCE)
    mapped(kinesis(), StartingPosition="TRIM_HORIZON", TumblingWindowInSeconds=120)
    cloud.client("kinesis").put_record(StreamName="s", Data=TEXT, PartitionKey="1")
    assert cloud.settle()
    (event,) = events()
    facts = recorded("events/kinesis")
    alike(event, {**facts["event"], **facts["window"]})


def test_a_new_mapping_of_a_stream_is_described_as_aws_does(api, kinesis, deploy, alike, recorded):
    deploy(SOURCE)
    made = api.create_event_source_mapping(
        EventSourceArn=kinesis(), FunctionName="f", StartingPosition="LATEST"
    )
    del made["ResponseMetadata"], made["LastModified"]
    alike(made, recorded("events/kinesis")["mapping"])


def test_a_queue_gets_of_a_failed_kinesis_batch_what_aws_sends(
    cloud, kinesis, deploy, mapped, sent, alike, recorded
):
    deploy(SOURCE)
    mapped(kinesis(), StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=1, **FAILED)
    cloud.client("kinesis").put_record(StreamName="s", Data="fail", PartitionKey="fail")
    cloud.clock.advance(5)
    alike(sent(), recorded("events/kinesis")["failed"])


def test_a_queue_gets_of_old_records_what_aws_sends(cloud, kinesis, deploy, mapped, sent, alike, recorded):
    deploy(SOURCE)
    arn = kinesis()
    cloud.client("kinesis").put_record(StreamName="s", Data="old", PartitionKey="1")
    cloud.clock.advance(80)
    mapped(arn, StartingPosition="TRIM_HORIZON", MaximumRecordAgeInSeconds=60, **FAILED)
    assert cloud.settle()
    alike(sent(), recorded("events/kinesis")["too_old"])


def test_a_topic_and_a_bucket_get_it_too(cloud, kinesis, deploy, mapped, queue):
    deploy(SOURCE)
    deploy(SOURCE, "g")
    topic = cloud.client("sns").create_topic(Name="failed")["TopicArn"]
    url, queue_arn = queue("subscribed")
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="failed")
    arn = kinesis()
    uuids = {}
    for name, target in (("f", topic), ("g", "arn:aws:s3:::failed")):
        config = {"OnFailure": {"Destination": target}}
        uuids[name] = mapped(
            arn, name, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0, DestinationConfig=config
        )
    cloud.client("kinesis").put_record(StreamName="s", Data="x", PartitionKey="fail")
    assert cloud.settle()
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert told["KinesisBatchInfo"]["batchSize"] == 1
    (thing,) = s3.list_objects_v2(Bucket="failed")["Contents"]
    assert thing["Key"].startswith(f"aws/lambda/{uuids['g']}/shardId-000000000000/")
    kept = json.loads(s3.get_object(Bucket="failed", Key=thing["Key"])["Body"].read())
    (record,) = json.loads(kept["payload"])["Records"]
    assert record["kinesis"]["partitionKey"] == "fail"


def test_the_record_of_a_table_is_what_aws_sends(cloud, deploy, mapped, records, alike, recorded):
    deploy(SOURCE)
    made = cloud.client("dynamodb").create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "my_partition_key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "my_partition_key", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    mapped(made["LatestStreamArn"], StartingPosition="TRIM_HORIZON")
    item = {"my_partition_key": {"S": "hello world"}, "binary_key": {"B": b"foobar"}}
    cloud.client("dynamodb").put_item(TableName="t", Item=item)
    (record,) = records()
    alike(record, recorded("events/dynamodb")["new_image"])


def test_a_queue_gets_of_a_failed_batch_of_a_table_what_aws_sends(
    cloud, table, deploy, mapped, sent, alike, recorded
):
    deploy(SOURCE)
    mapped(table(), StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0, **FAILED)
    cloud.client("dynamodb").put_item(TableName="t", Item={"id": {"S": "fail"}})
    assert cloud.settle()
    alike(sent(), recorded("events/dynamodb")["failed"])


def test_sizes_are_those_that_were_seen(recorded):
    for fact in recorded("events/dynamodb")["sizes"]:
        keys = {name: fact["item"][name] for name in fact["keys"]}
        assert size(keys) + size(fact["item"]) == fact["size"]


@pytest.mark.parametrize(
    ("value", "bytes_"),
    [
        ({"N": "0"}, 2),
        ({"N": "-123.45"}, 5),
        ({"N": "1000000"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"S": "ä"}, 2),
        ({"B": b"abc"}, 3),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "2"]}, 4),
        ({"L": []}, 3),
        ({"L": [{"S": "a"}, {"S": "b"}]}, 7),
        ({"M": {"k": {"S": "v"}}}, 6),
    ],
)
def test_every_type_has_a_size(value, bytes_):
    assert size({"x": value}) == 1 + bytes_
