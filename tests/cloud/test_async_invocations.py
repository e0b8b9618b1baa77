"""Events that really run: retries under one id, settings of versions and aliases, faults in every place, loops."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

SOURCE = """
import os, signal
def handler(event, context):
    print("RAN", context.aws_request_id)
    if event.get("fail"):
        raise ValueError(event["fail"])
    if event.get("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    return event
"""
LOOP = """
import os
import boto3
def handler(event, context):
    client = boto3.client("lambda")
    kind = event.get("kind", "Event")
    print("HOP", os.environ["_X_AMZN_TRACE_ID"])
    other = {"f": "g", "g": "f"}[context.function_name] if event.get("two") else context.function_name
    client.invoke(FunctionName=other, InvocationType=kind, Payload=__import__("json").dumps(event))
"""


@pytest.fixture
def runs(cloud) -> Callable[..., list[Any]]:
    """The INVOKE records of f."""

    def found(name: str = "f") -> list[Any]:
        return [r for r in cloud.ledger.records() if r.phase == "INVOKE" and r.function == name]

    return found


@pytest.fixture
def fates(cloud) -> Callable[..., list[str]]:
    """What became of the events of f, in order."""

    def found(id: str = "") -> list[str]:
        return [entry.what.partition(".")[2] for entry in cloud.ledger.entries("event", "f", id)]

    return found


@pytest.fixture
def send(cloud, invoke) -> Callable[..., str]:
    """Invoke with an event; the request id."""

    def sent(event: Any, name: str = "f", **arguments: Any) -> str:
        answer = invoke(name, event, InvocationType="Event", **arguments)
        assert answer.status == 202
        return str(answer.request)

    return sent


def waits(records: list[Any]) -> list[int]:
    return [round(later.start - before.end) for before, later in itertools.pairwise(records)]


def test_an_event_that_succeeds_runs_once(cloud, deploy, send, runs, fates):
    deploy(SOURCE)
    id = send({"a": 1})
    cloud.clock.advance(86400)
    assert [record.request_id for record in runs()] == [id]
    assert fates(id) == ["accepted", "attempt", "processed"]


def test_the_old_operation_for_it_is_still_there(cloud, api, deploy, runs, fates):
    deploy(SOURCE)
    assert api.invoke_async(FunctionName="f", InvokeArgs=b'{"a": 1}')["Status"] == 202
    assert cloud.settle()
    assert [record.kind for record in runs()] == ["Event"]
    assert fates() == ["accepted", "attempt", "processed"]
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        api.invoke_async(FunctionName="f", InvokeArgs=b"{")


@pytest.mark.parametrize("fault", [{"fail": "no"}, {"kill": True}])
def test_what_fails_is_run_again_after_one_minute_and_after_two_under_the_same_id(
    cloud, deploy, send, runs, fates, fault
):
    deploy(SOURCE)
    id = send(fault)
    cloud.clock.advance(86400)
    records = runs()
    assert [record.request_id for record in records] == [id] * 3
    assert waits(records) == pytest.approx([60, 120], abs=5)
    assert fates(id)[-1] == "dropped"
    ages = [entry.details["age_ms"] for entry in cloud.ledger.entries("event.attempt", "f", id)]
    assert [round(age / 1000) for age in ages] == pytest.approx([0, 60, 180], abs=15)


def test_an_environment_that_cannot_start_is_a_failure_like_any_other(cloud, deploy, send, fates):
    deploy("raise RuntimeError('no start')")
    send({})
    cloud.clock.advance(86400)
    attempts = cloud.ledger.entries("event.attempt", "f")
    assert [entry.details["error_type"] for entry in attempts] == ["RuntimeError"] * 3
    assert fates()[-1] == "dropped"


def test_a_function_that_is_mended_in_between_runs_as_it_is_then(cloud, api, deploy, pack, send, fates):
    deploy(SOURCE)
    id = send({"fail": "no"})
    assert cloud.settle()
    api.update_function_code(FunctionName="f", ZipFile=pack(app="def handler(event, context): return 1"))
    cloud.clock.advance(86400)
    assert fates(id) == ["accepted", "attempt", "retried", "attempt", "processed"]


def test_a_function_that_is_deleted_in_between_ends_its_events_with_a_word(cloud, api, deploy, send, fates):
    deploy(SOURCE)
    id = send({"fail": "no"})
    assert cloud.settle()
    api.delete_function(FunctionName="f")
    cloud.clock.advance(86400)
    assert fates(id) == ["accepted", "attempt", "retried", "dropped"]
    (dropped,) = cloud.ledger.entries("event.dropped", "f", id)
    assert dropped.details["condition"] == "FunctionDeleted"
    with pytest.raises(ClientError, match="Function not found"):
        send({})


@pytest.mark.parametrize("retries", [0, 1])
def test_the_number_of_retries_is_what_was_set(cloud, api, deploy, send, runs, retries):
    deploy(SOURCE)
    api.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=retries)
    send({"fail": "no"})
    cloud.clock.advance(86400)
    assert len(runs()) == retries + 1


def test_version_alias_and_unqualified_function_have_settings_of_their_own(cloud, api, deploy, send, runs):
    deploy(SOURCE)
    api.publish_version(FunctionName="f")
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    api.put_function_event_invoke_config(FunctionName="f", Qualifier="1", MaximumRetryAttempts=0)
    api.put_function_event_invoke_config(FunctionName="f", Qualifier="live", MaximumRetryAttempts=1)
    counts = {}
    for qualifier in ("$LATEST", "1", "live"):
        id = send({"fail": "no"}, Qualifier=qualifier)
        cloud.clock.advance(600)
        counts[qualifier] = [record.version for record in runs() if record.request_id == id]
    assert counts == {"$LATEST": ["$LATEST"] * 3, "1": ["1"], "live": ["1", "1"]}


def test_an_event_age_that_leaves_no_time_for_a_retry_ends_it_at_once(cloud, api, deploy, send, runs):
    deploy(SOURCE)
    api.put_function_event_invoke_config(FunctionName="f", MaximumEventAgeInSeconds=90)
    id = send({"fail": "no"})
    cloud.clock.advance(86400)
    assert len(runs()) == 2
    (dropped,) = cloud.ledger.entries("event.dropped", "f", id)
    assert dropped.details["condition"] == "EventAgeExceeded"
    assert dropped.at == pytest.approx(runs()[-1].end, abs=10)


def test_a_throttled_event_waits_for_its_turn(cloud, api, deploy, send, fates):
    deploy("import time\ndef handler(event, context):\n    time.sleep(event['sleep'])", Timeout=100)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    first, second = send({"sleep": 60}), send({"sleep": 0})
    cloud.clock.advance(600)
    assert fates(first) == ["accepted", "attempt", "processed"]
    throttled = fates(second).count("throttled")
    assert throttled == fates(second).count("retried") >= 3
    assert fates(second)[-2:] == ["attempt", "processed"]


def test_an_event_may_have_a_megabyte_and_not_a_byte_more(cloud, deploy, send):
    deploy("def handler(event, context): return len(event)")
    largest = b'"' + b"x" * (1024 * 1024 - 2) + b'"'
    send(largest)
    with pytest.raises(ClientError) as caught:
        send(largest + b" ")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert cloud.settle()


def test_the_client_context_is_for_those_who_wait_for_an_answer(cloud, deploy, send, runs):
    deploy("def handler(event, context):\n    assert context.client_context is None")
    send({}, ClientContext="eyJjdXN0b20iOiB7ImEiOiAxfX0=")
    assert cloud.settle()
    assert [record.outcome for record in runs()] == ["ok"]


def test_an_emptied_cloud_forgets_what_waited(cloud, deploy, send, runs):
    deploy(SOURCE)
    send({"fail": "no"})
    assert cloud.settle()
    cloud.reset()
    assert cloud.clock.waiting() == 0
    cloud.clock.advance(86400)
    assert runs() == []
    assert cloud.ledger.entries("event") == []


def test_a_function_that_calls_itself_is_stopped_after_sixteen_runs(cloud, api, deploy, send, runs, fates):
    deploy(LOOP, Timeout=30)
    cloud.client("sqs").create_queue(QueueName="lost")
    lost = "arn:aws:sqs:us-east-1:123456789012:lost"
    api.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnFailure": {"Destination": lost}}
    )
    send({})
    assert cloud.settle(30)
    assert len(runs()) == 16
    (dropped,) = cloud.ledger.entries("event.dropped", "f")
    assert dropped.details["condition"] == "RecursiveLoop"
    (stopped,) = cloud.ledger.entries("recursion.stopped", "f")
    assert stopped.id == dropped.id
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="lost")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["requestContext"]["requestId"] == dropped.id
    lines = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
    headers = {line["message"].split()[1] for line in lines if line["message"].startswith("HOP")}
    assert len({header.partition(";")[0] for header in headers}) == 1
    assert len({header.rpartition("Lineage=1:")[2] for header in headers}) == 16


def test_a_function_that_waits_for_itself_is_stopped_too(cloud, deploy, invoke, runs):
    deploy(LOOP, Timeout=60, MemorySize=512)
    answer = invoke(event={"kind": "RequestResponse"})
    assert answer.error is None
    records = runs()
    assert len(records) == 16
    inmost = min(records, key=lambda record: record.end)
    assert inmost.error_type == "RecursiveInvocationException"


def test_two_functions_that_call_each_other_are_stopped(cloud, deploy, send, runs):
    deploy(LOOP, Timeout=30)
    deploy(LOOP, name="g", Timeout=30)
    send({"two": True})
    assert cloud.settle(30)
    assert (len(runs("f")), len(runs("g"))) == (16, 16)
    assert [entry.subject for entry in cloud.ledger.entries("recursion.stopped")] == ["f"]


def test_a_function_that_may_loop_is_let(cloud, api, deploy, send, runs):
    deploy(LOOP, Timeout=30)
    api.put_function_recursion_config(FunctionName="f", RecursiveLoop="Allow")
    send({})
    while len(runs()) <= 16:
        cloud.clock.sleep(0.01)
    api.put_function_recursion_config(FunctionName="f", RecursiveLoop="Terminate")
    assert cloud.settle(30)
    assert len(cloud.ledger.entries("recursion.stopped", "f")) == 1


def test_calls_of_one_function_after_another_are_no_loop(cloud, deploy, send, runs):
    deploy(SOURCE)
    for _ in range(20):
        send({})
    assert cloud.settle(30)
    assert len(runs()) == 20
