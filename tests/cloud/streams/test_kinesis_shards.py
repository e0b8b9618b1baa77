"""Shards of Kinesis streams: which one a record goes to, what resharding leaves where, and parents before children."""

from __future__ import annotations

import dataclasses

import pytest
from botocore.exceptions import ClientError

MIDDLE = str(2**127)


@pytest.fixture
def client(cloud, kinesis):
    kinesis(shards=2)
    return cloud.client("kinesis")


@pytest.fixture
def read(client):
    """The data in a shard, by GetRecords."""

    def got(number=0, kind="TRIM_HORIZON", **arguments):
        shard = f"shardId-{number:012d}"
        asked = client.get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType=kind, **arguments)
        return [
            record["Data"] for record in client.get_records(ShardIterator=asked["ShardIterator"])["Records"]
        ]

    return got


def put(client, data, key="k", **arguments):
    return client.put_record(StreamName="s", Data=data, PartitionKey=key, **arguments)


def test_an_iterator_that_was_made_by_the_streams_arn_says_by_itself_which_stream_it_reads(client):
    put(client, "a", ExplicitHashKey="0")
    put(client, "b", ExplicitHashKey="0")
    arn = client.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["StreamARN"]
    asked = client.get_shard_iterator(
        StreamARN=arn, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    first = client.get_records(ShardIterator=asked["ShardIterator"], Limit=1)
    second = client.get_records(ShardIterator=first["NextShardIterator"])
    assert [one["Data"] for one in first["Records"] + second["Records"]] == [b"a", b"b"]


def test_records_stay_in_the_shard_that_is_split_and_new_ones_go_to_its_children(client, read):
    put(client, "a", ExplicitHashKey="0")
    client.split_shard(StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**126))
    put(client, "b", ExplicitHashKey="0")
    put(client, "c", ExplicitHashKey=str(2**126))
    assert [read(number) for number in range(4)] == [[b"a"], [], [b"b"], [b"c"]]


@pytest.mark.parametrize("order", [1, -1])
def test_records_stay_in_shards_that_are_merged(order, client, read):
    put(client, "a", ExplicitHashKey="0")
    put(client, "b", ExplicitHashKey=MIDDLE)
    one, other = ["shardId-000000000000", "shardId-000000000001"][::order]
    client.merge_shards(StreamName="s", ShardToMerge=one, AdjacentShardToMerge=other)
    put(client, "c")
    assert [read(number) for number in range(3)] == [[b"a"], [b"b"], [b"c"]]


def test_the_last_hash_key_belongs_to_the_last_shard(client, read):
    put(client, "a", ExplicitHashKey=str(2**128 - 1))
    put(client, "b", ExplicitHashKey=str(2**127 - 1))
    assert (read(0), read(1)) == ([b"b"], [b"a"])


def test_sequence_numbers_have_56_digits_and_grow(client, cloud):
    numbers = []
    for _ in range(3):
        numbers.append(put(client, "a")["SequenceNumber"])
        cloud.clock.advance(1)
    assert all(len(number) == 56 for number in numbers)
    assert numbers == sorted(set(numbers))


def test_iterators_begin_where_they_are_asked_to(client, cloud, read):
    numbers = [put(client, data, ExplicitHashKey="0")["SequenceNumber"] for data in "abc"]
    one = numbers[1]
    assert read() == [b"a", b"b", b"c"]
    assert read(kind="LATEST") == []
    assert read(kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber=one) == [b"b", b"c"]
    assert read(kind="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=one) == [b"c"]


def test_reading_goes_on_where_it_stopped(client):
    for data in "abcde":
        put(client, data, ExplicitHashKey="0")
    iterator = client.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    seen = []
    for _ in range(3):
        page = client.get_records(ShardIterator=iterator, Limit=2)
        seen.append([record["Data"] for record in page["Records"]])
        iterator = page["NextShardIterator"]
    assert seen == [[b"a", b"b"], [b"c", b"d"], [b"e"]]


def test_a_failed_split_changes_nothing(client, read):
    put(client, "a", ExplicitHashKey="0")
    with pytest.raises(ClientError):
        client.split_shard(StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
    assert read() == [b"a"]


def test_children_wait_until_their_parent_is_through(bench):
    made = bench(failing_until(6))
    made.put("parent")
    made.stream.split_shard("shardId-000000000000", MIDDLE)
    made.put("left", hash_key="0")
    made.put("right", hash_key=MIDDLE)
    assert made.fates("processed") == []
    made.clock.advance(60)
    assert made.fates("processed")[0] == "parent"
    assert sorted(made.fates("processed")[1:]) == ["left", "right"]


def test_a_merged_shard_waits_for_both_of_its_parents(bench):
    def answer(data, event):
        if "b" in data and len(made.calls) < 6:
            raise ValueError

    made = bench(answer, shards=2)
    made.put("a", hash_key="0")
    made.put("b", hash_key=MIDDLE)
    made.stream.merge_shards("shardId-000000000000", "shardId-000000000001")
    made.put("c")
    assert made.fates("processed") == ["a"]
    made.clock.advance(60)
    assert made.fates("processed") == ["a", "b", "c"]


def test_shards_that_come_later_are_read_from_their_beginning_whatever_the_position(bench):
    made = bench(StartingPosition="LATEST")
    made.poller.stop()
    made.stream.split_shard("shardId-000000000000", MIDDLE)
    made.put("a", hash_key="0")
    made.start()
    assert made.fates("processed") == ["a"]


def test_an_empty_shard_that_is_split_holds_up_nothing(bench):
    made = bench()
    made.stream.split_shard("shardId-000000000000", MIDDLE)
    made.put("a", hash_key="0")
    assert made.fates("processed") == ["a"]


def test_changing_the_number_of_shards_loses_nothing(bench):
    made = bench(shards=3, BatchSize=2)
    for count in (6, 2, 5, 1):
        made.put(*[f"{count}-{number}" for number in range(5)])
        made.stream.update_shard_count(count)
    made.put("last")
    assert len(made.fates("processed")) == 21
    assert len(set(made.fates("processed"))) == 21


def test_a_stream_made_again_under_its_name_is_read(cloud, api, kinesis, deploy, mapped, records):
    deploy("import json\ndef handler(event, context): print('GOT', json.dumps(event))")
    arn = kinesis()
    mapped(arn, StartingPosition="TRIM_HORIZON")
    client = cloud.client("kinesis")
    put(client, "a")
    client.delete_stream(StreamName="s")
    kinesis()
    put(client, "b")
    assert len(records()) == 2


def test_a_mapping_of_a_consumer_reads_its_stream(cloud, api, kinesis, deploy, mapped, records):
    deploy("import json\ndef handler(event, context): print('GOT', json.dumps(event))")
    arn = kinesis()
    client = cloud.client("kinesis")
    consumer = client.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    mapped(consumer, StartingPosition="TRIM_HORIZON")
    put(client, "a")
    (record,) = records()
    assert record["eventSourceARN"] == consumer
    with pytest.raises(ClientError, match="Stream not found"):
        api.create_event_source_mapping(
            EventSourceArn=f"{consumer}x", FunctionName="f", StartingPosition="LATEST"
        )


def failing_until(calls):
    seen = []

    def answer(data, event):
        seen.append(data)
        if len(seen) < calls:
            raise ValueError

    return answer


def test_a_second_mapping_of_a_stream_has_its_own_place(bench):
    made = bench(failing_until(3))
    other = type(made.poller)(
        dataclasses.replace(made.mapping, uuid="other"), made.poller.ground, made.poller.kind
    )
    made.put("a")
    other.start()
    assert made.clock.settle()
    made.clock.advance(10)
    mappings = [entry.details["mapping"] for entry in made.ledger.entries("record.processed")]
    assert sorted(mappings) == ["other", "uuid"]
    other.stop()
