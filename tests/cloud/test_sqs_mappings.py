"""What becomes of messages in queues that functions are mapped to: processed, returned, dead-lettered, kept."""

from __future__ import annotations

SOURCE = """
import json, os, signal, time
def handler(event, context):
    bodies = [record["body"] for record in event["Records"]]
    print("GOT", json.dumps(event))
    if "kill" in bodies:
        os.kill(os.getpid(), signal.SIGKILL)
    if "sleep" in bodies:
        time.sleep(20)
    if "fail" in bodies:
        raise ValueError("no")
    failed = [{"itemIdentifier": r["messageId"]} for r in event["Records"] if r["body"].startswith("part")]
    return {"batchItemFailures": failed}
"""


def test_a_message_is_delivered_and_deleted(queue, deploy, mapped, send, batches, left):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn)
    send(url, "hello")
    assert batches() == [["hello"]]
    assert left(url) == (0, 0)


def test_a_failed_batch_comes_again_after_the_visibility_timeout_and_not_before(
    cloud, queue, deploy, mapped, send, events, left
):
    url, arn = queue(VisibilityTimeout="40")
    deploy(SOURCE)
    mapped(arn)
    send(url, "fail")
    assert left(url) == (0, 1)
    cloud.clock.advance(25)
    assert len(events()) == 1
    cloud.clock.advance(16)
    counts = [event["Records"][0]["attributes"]["ApproximateReceiveCount"] for event in events()]
    assert counts == ["1", "2"]
    one, two = (event["Records"][0] for event in events())
    assert one["receiptHandle"] != two["receiptHandle"]
    same = ("SentTimestamp", "ApproximateFirstReceiveTimestamp")
    assert [one["attributes"][name] for name in same] == [two["attributes"][name] for name in same]


def test_a_message_that_keeps_failing_goes_to_the_dead_letter_queue(
    cloud, queue, deploy, mapped, send, events, left
):
    dead_url, dead = queue("dead")
    url, arn = queue(RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 3})
    deploy(SOURCE)
    mapped(arn)
    (id,) = send(url, "fail")
    cloud.clock.advance(91)
    assert len(events()) == 3
    assert left(url) == (0, 0)
    (found,) = cloud.client("sqs").receive_message(QueueUrl=dead_url)["Messages"]
    assert (found["MessageId"], found["Body"]) == (id, "fail")
    (entry,) = cloud.ledger.entries("message.dead-lettered", arn)
    assert (entry.id, entry.details["queue"]) == (id, dead)


def test_a_mapping_of_the_dead_letter_queue_gets_them_with_their_source(
    cloud, queue, deploy, mapped, send, events
):
    _, dead = queue("dead")
    url, arn = queue(RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 1})
    deploy(SOURCE)
    deploy("import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))", "g")
    mapped(arn)
    mapped(dead, "g")
    send(url, "fail")
    cloud.clock.advance(31)
    (event,) = events("g")
    assert event["Records"][0]["attributes"]["DeadLetterQueueSourceArn"] == arn
    assert event["Records"][0]["eventSourceARN"] == dead


def test_only_reported_failures_return(cloud, queue, deploy, mapped, send, batches, left):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(url, "fine", "part", "well")
    assert left(url) == (0, 1)
    cloud.clock.advance(31)
    assert batches() == [["fine", "part", "well"], ["part"]]


def test_a_report_that_was_not_asked_for_is_not_read(queue, deploy, mapped, send, left):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn)
    send(url, "fine", "part")
    assert left(url) == (0, 0)


def test_a_killed_environment_loses_nothing(cloud, queue, deploy, mapped, send, batches, left):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(url, "kill", "other")
    assert left(url) == (0, 2)
    cloud.clock.advance(31)
    assert batches() == [["kill", "other"]] * 2


def test_a_function_that_sleeps_past_the_visibility_timeout_gets_its_message_again(
    cloud, queue, deploy, mapped, send, batches
):
    url, arn = queue(VisibilityTimeout="10")
    deploy(SOURCE, Timeout=10)
    mapped(arn)
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "8"})
    cloud.client("lambda").update_function_configuration(FunctionName="f", Timeout=60)
    send(url, "sleep", rest=False)
    cloud.clock.advance(19)
    assert len(cloud.ledger.entries("mapping.polled")) == 3  # at 0, 8 and 16 s
    cloud.clock.advance(60)
    assert batches() == [["sleep"]] * 3
    assert len(cloud.ledger.entries("message.deleted", arn)) == 1


def test_disabling_stops_polling_and_enabling_goes_on(cloud, api, queue, deploy, mapped, send, batches):
    url, arn = queue()
    deploy(SOURCE)
    uuid = mapped(arn)
    api.update_event_source_mapping(UUID=uuid, Enabled=False)
    send(url, "kept")
    cloud.clock.advance(60)
    assert batches() == []
    api.update_event_source_mapping(UUID=uuid, Enabled=True)
    cloud.clock.advance(1)
    assert batches() == [["kept"]]


def test_a_deleted_mapping_delivers_nothing_more(cloud, api, queue, deploy, mapped, send, batches, left):
    url, arn = queue()
    deploy(SOURCE)
    api.delete_event_source_mapping(UUID=mapped(arn))
    send(url, "kept")
    cloud.clock.advance(60)
    assert (batches(), left(url)) == ([], (1, 0))


def test_an_alias_is_called_as_one(cloud, api, queue, deploy, mapped, send):
    url, arn = queue()
    deploy("def handler(event, context):\n    print('ARN', context.invoked_function_arn)")
    api.publish_version(FunctionName="f")
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    mapped(arn, "f:live")
    send(url, "a")
    cloud.ledger.catch_up()
    found = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
    assert [e["message"].strip() for e in found if e["message"].startswith("ARN")] == [
        "ARN arn:aws:lambda:us-east-1:123456789012:function:f:live"
    ]


def test_messages_stay_when_their_function_is_gone(cloud, api, queue, deploy, mapped, send, left):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn)
    api.delete_function(FunctionName="f")
    send(url, "kept")
    assert left(url) == (0, 1)
    cloud.clock.advance(31)
    deploy(SOURCE)
    cloud.clock.advance(31)
    assert left(url) == (0, 0)


def test_a_reset_ends_what_a_mapping_was_about(cloud, queue, deploy, mapped, send):
    url, arn = queue()
    deploy(SOURCE)
    mapped(arn, BatchSize=50, MaximumBatchingWindowInSeconds=60)
    send(url, "held", "fail")
    cloud.reset()
    cloud.clock.advance(200)
    assert cloud.ledger.entries("message") == []
