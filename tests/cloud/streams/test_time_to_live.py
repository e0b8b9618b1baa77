"""Items of DynamoDB tables that expire: when they go, which do not, and what the stream says of it."""

from __future__ import annotations

import json

import pytest

from course.cloud import Cloud
from course.cloud.sources.ttl import DELAY

SOURCE = "import json\ndef handler(event, context): print('GOT', json.dumps(event))"


@pytest.fixture
def db(cloud, table):
    """A client, and the table t whose items go at `gone`."""
    table()
    client = cloud.client("dynamodb")
    specification = {"Enabled": True, "AttributeName": "gone"}
    client.update_time_to_live(TableName="t", TimeToLiveSpecification=specification)
    return client


@pytest.fixture
def put(cloud, db):
    """Put an item that expires in so many seconds."""

    def made(id, seconds, **others):
        moment = {"N": str(int(cloud.clock.now() + seconds))}
        db.put_item(TableName="t", Item={"id": {"S": id}, "gone": moment, **others})

    return made


@pytest.fixture
def left(cloud):
    """The ids of the items of t that are there."""
    db = cloud.client("dynamodb")
    return lambda: sorted(found["id"]["S"] for found in db.scan(TableName="t")["Items"])


def test_an_item_goes_a_while_after_it_expired_and_can_be_read_until_then(cloud, put, left):
    put("a", 100)
    put("b", 1000)
    cloud.clock.advance(100 + DELAY / 2)
    assert left() == ["a", "b"]
    cloud.clock.advance(DELAY)
    assert left() == ["b"]
    cloud.clock.advance(1000)
    assert left() == []
    assert [entry.details["key"] for entry in cloud.ledger.entries("item.expired")] == [
        {"id": {"S": "a"}},
        {"id": {"S": "b"}},
    ]


def test_an_item_that_expired_already_goes_soon_and_one_of_long_ago_never(cloud, put, left):
    put("late", -3600)
    put("old", -6 * 365 * 86400)
    cloud.clock.advance(DELAY + 1)
    assert left() == ["old"]


@pytest.mark.parametrize("value", [{"S": "1"}, {"NULL": True}, {"BOOL": True}])
def test_only_numbers_are_moments(value, cloud, db, left):
    db.put_item(TableName="t", Item={"id": {"S": "a"}, "gone": value})
    db.put_item(TableName="t", Item={"id": {"S": "b"}})
    cloud.clock.advance(86400)
    assert left() == ["a", "b"]


def test_a_new_moment_counts(cloud, db, put, left):
    put("a", 100)
    put("b", 100)
    later = {":m": {"N": str(int(cloud.clock.now() + 5000))}}
    db.update_item(
        TableName="t",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET gone = :m",
        ExpressionAttributeValues=later,
    )
    db.update_item(TableName="t", Key={"id": {"S": "b"}}, UpdateExpression="REMOVE gone")
    cloud.clock.advance(1000)
    assert left() == ["a", "b"]
    cloud.clock.advance(5000)
    assert left() == ["b"]


def test_items_of_batches_and_transactions_go_too(cloud, db, left):
    soon = {"N": str(int(cloud.clock.now() + 10))}
    items = [{"id": {"S": id}, "gone": soon} for id in "abcd"]
    db.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": item}} for item in items[:2]]})
    db.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": item}} for item in items[2:]])
    cloud.clock.advance(10 + DELAY + 1)
    assert left() == []


def test_turning_it_on_counts_for_what_is_there_and_turning_it_off_stops_it(cloud, table, left, put, db):
    def switch(on):
        specification = {"Enabled": on, "AttributeName": "gone"}
        db.update_time_to_live(TableName="t", TimeToLiveSpecification=specification)

    put("a", 10)
    switch(False)
    put("b", 10)
    cloud.clock.advance(1000)
    assert left() == ["a", "b"]
    switch(True)
    cloud.clock.advance(DELAY + 1)
    assert left() == []


def test_the_stream_says_that_dynamodb_deleted_it(cloud, db, put, deploy, mapped, records, alike, recorded):
    deploy(SOURCE)
    arn = db.describe_table(TableName="t")["Table"]["LatestStreamArn"]
    pattern = {"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}
    filters = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    mapped(arn, StartingPosition="TRIM_HORIZON", FilterCriteria=filters)
    put("a", 100)
    put("b", 5000)
    db.delete_item(TableName="t", Key={"id": {"S": "b"}})
    cloud.clock.advance(100 + DELAY + 1)
    (record,) = records()
    alike(record, recorded("events/dynamodb")["removed_by_ttl"])


def test_a_clock_that_skips_waits_by_itself_does_not_skip_to_it(own_cloud):
    with Cloud(seed=1, launcher="zygote", skip="automatic") as cloud:
        db = cloud.client("dynamodb")
        db.create_table(
            TableName="t",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        specification = {"Enabled": True, "AttributeName": "gone"}
        db.update_time_to_live(TableName="t", TimeToLiveSpecification=specification)
        moment = str(int(cloud.clock.now() + 86400))
        db.put_item(TableName="t", Item={"id": {"S": "a"}, "gone": {"N": moment}})
        cloud.clock.sleep(0.1)
        assert cloud.clock.offset == 0
        cloud.clock.advance(86400 + DELAY + 1)
        assert db.scan(TableName="t")["Items"] == []


def test_nothing_expires_in_an_emptied_cloud(cloud, put, table, left):
    put("a", 100)
    cloud.reset()
    table()
    cloud.client("dynamodb").put_item(TableName="t", Item={"id": {"S": "a"}, "gone": {"N": "1"}})
    cloud.clock.advance(1000)
    assert left() == ["a"]


def test_a_template_can_turn_it_on(cloud, left):
    from moto.dynamodb.models.table import Table

    cloud.client("dynamodb").list_tables()  # puts in the patches
    properties = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "gone", "Enabled": True},
    }
    Table.create_from_cloudformation_json("t", {"Properties": properties}, "123456789012", "us-east-1")
    db = cloud.client("dynamodb")
    assert db.describe_time_to_live(TableName="t")["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "gone",
    }
    for id, seconds in (("a", 10), ("b", 10_000)):
        moment = {"N": str(int(cloud.clock.now() + seconds))}
        db.put_item(TableName="t", Item={"id": {"S": id}, "gone": moment})
    cloud.clock.advance(10 + DELAY + 1)
    assert left() == ["b"]


def test_an_item_of_a_statement_goes_too(cloud, db, left):
    soon = int(cloud.clock.now() + 10)
    db.execute_statement(Statement=f"INSERT INTO t VALUE {{'id': 'a', 'gone': {soon}}}")
    assert left() == ["a"]
    cloud.clock.advance(10 + DELAY + 1)
    assert left() == []
