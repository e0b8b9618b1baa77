"""An invocation runs the handler with what Lambda promises it, and answers what the handler returned."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

ECHO = "def handler(event, context): return event"
CONTEXT = """
import json
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    client = context.client_context
    return {
        "name": context.function_name, "version": context.function_version,
        "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
        "request": context.aws_request_id, "group": context.log_group_name,
        "stream": context.log_stream_name, "left": left,
        "client": client and [client.custom, client.env, client.client.app_title],
    }
"""


def runs(cloud):
    return [record for record in cloud.ledger.records() if record.phase == "INVOKE"]


@pytest.mark.parametrize(
    "event", [{"a": [1, 2.5, None, True]}, [], "text", 0, None, "ünïcödé 🎉", {"": ""}, 10**30, "\u2028\x7f"]
)
def test_an_event_comes_back_as_it_was(deploy, invoke, event):
    deploy(ECHO)
    answer = invoke(event=json.dumps(event).encode())
    assert (answer.status, answer.payload, answer.error, answer.version) == (200, event, None, "$LATEST")


def test_without_a_payload_the_event_is_an_empty_object(api, deploy):
    deploy(ECHO)
    assert api.invoke(FunctionName="f")["Payload"].read() == b"{}"


def test_a_handler_that_returns_nothing_answers_null(deploy, invoke):
    deploy("def handler(event, context): pass")
    assert invoke().body == b"null"


def test_the_second_invocation_finds_what_the_first_left(cloud, deploy, invoke):
    deploy("count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count")
    assert [invoke().payload for _ in range(3)] == [1, 2, 3]
    assert {record.environment for record in cloud.ledger.records()} == {runs(cloud)[0].environment}
    assert [record.cold for record in runs(cloud)] == [True, False, False]
    assert [record.phase for record in cloud.ledger.records()] == ["INIT", "INVOKE", "INVOKE", "INVOKE"]


def test_the_ledger_tells_what_the_answer_told(cloud, deploy, invoke):
    deploy(ECHO, MemorySize=256)
    first = time.time()
    answer = invoke()
    (init, run) = cloud.ledger.records()
    assert (run.request_id, run.function, run.version, run.kind) == (
        answer.request,
        "f",
        "$LATEST",
        "RequestResponse",
    )
    assert (init.outcome, run.outcome, run.error_type) == ("ok", "ok", None)
    assert first <= init.start <= init.end <= run.start <= run.end <= time.time()
    assert 0 < run.memory_mb <= 256
    assert f"Billed Duration: {run.billed_ms} ms" in answer.report
    assert run.billed_ms >= (init.end - init.start) * 1000 - 1


def test_the_context_names_the_invocation(cloud, deploy, invoke):
    deploy(CONTEXT, Timeout=5, MemorySize=192)
    answer = invoke()
    seen = answer.payload
    assert 4000 < seen.pop("left") <= 5000
    assert seen == {
        "name": "f",
        "version": "$LATEST",
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "memory": "192",
        "request": answer.request,
        "group": "/aws/lambda/f",
        "stream": runs(cloud)[0].log_stream,
        "client": None,
    }


def test_a_client_context_reaches_the_handler(deploy, invoke):
    deploy(CONTEXT)
    given = {"custom": {"k": "ü"}, "env": {"e": "1"}, "client": {"app_title": "shop"}}
    encoded = base64.b64encode(json.dumps(given).encode()).decode()
    assert invoke(ClientContext=encoded).payload["client"] == [{"k": "ü"}, {"e": "1"}, "shop"]


@pytest.mark.parametrize("given", ["%%%", "bm90IGpzb24="])
def test_a_client_context_that_is_no_json_is_refused(deploy, invoke, given):
    deploy(ECHO)
    with pytest.raises(ClientError, match="InvalidRequestContentException"):
        invoke(ClientContext=given)


def test_the_variables_are_those_that_lambda_documents(cloud, deploy, invoke, recorded):
    fact = recorded("environment")
    deploy(
        "import os\nat_import = dict(os.environ)\ndef handler(event, context): return [at_import, dict(os.environ)]",
        Runtime="python3.14",
        Environment={"Variables": {"TABLE": "orders", "EMPTY": ""}},
    )
    at_import, seen = invoke().payload
    for name, value in fact["variables"].items():
        assert seen.get(name) == value.replace("<name>", "f"), name
    for name in fact["present"]:
        assert seen.get(name), name
    assert (seen["TABLE"], seen["EMPTY"]) == ("orders", "")
    assert seen["AWS_LAMBDA_LOG_STREAM_NAME"] == runs(cloud)[0].log_stream
    assert seen["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert "_X_AMZN_TRACE_ID" not in at_import


def test_nothing_of_the_surroundings_reaches_the_handler(deploy, invoke, monkeypatch):
    monkeypatch.setenv("LAMBDALAB_TEST_SECRET", "s3cret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    deploy("import os, sys\ndef handler(event, context): return [dict(os.environ), sys.path]")
    variables, path = invoke().payload
    assert "LAMBDALAB_TEST_SECRET" not in variables
    assert "/nowhere" not in path
    assert {name for name in variables if "LAMBDALAB" in name} == set()


def test_a_package_may_have_folders_and_data(deploy, invoke, pack):
    files = {
        "src/shop/__init__.py": "",
        "src/shop/main.py": "from shop import tools\nfrom pathlib import Path\n"
        "def run(event, context):\n    return [tools.double(event), Path('data.txt').read_text()]",
        "shop/__init__.py": "",
        "shop/tools.py": "def double(n): return n * 2",
        "data.txt": "kept",
    }
    files["shop/main.py"] = files.pop("src/shop/main.py")
    deploy("", Code={"ZipFile": pack(**files)}, Handler="shop/main.run")
    assert invoke(event=4).payload == [8, "kept"]


def test_parallel_invocations_have_environments_of_their_own(cloud, deploy, invoke):
    deploy("import time\ndef handler(event, context):\n    time.sleep(0.8)\n    return event", Timeout=10)
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda number: invoke(event=number), range(5)))
    assert [answer.payload for answer in answers] == [0, 1, 2, 3, 4]
    assert len({record.environment for record in runs(cloud)}) == 5
    assert len({answer.request for answer in answers}) == 5
    invoke(event=5)
    assert runs(cloud)[-1].environment in {record.environment for record in runs(cloud)[:5]}


def test_a_handler_calls_the_services_of_its_own_cloud(cloud, deploy, invoke):
    source = """
import boto3
s3, table = boto3.client("s3"), boto3.resource("dynamodb").Table("orders")
def handler(event, context):
    s3.put_object(Bucket="inbox", Key="k", Body=event["body"].encode())
    table.put_item(Item={"id": "1", "body": event["body"]})
    who = boto3.client("sts").get_caller_identity()["Arn"]
    return [s3.get_object(Bucket="inbox", Key="k")["Body"].read().decode(), table.item_count, who]
"""
    cloud.client("s3").create_bucket(Bucket="inbox")
    cloud.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    deploy(source, Timeout=30, MemorySize=512)
    answer = invoke(event={"body": "ünï"})
    assert answer.error is None, answer.payload
    assert answer.payload == ["ünï", 1, "arn:aws:sts::123456789012:assumed-role/runner/f"]
    stored = cloud.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})
    assert stored["Item"]["body"] == {"S": "ünï"}


def test_a_handler_invokes_another_function_of_its_cloud(cloud, deploy, invoke):
    deploy("def handler(event, context): return event * 2", name="inner")
    deploy(
        "import boto3, json\nclient = boto3.client('lambda')\ndef handler(event, context):\n"
        "    got = client.invoke(FunctionName='inner', Payload=json.dumps(event))\n"
        "    return json.loads(got['Payload'].read())",
        name="outer",
        Timeout=30,
        MemorySize=512,
    )
    assert invoke("outer", 21).payload == 42
    assert sorted(record.function for record in runs(cloud)) == ["inner", "outer"]


def test_an_event_is_accepted_at_once_and_runs_once(cloud, deploy, invoke):
    cloud.client("s3").create_bucket(Bucket="inbox")
    deploy(
        "import time\ndef handler(event, context):\n    time.sleep(300)\n    print(event)\n    return event",
        Timeout=600,
    )
    answer = invoke(event={"n": 1}, InvocationType="Event")
    assert runs(cloud) == []  # it runs for as long as nobody moves the clock
    assert (answer.status, answer.body, answer.error, answer.version) == (202, b"", None, None)
    cloud.clock.advance(600)
    (run,) = runs(cloud)
    assert (run.request_id, run.kind, run.outcome) == (answer.request, "Event", "ok")


def test_a_dry_run_runs_nothing(cloud, deploy, invoke):
    deploy(ECHO)
    answer = invoke(InvocationType="DryRun")
    assert (answer.status, answer.body) == (204, b"")
    assert cloud.ledger.records() == []


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        (
            "RequestResponse",
            6_291_457,
            "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
        ),
        (
            "Event",
            1_048_577,
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ],
)
def test_an_event_that_is_too_large_is_refused(cloud, deploy, invoke, kind, size, message):
    deploy("def handler(event, context): return len(event)")
    with pytest.raises(ClientError) as caught:
        invoke(event=b'"' + b"x" * (size - 2) + b'"', InvocationType=kind)
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert caught.value.response["Error"]["Message"] == message
    assert invoke(event=b'"' + b"x" * (size - 3) + b'"', InvocationType=kind).status in (200, 202)
    assert cloud.settle(10)


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (
            b"test data",
            "Unrecognized token 'test': was expecting (JSON String, Number, Array, Object or token 'null'",
        ),
        (b"{", "Unexpected end-of-input"),
        (b"{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
        (b'{"a": NaN}', "Non-standard token 'NaN'"),
        (b'\xff{"a": 1}', "Unexpected character ("),
        (b"[" * 200_000, "Document nesting depth"),
    ],
)
def test_an_event_that_is_no_json_is_refused_and_nothing_runs(cloud, deploy, invoke, sent, complaint):
    deploy(ECHO)
    with pytest.raises(ClientError) as caught:
        invoke(event=sent)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidRequestContentException"
    assert error["Message"].startswith(
        f"Could not parse request body into json: Could not parse payload into json: {complaint}"
    )
    assert cloud.ledger.records() == []
