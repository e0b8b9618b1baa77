"""What CloudWatch shows of events, of event source mappings and of what is given up."""

from __future__ import annotations

import json

ECHO = "def handler(event, context):\n    if event == 'fail': raise ValueError(event)\n    return event"


def test_events_are_counted_where_they_are_received_and_where_they_are_dropped(cloud, deploy, api, measured):
    deploy(ECHO)
    api.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)
    for event in (1, "fail"):
        api.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event))
    assert cloud.settle()
    assert measured("AsyncEventsReceived", FunctionName="f") == 2
    assert measured("AsyncEventsDropped", FunctionName="f") == 1
    assert measured("AsyncEventAge", "Maximum", FunctionName="f") >= 0


def test_a_stream_is_measured_by_the_age_of_its_records_and_by_what_was_given_up(
    cloud, deploy, api, measured
):
    kinesis, sqs = cloud.client("kinesis"), cloud.client("sqs")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    sqs.create_queue(QueueName="lost")
    cloud.clock.advance(1)
    deploy("def handler(event, context): raise ValueError('no')")
    account = "us-east-1:123456789012"
    mapping = api.create_event_source_mapping(
        FunctionName="f",
        EventSourceArn=f"arn:aws:kinesis:{account}:stream/s",
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:{account}:lost"}},
    )["UUID"]
    kinesis.put_records(StreamName="s", Records=[{"Data": b"x", "PartitionKey": "p"} for _ in range(3)])
    cloud.clock.advance(300)
    assert len(cloud.ledger.entries("record.discarded")) == 3
    assert measured("DroppedEventCount", EventSourceMappingUUID=mapping) == 3
    assert measured("OnFailureDestinationDeliveredEventCount", EventSourceMappingUUID=mapping) == 3
    ages = cloud.ledger.entries("mapping.batch")
    assert measured("IteratorAge", "SampleCount", FunctionName="f") == len(ages) == 2
    assert measured("IteratorAge", "Maximum", FunctionName="f") == max(
        entry.details["iterator_age_ms"] for entry in ages
    )


def test_a_queues_mapping_counts_what_it_polled_filtered_invoked_and_deleted(
    cloud, deploy, queue, mapped, send, measured
):
    deploy(
        "def handler(event, context):\n"
        "    bad = [r['messageId'] for r in event['Records'] if 'bad' in r['body']]\n"
        "    return {'batchItemFailures': [{'itemIdentifier': id} for id in bad]}"
    )
    url, arn = queue(VisibilityTimeout="900")
    uuid = mapped(
        arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"wanted": [true]}}'}]},
    )
    wanted = ['{"wanted": true}'] * 3 + ['{"wanted": true, "is": "bad"}']
    send(url, *wanted, '{"wanted": false}')
    of = {"EventSourceMappingUUID": uuid}
    assert measured("PolledEventCount", **of) == 5
    assert measured("FilteredOutEventCount", **of) == 1
    assert measured("InvokedEventCount", **of) == 4
    assert measured("FailedInvokeEventCount", **of) == 1
    assert measured("DeletedEventCount", **of) == 3


def test_what_cannot_be_sent_and_what_runs_in_a_loop_is_counted(cloud, deploy, api, queue, measured):
    deploy("def handler(event, context): raise ValueError('no')")
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    queue("gone")
    api.put_function_event_invoke_config(
        FunctionName="f",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": gone}},
    )
    api.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": gone})
    cloud.client("sqs").delete_queue(QueueUrl=f"{cloud.endpoint}/123456789012/gone")
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"1")
    cloud.clock.advance(60)
    assert measured("DestinationDeliveryFailures", FunctionName="f") == 1
    assert measured("DeadLetterErrors", FunctionName="f") == 1
    deploy(
        "import boto3\ndef handler(e, c): boto3.client('lambda').invoke(FunctionName='g', InvocationType='Event')",
        "g",
    )
    api.invoke(FunctionName="g", InvocationType="Event")
    cloud.clock.advance(60)
    assert measured("RecursiveInvocationsDropped", FunctionName="g") == 1
    assert measured("Invocations", FunctionName="g") == 16


def test_records_that_no_destination_takes_are_counted_for_the_function(cloud, deploy, api, measured):
    cloud.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    made = cloud.client("sqs").create_queue(QueueName="gone")
    cloud.clock.advance(1)
    deploy("def handler(event, context): raise ValueError('no')")
    mapping = api.create_event_source_mapping(
        FunctionName="f",
        EventSourceArn="arn:aws:kinesis:us-east-1:123456789012:stream/s",
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:gone"}},
    )["UUID"]
    cloud.client("sqs").delete_queue(QueueUrl=made["QueueUrl"])
    cloud.client("kinesis").put_record(StreamName="s", Data=b"x", PartitionKey="p")
    cloud.clock.advance(60)
    assert measured("DestinationDeliveryFailures", FunctionName="f") == 1
    assert measured("OnFailureDestinationDeliveredEventCount", EventSourceMappingUUID=mapping) is None
    assert measured("DroppedEventCount", EventSourceMappingUUID=mapping) == 1
