"""Calls of AWS's APIs as the ledger has them: the operation, who called, and what was answered."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from course.cloud import Cloud
from course.cloud.observe.ledger import Entry
from course.cloud.observe.operations import operation


@pytest.fixture(scope="module")
def own_cloud() -> Iterator[Cloud]:
    with Cloud(seed=7, launcher="zygote") as cloud:
        yield cloud


@pytest.fixture
def last(cloud: Cloud) -> Callable[[], Entry]:
    return lambda: cloud.ledger.entries("call")[-1]


BUCKET, KEY = {"Bucket": "inbox"}, {"Bucket": "inbox", "Key": "a b/c"}


@pytest.mark.parametrize(
    ("service", "signed", "asked", "arguments"),
    [
        ("dynamodb", "dynamodb", "ListTables", {}),
        ("sqs", "sqs", "ListQueues", {}),
        ("events", "events", "ListRules", {}),
        ("sns", "sns", "ListTopics", {}),
        ("iam", "iam", "ListRoles", {}),
        ("sts", "sts", "GetCallerIdentity", {}),
        ("cloudwatch", "monitoring", "ListMetrics", {}),
        ("scheduler", "scheduler", "ListSchedules", {}),
        ("lambda", "lambda", "ListFunctions", {}),
        ("s3", "s3", "ListBuckets", {}),
        ("s3", "s3", "ListObjects", BUCKET),
        ("s3", "s3", "ListObjectsV2", BUCKET),
        ("s3", "s3", "GetBucketLocation", BUCKET),
        ("s3", "s3", "PutObject", {**KEY, "Body": b"1"}),
        ("s3", "s3", "CopyObject", {**KEY, "CopySource": "inbox/source"}),
        ("s3", "s3", "CreateMultipartUpload", KEY),
        ("s3", "s3", "DeleteObjects", {**BUCKET, "Delete": {"Objects": [{"Key": "k"}]}}),
    ],
)
def test_a_call_is_named_as_the_sdk_names_it(cloud, last, service, signed, asked, arguments):
    s3 = cloud.client("s3")
    s3.create_bucket(**BUCKET)
    s3.put_object(**BUCKET, Key="source", Body=b"1")
    client = cloud.client(service)
    method = {name: method for method, name in client.meta.method_to_api_mapping.items()}[asked]
    answer = getattr(client, method)(**arguments)
    entry = last()
    assert (entry.what, entry.subject, entry.details["operation"]) == ("call.answered", signed, asked)
    assert (entry.details["status"], entry.details["error"]) == (200, "")
    assert entry.id == answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    assert entry.details["access_key"] == "test"
    assert "invocation" not in entry.details


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("dynamodb", "describe_table", {"TableName": "none"}),
        ("sqs", "get_queue_url", {"QueueName": "none"}),
        ("sns", "get_topic_attributes", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:none"}),
        ("iam", "get_role", {"RoleName": "none"}),
        ("s3", "get_object", {"Bucket": "none", "Key": "k"}),
        ("s3", "head_object", {"Bucket": "none", "Key": "k"}),
        ("scheduler", "get_schedule", {"Name": "none"}),
        ("lambda", "get_function", {"FunctionName": "none"}),
        ("lambda", "list_capacity_providers", {}),
    ],
)
def test_an_error_is_written_down_as_the_sdk_tells_it(cloud, last, service, method, arguments):
    with pytest.raises(ClientError) as caught:
        getattr(cloud.client(service), method)(**arguments)
    answer = caught.value.response
    assert last().details["error"] == answer["Error"]["Code"]
    assert last().details["status"] == answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_form_reaches_its_service_whole(cloud, last):
    topic = cloud.client("sns").create_topic(Name="news", Attributes={"DisplayName": "ä & b=c"})["TopicArn"]
    assert last().details["operation"] == "CreateTopic"
    found = cloud.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert found["DisplayName"] == "ä & b=c"


def test_a_form_that_is_sent_as_json_is_no_operation(cloud, last):
    body = json.dumps({"Action": "DeleteTopic"}).encode()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(f"{cloud.endpoint}/nowhere/x", body, method="POST"))
    assert last().details["operation"] == "POST /nowhere/x"


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_address_names_its_signer(cloud, last, version):
    s3 = cloud.client("s3", config=Config(signature_version=version))
    s3.create_bucket(Bucket="inbox")
    s3.put_object(Bucket="inbox", Key="k", Body=b"1")
    signed = s3.generate_presigned_url("get_object", Params={"Bucket": "inbox", "Key": "k"})
    with urllib.request.urlopen(signed) as answer:
        assert answer.read() == b"1"
    assert (last().subject, last().details["operation"]) == ("s3", "GetObject")
    assert last().details["access_key"] == "test"


SOURCE = """
import boto3
dynamodb = boto3.client("dynamodb")
dynamodb.list_tables()
def handler(event, context):
    dynamodb.list_tables(Limit=1)
    return boto3.client("sts").get_caller_identity()["Account"]
"""


def test_a_call_of_a_handler_is_joined_to_its_invocation(cloud, deploy, invoke):
    deploy(SOURCE)
    requests = [invoke().request, invoke().request]
    (init,) = cloud.ledger.records(phase="INIT")
    calls = cloud.ledger.entries("call", "dynamodb")
    assert {call.details["environment"] for call in calls} == {init.environment}
    assert {call.details["function"] for call in calls} == {"f"}
    assert [call.details["invocation"] for call in calls] == ["", *requests]
    first = cloud.ledger.records(request_id=requests[0])[0]
    assert first.start <= calls[1].details["began"] <= calls[1].at <= first.end
    assert {call.details["access_key"] for call in calls} != {"test"}


def test_environments_are_told_apart_by_their_keys(cloud, deploy, invoke):
    deploy(SOURCE, "one")
    deploy(SOURCE, "two")
    invoke("one")
    invoke("two")
    invoke("one")
    callers = [call.details["function"] for call in cloud.ledger.entries("call", "sts")]
    assert callers == ["one", "two", "one"]


def test_the_keys_of_an_environment_that_has_ended_are_nobodys(cloud, deploy, invoke, api, last):
    deploy("import os\ndef handler(e, c): return [os.environ[n] for n in e]")
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
    key, secret, token = invoke(event=names).payload
    stolen = cloud.client("sts", aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)
    stolen.get_caller_identity()
    assert last().details["function"] == "f"
    api.delete_function(FunctionName="f")
    stolen.get_caller_identity()
    assert last().details["access_key"] == key
    assert "function" not in last().details


def test_what_a_lab_asks_of_the_cloud_itself_is_no_call(cloud):
    for path in ("health", "clock", "ledger"):
        urllib.request.urlopen(f"{cloud.endpoint}/_cloud/{path}").read()
    assert cloud.ledger.entries() == []


def ask(cloud: Cloud, query: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"{cloud.endpoint}/_cloud/ledger?{query}") as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_the_ledger_is_filtered_by_http_as_in_process(cloud, deploy, invoke):
    deploy("def handler(event, context): pass")
    first, second = invoke().request, invoke().request
    status, found = ask(cloud, f"id={first}")
    assert status == 200
    assert [one["request_id"] for one in found["records"]] == [first]
    assert [one["details"]["operation"] for one in found["entries"]] == ["Invoke"]
    _, found = ask(cloud, "what=INVOKE&subject=f&limit=1")
    assert ([one["request_id"] for one in found["records"]], found["entries"]) == ([second], [])
    _, found = ask(cloud, "what=call&subject=lambda")
    assert [one["details"]["operation"] for one in found["entries"]] == ["CreateFunction", "Invoke", "Invoke"]
    assert found["records"] == []
    began = cloud.ledger.entries("call", id=second)[0].at
    _, found = ask(cloud, f"what=call&since={began!r}")
    assert [one["id"] for one in found["entries"]] == [second]
    _, found = ask(cloud, f"until={began!r}&what=call&subject=lambda")
    assert [one["id"] for one in found["entries"]][-1] == first


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("subjekt=f", "no such parameter: `subjekt`; did you mean `subject`?"),
        ("zzz", "no such parameter: `zzz`; there is what, subject, id, since, until, limit"),
        ("since=yesterday", "`since` is a moment in epoch seconds, like 1767225600.5; not `yesterday`"),
        ("limit=-1", "`limit` is how many to give at most, like 100; not `-1`"),
    ],
)
def test_a_filter_that_is_not_there_is_refused_in_a_line(cloud, query, complaint):
    assert ask(cloud, query) == (400, {"message": complaint})


@pytest.mark.parametrize(
    ("service", "method", "path", "query", "more", "name"),
    [
        ("s3", "GET", "/b/k", "uploadId=3", {}, "ListParts"),
        ("s3", "PUT", "/b/k", "uploadId=3&partNumber=1", {}, "UploadPart"),
        ("s3", "PUT", "/b/k", "uploadId=3&partNumber=1", {"HTTP_X_AMZ_COPY_SOURCE": "b/j"}, "UploadPartCopy"),
        ("s3", "PUT", "/b", "notification", {}, "PutBucketNotificationConfiguration"),
        ("s3", "GET", "/k", "", {"HTTP_HOST": "inbox.s3.us-east-1.amazonaws.com"}, "GetObject"),
        ("s3", "GET", "/k", "", {"HTTP_HOST": "s3.us-east-1.amazonaws.com"}, "ListObjects"),
        ("s3", "OPTIONS", "/b/k", "", {}, "OPTIONS /b/k"),
        ("apigateway", "GET", "/restapis", "", {}, "GetRestApis"),
        ("apigateway", "GET", "/v2/apis", "", {}, "GetApis"),
        ("ses", "POST", "/v2/email/outbound-emails", "", {}, "SendEmail"),
        ("scheduler", "POST", "/schedules/s", "", {}, "CreateSchedule"),
        (
            "monitoring",
            "POST",
            "/service/GraniteServiceVersion20100801/operation/PutMetricData",
            "",
            {},
            "PutMetricData",
        ),
        ("kinesis", "POST", "/", "", {"HTTP_X_AMZ_TARGET": "Kinesis_20131202.PutRecord"}, "PutRecord"),
        ("nothing", "GET", "/a%20b", "", {}, "GET /a%20b"),
    ],
)
def test_an_operation_follows_from_the_request(service, method, path, query, more, name):
    environ = {"REQUEST_METHOD": method, "QUERY_STRING": query, **more}
    assert operation(service, environ, path) == name
