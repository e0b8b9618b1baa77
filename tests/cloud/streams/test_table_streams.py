"""What the stream of a DynamoDB table records of writes, and how functions get it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

SOURCE = """
import json
def handler(event, context):
    print("GOT", json.dumps(event))
    failed = [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]} for r in event["Records"]
              if r["dynamodb"]["Keys"]["id"]["S"] == "bad"]
    return {"batchItemFailures": failed}
"""


@pytest.fixture
def db(cloud):
    return cloud.client("dynamodb")


@pytest.fixture
def changes(cloud, table):
    """The changes in the stream of t, by GetRecords: name, old and new image."""
    arn = table()
    client = cloud.client("dynamodbstreams")

    def read():
        (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        asked = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        found = client.get_records(ShardIterator=asked["ShardIterator"])["Records"]
        return [
            (one["eventName"], one["dynamodb"].get("OldImage"), one["dynamodb"].get("NewImage"))
            for one in found
        ]

    return read


def item(id, **others):
    return {"id": {"S": id}, **{name: {"N": str(value)} for name, value in others.items()}}


def update(db, id, expression="SET x = :x", **values):
    return db.update_item(
        TableName="t",
        Key={"id": {"S": id}},
        UpdateExpression=expression,
        ExpressionAttributeValues={f":{name}": {"N": str(value)} for name, value in values.items()},
    )


def test_writes_are_recorded_once_each(db, changes):
    db.put_item(TableName="t", Item=item("a", x=1))
    db.put_item(TableName="t", Item=item("a", x=2))
    db.delete_item(TableName="t", Key={"id": {"S": "a"}})
    db.delete_item(TableName="t", Key={"id": {"S": "a"}})
    assert changes() == [
        ("INSERT", None, item("a", x=1)),
        ("MODIFY", item("a", x=1), item("a", x=2)),
        ("REMOVE", item("a", x=2), None),
    ]


def test_a_write_that_changes_nothing_is_not_recorded(db, changes):
    db.put_item(TableName="t", Item=item("a", x=1))
    db.put_item(TableName="t", Item=item("a", x=1))
    update(db, "a", x=1)
    assert len(changes()) == 1


def test_an_update_that_creates_an_item_is_one_insertion(db, changes):
    update(db, "a", x=1)
    update(db, "a", x=2)
    assert changes() == [("INSERT", None, item("a", x=1)), ("MODIFY", item("a", x=1), item("a", x=2))]


def test_a_record_does_not_change_with_its_item(db, changes):
    db.put_item(TableName="t", Item={"id": {"S": "a"}, "tags": {"SS": ["x"]}})
    db.update_item(
        TableName="t",
        Key={"id": {"S": "a"}},
        UpdateExpression="ADD tags :t",
        ExpressionAttributeValues={":t": {"SS": ["y"]}},
    )
    assert changes()[0][2]["tags"] == {"SS": ["x"]}


def test_a_transaction_is_recorded_when_it_went_through_and_not_when_it_did_not(db, changes):
    def transact(*items):
        db.transact_write_items(TransactItems=[{"Put": {"TableName": "t", **one}} for one in items])

    absent = {"ConditionExpression": "attribute_not_exists(id)"}
    transact({"Item": item("a")}, {"Item": item("b")})
    with pytest.raises(ClientError, match="Transaction cancelled"):
        transact({"Item": item("c")}, {"Item": item("a"), **absent})
    assert [new["id"]["S"] for _, _, new in changes()] == ["a", "b"]


def test_a_table_can_be_written_to_when_its_stream_is_off(db, changes):
    db.put_item(TableName="t", Item=item("a"))
    db.update_table(TableName="t", StreamSpecification={"StreamEnabled": False})
    db.put_item(TableName="t", Item=item("b"))
    assert len(changes()) == 1


@pytest.mark.parametrize(
    ("view", "images"),
    [
        ("KEYS_ONLY", []),
        ("NEW_IMAGE", ["NewImage"]),
        ("OLD_IMAGE", ["OldImage"]),
        ("NEW_AND_OLD_IMAGES", ["NewImage", "OldImage"]),
    ],
)
def test_the_view_says_which_images_there_are(view, images, db, table, deploy, mapped, records):
    deploy(SOURCE)
    mapped(table(view), StartingPosition="TRIM_HORIZON")
    db.put_item(TableName="t", Item=item("a", x=1))
    db.put_item(TableName="t", Item=item("a", x=2))
    _, modified = records()
    assert modified["dynamodb"]["StreamViewType"] == view
    assert sorted(name for name in modified["dynamodb"] if name.endswith("Image")) == images
    assert modified["dynamodb"]["Keys"] == {"id": {"S": "a"}}


def test_values_of_every_type_reach_the_function(db, table, deploy, mapped, records):
    deploy(SOURCE)
    mapped(table(), StartingPosition="TRIM_HORIZON")
    values = {
        "b": {"B": b"ab"},
        "bs": {"BS": [b"ab"]},
        "l": {"L": [{"B": b"ab"}, {"NULL": True}]},
        "m": {"M": {"n": {"N": "1.5"}, "b": {"B": b"ab"}}},
        "o": {"BOOL": False},
    }
    db.put_item(TableName="t", Item={**item("a"), **values})
    (record,) = records()
    image = record["dynamodb"]["NewImage"]
    assert image["b"] == {"B": "YWI="}
    assert image["bs"] == {"BS": ["YWI="]}
    assert image["l"] == {"L": [{"B": "YWI="}, {"NULL": True}]}
    assert image["m"] == {"M": {"n": {"N": "1.5"}, "b": {"B": "YWI="}}}
    assert image["o"] == {"BOOL": False}


def test_one_request_is_one_batch(cloud, db, table, deploy, mapped, events):
    deploy(SOURCE)
    mapped(table(), StartingPosition="TRIM_HORIZON")
    puts = [{"PutRequest": {"Item": item(f"i{number}")}} for number in range(5)]
    db.batch_write_item(RequestItems={"t": puts})
    assert cloud.settle()
    assert [len(event["Records"]) for event in events()] == [5]


def test_latest_begins_with_the_next_change(db, table, deploy, mapped, records):
    deploy(SOURCE)
    arn = table()
    db.put_item(TableName="t", Item=item("a"))
    mapped(arn, StartingPosition="LATEST")
    db.put_item(TableName="t", Item=item("b"))
    assert [record["dynamodb"]["Keys"]["id"]["S"] for record in records()] == ["b"]


def test_filters_see_the_images(db, table, deploy, mapped, records):
    deploy(SOURCE)
    pattern = '{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"x": {"N": ["1"]}}}}'
    mapped(table(), StartingPosition="TRIM_HORIZON", FilterCriteria={"Filters": [{"Pattern": pattern}]})
    for number in (1, 2):
        db.put_item(TableName="t", Item=item("a", x=number))
    db.put_item(TableName="t", Item=item("b", x=1))
    assert [record["dynamodb"]["Keys"]["id"]["S"] for record in records()] == ["a", "b"]


def test_reported_failures_are_checkpoints(cloud, db, table, deploy, mapped, events):
    deploy(SOURCE)
    mapped(
        table(),
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
    )
    puts = [{"PutRequest": {"Item": item(id)}} for id in ("good", "bad", "well")]
    db.batch_write_item(RequestItems={"t": puts})
    cloud.clock.advance(10)
    sizes = [len(event["Records"]) for event in events()]
    assert sizes == [3, 2, 2]


def test_a_stream_that_was_turned_on_again_is_another_one(cloud, api, db, table, deploy, mapped, records):
    deploy(SOURCE)
    old = table()
    mapped(old, StartingPosition="TRIM_HORIZON")
    db.update_table(TableName="t", StreamSpecification={"StreamEnabled": False})
    cloud.clock.advance(1)
    db.update_table(TableName="t", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    new = db.describe_table(TableName="t")["Table"]["LatestStreamArn"]
    assert new != old
    mapped(new, StartingPosition="TRIM_HORIZON")
    db.put_item(TableName="t", Item=item("a"))
    (record,) = records()
    assert record["eventSourceARN"] == new
    deploy(SOURCE, "g")
    with pytest.raises(ClientError, match=f"Stream not found: {old}"):
        api.create_event_source_mapping(EventSourceArn=old, FunctionName="g", StartingPosition="LATEST")


def test_a_table_that_is_deleted_ends_its_stream_quietly(cloud, db, table, deploy, mapped):
    deploy(SOURCE)
    mapped(table(), StartingPosition="TRIM_HORIZON")
    db.delete_table(TableName="t")
    cloud.clock.advance(60)
    assert cloud.ledger.entries("InternalFailure") == []
