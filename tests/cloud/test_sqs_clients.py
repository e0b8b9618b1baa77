"""What people put behind a queue works unchanged: the batch processors of Powertools."""

from __future__ import annotations

import pytest

pytest.importorskip("aws_lambda_powertools")

STANDARD = """
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

def one(record):
    attribute = record.message_attributes["kind"].string_value
    print("DID", record.body, attribute, record.attributes.approximate_receive_count)
    if record.body.startswith("bad"):
        raise ValueError(record.body)

def handler(event, context):
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""
FIFO = """
from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response

processor = SqsFifoPartialProcessor(skip_group_on_error=True)

def one(record):
    print("DID", record.body, record.attributes.message_group_id)
    if record.body == "bad" and record.attributes.approximate_receive_count == "1":
        raise ValueError(record.body)

def handler(event, context):
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture
def did(cloud):
    """The lines that the record handler printed, without their first word."""

    def lines() -> list[str]:
        cloud.ledger.catch_up()
        found = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
        texts = [event["message"].strip() for event in found]
        return [text[4:] for text in texts if text.startswith("DID ")]

    return lines


def test_a_batch_processor_gets_its_failures_again(cloud, queue, deploy, mapped, did, left):
    url, arn = queue()
    deploy(STANDARD, Timeout=20)
    mapped(arn, **REPORTS)
    kind = {"kind": {"DataType": "String", "StringValue": "k"}}
    entries = [
        {"Id": f"{number}", "MessageBody": body, "MessageAttributes": kind}
        for number, body in enumerate(("fine", "bad", "well"))
    ]
    cloud.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    assert cloud.settle(30)
    cloud.clock.advance(31)
    assert did() == ["fine k 1", "bad k 1", "well k 1", "bad k 2"]
    assert left(url) == (0, 1)


def test_a_fifo_processor_holds_back_the_group_that_failed(cloud, queue, deploy, mapped, did, left):
    url, arn = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    deploy(FIFO, Timeout=20)
    sqs = cloud.client("sqs")
    for body, group in (("a1", "a"), ("bad", "a"), ("a3", "a"), ("b1", "b")):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    mapped(arn, **REPORTS)
    assert did() == ["a1 a", "bad a", "b1 b"]
    cloud.clock.advance(31)
    assert did()[3:] == ["bad a", "a3 a"]
    assert left(url) == (0, 0)
